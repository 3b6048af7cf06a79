#include "codegen/llvm_integers.h"

#include <llvm/IR/IRBuilder.h>

namespace wengert {

using llvm::ConstantInt;
using llvm::IRBuilderBase;
using llvm::Value;

static Value* number(Value* like, int64_t value) {
  return ConstantInt::get(like->getType(), static_cast<uint64_t>(value), true);
}
static unsigned width(Value* value) { return value->getType()->getScalarSizeInBits(); }

/// b, and 1 instead of the divisors 0 and -1, for which sdiv and srem are undefined or may trap.
static Value* harmless_divisor(IRBuilderBase& builder, Value* b) {
  // b + 1 is 0 or 1 (unsigned) for exactly these two.
  Value* special = builder.CreateICmpULE(builder.CreateAdd(b, number(b, 1)), number(b, 1));
  return builder.CreateSelect(special, number(b, 1), b);
}

Value* emit_divide(IRBuilderBase& builder, Value* a, Value* b) {
  Value* quotient = builder.CreateSDiv(a, harmless_divisor(builder, b));
  Value* negated = builder.CreateICmpEQ(b, number(b, -1));
  quotient = builder.CreateSelect(negated, builder.CreateNeg(a), quotient);
  return builder.CreateSelect(builder.CreateICmpEQ(b, number(b, 0)), number(a, 0), quotient);
}

Value* emit_remainder(IRBuilderBase& builder, Value* a, Value* b) {
  // a % 1 is 0, right for -1 too.
  Value* rest = builder.CreateSRem(a, harmless_divisor(builder, b));
  return builder.CreateSelect(builder.CreateICmpEQ(b, number(b, 0)), a, rest);
}

// A select does not pass on the poison of the side it drops; x86 folds compare, shift and select into one.
static Value* in_range(IRBuilderBase& builder, Value* amount) {
  return builder.CreateICmpULT(amount, number(amount, width(amount)));
}

Value* emit_shift_left(IRBuilderBase& builder, Value* a, Value* amount) {
  return builder.CreateSelect(in_range(builder, amount), builder.CreateShl(a, amount), number(a, 0));
}

Value* emit_shift_right_logical(IRBuilderBase& builder, Value* a, Value* amount) {
  return builder.CreateSelect(in_range(builder, amount), builder.CreateLShr(a, amount), number(a, 0));
}

Value* emit_shift_right_arithmetic(IRBuilderBase& builder, Value* a, Value* amount) {
  Value* most = number(amount, width(amount) - 1);
  return builder.CreateAShr(a, builder.CreateSelect(in_range(builder, amount), amount, most));
}

Value* emit_multiply_high(IRBuilderBase& builder, Value* a, Value* b) {
  const unsigned bits = width(a);
  if (bits == 32 || !a->getType()->isVectorTy()) {
    llvm::Type* wide = a->getType()->getExtendedType();
    Value* product = builder.CreateMul(builder.CreateZExt(a, wide), builder.CreateZExt(b, wide));
    return builder.CreateTrunc(builder.CreateLShr(product, ConstantInt::get(wide, bits)), a->getType());
  }
  // No machine multiplies vectors of 64-bit halves; four products of 32 bits each stay in vector registers.
  Value *mask = number(a, 0xffffffff), *half = number(a, 32);
  auto low = [&](Value* x) { return builder.CreateAnd(x, mask); };
  auto high = [&](Value* x) { return builder.CreateLShr(x, half); };
  Value* p00 = builder.CreateMul(low(a), low(b));
  Value* p01 = builder.CreateMul(low(a), high(b));
  Value* p10 = builder.CreateMul(high(a), low(b));
  Value* p11 = builder.CreateMul(high(a), high(b));
  Value* middle = builder.CreateAdd(high(p00), builder.CreateAdd(low(p01), low(p10)));
  Value* carried = builder.CreateAdd(high(middle), builder.CreateAdd(high(p01), high(p10)));
  return builder.CreateAdd(p11, carried);
}

}  // namespace wengert
