// Translates the body of a scalar op (ir/body.h) to LLVM, one element or several lanes at a time. The meaning
// is the interpreter's (ir/interpret.cpp), bit for bit; any NaN stands for any other.
//
// Nothing emitted here traps, is poison, calls a library or carries fast-math flags. Tables become private
// constants, one a module for equal contents.
#pragma once
#include <span>
#include <vector>

#include "codegen/llvm_forward.h"
#include "codegen/llvm_types.h"
#include "ir/body.h"

namespace wengert {

/// The outputs of `body`. inputs[i] has register_type(body.inputs[i], lanes).
///
/// The builder stands at the end of a block; a body with regions adds blocks to the function and leaves the
/// builder at the end of the last one. `lanes` is a power of two.
std::vector<llvm::Value*> emit_body(llvm::IRBuilderBase& builder, const Body& body,
                                    std::span<llvm::Value* const> inputs, unsigned lanes);

}  // namespace wengert
