#include "codegen/llvm_primitives.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>

#include "codegen/llvm_integers.h"
#include "codegen/llvm_types.h"
#include "ir/error.h"

namespace wengert {
namespace {

using llvm::IRBuilderBase;
using llvm::Value;
namespace Intrinsic = llvm::Intrinsic;

Value* intrinsic(IRBuilderBase& builder, Intrinsic::ID id, std::initializer_list<Value*> operands) {
  return builder.CreateIntrinsic(id, {(*operands.begin())->getType()}, llvm::ArrayRef<Value*>(operands));
}

[[noreturn]] void refuse(Prim prim, Dtype dtype) {
  throw Error(Code::internal,
              fmt::format("op body: primitive {} does not take {}", static_cast<int>(prim), name(dtype)));
}

Value* emit_float(IRBuilderBase& builder, Prim prim, Dtype type, const std::array<Value*, 3>& operands) {
  Value *a = operands[0], *b = operands[1];
  switch (prim) {
    case Prim::add: return builder.CreateFAdd(a, b);
    case Prim::subtract: return builder.CreateFSub(a, b);
    case Prim::multiply: return builder.CreateFMul(a, b);
    case Prim::divide: return builder.CreateFDiv(a, b);
    case Prim::fma: return intrinsic(builder, Intrinsic::fma, {a, b, operands[2]});
    case Prim::negate: return builder.CreateFNeg(a);
    case Prim::absolute: return intrinsic(builder, Intrinsic::fabs, {a});
    case Prim::copysign: return intrinsic(builder, Intrinsic::copysign, {a, b});
    case Prim::square_root: return intrinsic(builder, Intrinsic::sqrt, {a});
    case Prim::floor: return intrinsic(builder, Intrinsic::floor, {a});
    case Prim::ceil: return intrinsic(builder, Intrinsic::ceil, {a});
    case Prim::truncate: return intrinsic(builder, Intrinsic::trunc, {a});
    case Prim::round_even: return intrinsic(builder, Intrinsic::roundeven, {a});
    case Prim::minimum: return intrinsic(builder, Intrinsic::minimum, {a, b});
    case Prim::maximum: return intrinsic(builder, Intrinsic::maximum, {a, b});
    default: refuse(prim, type);
  }
}

Value* emit_integer(IRBuilderBase& builder, Prim prim, Dtype type, Value* a, Value* b) {
  const bool boolean = type == Dtype::boolean;
  switch (prim) {
    case Prim::bit_and: return builder.CreateAnd(a, b);
    case Prim::bit_or: return builder.CreateOr(a, b);
    case Prim::bit_xor: return builder.CreateXor(a, b);
    case Prim::bit_not: return builder.CreateNot(a);
    case Prim::minimum:
      return boolean ? builder.CreateAnd(a, b) : intrinsic(builder, Intrinsic::smin, {a, b});
    case Prim::maximum: return boolean ? builder.CreateOr(a, b) : intrinsic(builder, Intrinsic::smax, {a, b});
    default: break;
  }
  if (boolean) refuse(prim, type);
  switch (prim) {
    case Prim::add: return builder.CreateAdd(a, b);
    case Prim::subtract: return builder.CreateSub(a, b);
    case Prim::multiply: return builder.CreateMul(a, b);
    case Prim::divide: return emit_divide(builder, a, b);
    case Prim::remainder: return emit_remainder(builder, a, b);
    case Prim::negate: return builder.CreateNeg(a);
    case Prim::absolute: return intrinsic(builder, Intrinsic::abs, {a, builder.getFalse()});
    case Prim::shift_left: return emit_shift_left(builder, a, b);
    case Prim::shift_right_logical: return emit_shift_right_logical(builder, a, b);
    case Prim::shift_right_arithmetic: return emit_shift_right_arithmetic(builder, a, b);
    case Prim::multiply_high: return emit_multiply_high(builder, a, b);
    case Prim::population_count: return intrinsic(builder, Intrinsic::ctpop, {a});
    case Prim::leading_zeros: return intrinsic(builder, Intrinsic::ctlz, {a, builder.getFalse()});
    default: refuse(prim, type);
  }
}

Value* emit_compare(IRBuilderBase& builder, Prim prim, Dtype dtype, Value* a, Value* b) {
  using P = llvm::CmpInst::Predicate;
  const bool floats = is_float(dtype), unsigned_order = dtype == Dtype::boolean;
  switch (prim) {
    case Prim::equal: return builder.CreateCmp(floats ? P::FCMP_OEQ : P::ICMP_EQ, a, b);
    case Prim::not_equal: return builder.CreateCmp(floats ? P::FCMP_UNE : P::ICMP_NE, a, b);
    case Prim::less:
      return builder.CreateCmp(floats ? P::FCMP_OLT : unsigned_order ? P::ICMP_ULT : P::ICMP_SLT, a, b);
    default:
      return builder.CreateCmp(floats ? P::FCMP_OLE : unsigned_order ? P::ICMP_ULE : P::ICMP_SLE, a, b);
  }
}

Value* emit_convert(IRBuilderBase& builder, Value* a, Dtype from, Dtype to) {
  llvm::Type* target = a->getType()->getWithNewType(register_type(builder.getContext(), to, 1));
  if (from == to) return a;
  if (to == Dtype::boolean)
    return emit_compare(builder, Prim::not_equal, from, a, llvm::Constant::getNullValue(a->getType()));
  if (from == Dtype::boolean)
    return is_float(to) ? builder.CreateUIToFP(a, target) : builder.CreateZExt(a, target);
  if (is_float(from) && is_float(to)) return builder.CreateFPCast(a, target);
  if (is_float(from)) return builder.CreateIntrinsic(Intrinsic::fptosi_sat, {target, a->getType()}, {a});
  if (is_float(to)) return builder.CreateSIToFP(a, target);
  return builder.CreateSExtOrTrunc(a, target);
}

}  // namespace

Value* emit_primitive(IRBuilderBase& builder, Prim prim, Dtype result, Dtype operand,
                      const std::array<Value*, 3>& operands) {
  Value *a = operands[0], *b = operands[1];
  switch (prim) {
    case Prim::equal:
    case Prim::not_equal:
    case Prim::less:
    case Prim::less_equal: return emit_compare(builder, prim, operand, a, b);
    case Prim::select: return builder.CreateSelect(a, b, operands[2]);
    case Prim::convert: return emit_convert(builder, a, operand, result);
    case Prim::bitcast:
      return builder.CreateBitCast(
          a, a->getType()->getWithNewType(register_type(builder.getContext(), result, 1)));
    default:
      return is_float(result) ? emit_float(builder, prim, result, operands)
                              : emit_integer(builder, prim, result, a, b);
  }
}

}  // namespace wengert
