// How elements look to LLVM, in registers and in memory.
#pragma once
#include <cstdint>

#include "codegen/llvm_forward.h"
#include "ir/dtype.h"

namespace wengert {

/// The type of a value in registers: bool is i1. lanes == 1 is a scalar, more a fixed vector.
llvm::Type* register_type(llvm::LLVMContext& context, Dtype dtype, unsigned lanes);
/// The type of an element in memory: bool is i8, 0 or 1.
llvm::Type* memory_type(llvm::LLVMContext& context, Dtype dtype);
/// The constant with these bits, the same in all lanes.
llvm::Constant* constant_of_bits(llvm::LLVMContext& context, Dtype dtype, uint64_t bits, unsigned lanes);

/// An element of `type` (i1, i8, i32, i64, float or double) with the low bits of `bits`.
llvm::Constant* element_of_bits(llvm::Type* type, uint64_t bits);

/// Loads `lanes` elements that lie side by side, aligned to one element.
llvm::Value* load_elements(llvm::IRBuilderBase& builder, Dtype dtype, llvm::Value* pointer, unsigned lanes);
/// Stores `value`, of register_type(dtype, lanes), likewise.
void store_elements(llvm::IRBuilderBase& builder, Dtype dtype, llvm::Value* value, llvm::Value* pointer,
                    unsigned lanes);

}  // namespace wengert
