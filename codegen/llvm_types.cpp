#include "codegen/llvm_types.h"

#include <llvm/IR/IRBuilder.h>

#include "ir/error.h"

namespace wengert {

using llvm::IRBuilderBase;
using llvm::Value;

static llvm::Type* element_type(llvm::LLVMContext& context, Dtype dtype, unsigned bool_bits) {
  switch (dtype) {
    case Dtype::boolean: return llvm::Type::getIntNTy(context, bool_bits);
    case Dtype::i32: return llvm::Type::getInt32Ty(context);
    case Dtype::i64: return llvm::Type::getInt64Ty(context);
    case Dtype::f32: return llvm::Type::getFloatTy(context);
    case Dtype::f64: return llvm::Type::getDoubleTy(context);
  }
  throw Error(Code::internal, "unknown dtype");
}

static llvm::Type* in_lanes(llvm::Type* element, unsigned lanes) {
  return lanes == 1 ? element : llvm::FixedVectorType::get(element, lanes);
}

llvm::Type* register_type(llvm::LLVMContext& context, Dtype dtype, unsigned lanes) {
  return in_lanes(element_type(context, dtype, 1), lanes);
}
llvm::Type* memory_type(llvm::LLVMContext& context, Dtype dtype) { return element_type(context, dtype, 8); }

llvm::Constant* element_of_bits(llvm::Type* type, uint64_t bits) {
  const llvm::APInt pattern(type->getScalarSizeInBits(),
                            bits & (~uint64_t{0} >> (64 - type->getScalarSizeInBits())));
  if (type->isIntegerTy()) return llvm::ConstantInt::get(type, pattern);
  return llvm::ConstantFP::get(type->getContext(), llvm::APFloat(type->getFltSemantics(), pattern));
}

llvm::Constant* constant_of_bits(llvm::LLVMContext& context, Dtype dtype, uint64_t bits, unsigned lanes) {
  llvm::Constant* element = element_of_bits(register_type(context, dtype, 1), bits);
  return lanes == 1 ? element : llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(lanes), element);
}

Value* load_elements(IRBuilderBase& builder, Dtype dtype, Value* pointer, unsigned lanes) {
  llvm::Type* type = in_lanes(memory_type(builder.getContext(), dtype), lanes);
  Value* loaded = builder.CreateAlignedLoad(type, pointer, llvm::Align(size_of(dtype)));
  if (dtype != Dtype::boolean) return loaded;
  return builder.CreateICmpNE(loaded, llvm::Constant::getNullValue(type));
}

void store_elements(IRBuilderBase& builder, Dtype dtype, Value* value, Value* pointer, unsigned lanes) {
  if (dtype == Dtype::boolean)
    value = builder.CreateZExt(value, in_lanes(memory_type(builder.getContext(), dtype), lanes));
  builder.CreateAlignedStore(value, pointer, llvm::Align(size_of(dtype)));
}

}  // namespace wengert
