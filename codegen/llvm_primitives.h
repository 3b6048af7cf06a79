// One primitive of a body as LLVM instructions, on scalars or vectors alike. All but constants, tables and
// regions, which llvm_arithmetic.cpp does.
#pragma once
#include <array>

#include "codegen/llvm_forward.h"
#include "ir/body.h"

namespace wengert {

/// `result` is the type of the primitive, `operand` that of its first operand. Throws Error(internal) for a
/// type the primitive does not take.
llvm::Value* emit_primitive(llvm::IRBuilderBase& builder, Prim prim, Dtype result, Dtype operand,
                            const std::array<llvm::Value*, 3>& operands);

}  // namespace wengert
