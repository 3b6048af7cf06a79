// Integer primitives whose bare LLVM instructions are undefined for some operands, guarded as the interpreter
// defines them. Operands are integers or vectors of them, and the results too.
#pragma once
#include "codegen/llvm_forward.h"

namespace wengert {

llvm::Value* emit_divide(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* b);
llvm::Value* emit_remainder(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* b);
llvm::Value* emit_shift_left(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* amount);
llvm::Value* emit_shift_right_logical(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* amount);
llvm::Value* emit_shift_right_arithmetic(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* amount);
/// The upper half of the unsigned product.
llvm::Value* emit_multiply_high(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* b);

}  // namespace wengert
