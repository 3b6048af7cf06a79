#include "codegen/llvm_arithmetic.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/llvm_integers.h"
#include "ir/error.h"

namespace wengert {

using llvm::IRBuilderBase;
using llvm::Value;
using llvm::Intrinsic::ID;
namespace Intrinsic = llvm::Intrinsic;

namespace {

/// The table as a private constant of the module; the name finds an equal one that is there already.
llvm::Constant* table_constant(llvm::Module& module, llvm::Type* type, const std::vector<uint64_t>& entries) {
  std::vector<llvm::Constant*> elements;
  uint64_t hash = entries.size();
  for (uint64_t entry : entries) {
    elements.push_back(element_of_bits(type, entry));
    hash = (hash ^ entry) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  llvm::Constant* contents = llvm::ConstantArray::get(llvm::ArrayType::get(type, entries.size()), elements);
  const std::string name = fmt::format("table.{:016x}", hash);
  if (llvm::GlobalVariable* have = module.getGlobalVariable(name, true);
      have && have->getInitializer() == contents)
    return have;
  auto* made = new llvm::GlobalVariable(module, contents->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                        contents, name);
  made->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  made->setAlignment(llvm::Align(16));
  return made;
}

/// One run of a body at one place: the values so far, by their number.
class BodyEmitter {
 public:
  BodyEmitter(IRBuilderBase& builder, const Body& body, std::span<Value* const> inputs, unsigned lanes)
      : builder_(builder), body_(body), lanes_(lanes), values_(inputs.begin(), inputs.end()) {}

  std::vector<Value*> run() {
    if (values_.size() != body_.inputs.size())
      throw Error(Code::internal,
                  fmt::format("op body: {} inputs for {}", values_.size(), body_.inputs.size()));
    for (const Instruction& instruction : body_.code) values_.push_back(emit(instruction));
    return gather(body_.outputs);
  }

 private:
  std::vector<Value*> gather(std::span<const uint32_t> ids) const {
    std::vector<Value*> out;
    for (uint32_t id : ids) out.push_back(values_[id]);
    return out;
  }
  llvm::Type* type(Dtype dtype) const { return register_type(builder_.getContext(), dtype, lanes_); }
  Value* intrinsic(ID id, std::initializer_list<Value*> operands) {
    return builder_.CreateIntrinsic(id, {(*operands.begin())->getType()}, llvm::ArrayRef<Value*>(operands));
  }

  Value* emit(const Instruction& in);
  Value* emit_float(const Instruction& in, Value* a, Value* b);
  Value* emit_integer(const Instruction& in, Value* a, Value* b);
  Value* emit_compare(Prim prim, Dtype dtype, Value* a, Value* b);
  Value* emit_convert(Value* a, Dtype from, Dtype to);
  Value* emit_table(const Instruction& in, Value* index);
  std::vector<Value*> emit_repeat(const Region& region, std::span<Value* const> arguments);
  std::vector<Value*> emit_rarely(const Region& region, std::span<Value* const> arguments);
  Value* in_any_lane(Value* mask) { return lanes_ == 1 ? mask : builder_.CreateOrReduce(mask); }
  llvm::BasicBlock* add_block(const char* name) {
    return llvm::BasicBlock::Create(builder_.getContext(), name, builder_.GetInsertBlock()->getParent());
  }

  IRBuilderBase& builder_;
  const Body& body_;
  const unsigned lanes_;
  std::vector<Value*> values_;
  std::vector<std::vector<Value*>> results_;  // of the regions so far, by their number
};

[[noreturn]] void refuse(Prim prim, Dtype dtype) {
  throw Error(Code::internal,
              fmt::format("op body: primitive {} does not take {}", static_cast<int>(prim), name(dtype)));
}

Value* BodyEmitter::emit(const Instruction& in) {
  if (in.prim == Prim::constant) return constant_of_bits(builder_.getContext(), in.type, in.bits, lanes_);
  if (in.prim == Prim::region) {
    const Region& region = body_.regions[in.bits];
    const std::vector<Value*> arguments = gather(region.arguments);
    results_.resize(body_.regions.size());
    results_[in.bits] =
        region.kind == Region::Kind::repeat ? emit_repeat(region, arguments) : emit_rarely(region, arguments);
    return nullptr;
  }
  if (in.prim == Prim::result) {
    const Instruction& region = body_.code[in.operands[0] - body_.inputs.size()];
    return results_[region.bits][in.bits];
  }
  Value* a = values_[in.operands[0]];
  Value* b = values_[in.operands[1]];
  const Dtype operand = body_.type(in.operands[0]);
  switch (in.prim) {
    case Prim::equal:
    case Prim::not_equal:
    case Prim::less:
    case Prim::less_equal:
      return emit_compare(in.prim, operand, a, b);
    case Prim::select:
      return builder_.CreateSelect(a, b, values_[in.operands[2]]);
    case Prim::convert:
      return emit_convert(a, operand, in.type);
    case Prim::bitcast:
      return builder_.CreateBitCast(a, type(in.type));
    case Prim::table:
      return emit_table(in, a);
    default:
      return is_float(in.type) ? emit_float(in, a, b) : emit_integer(in, a, b);
  }
}

Value* BodyEmitter::emit_float(const Instruction& in, Value* a, Value* b) {
  switch (in.prim) {
    case Prim::add:
      return builder_.CreateFAdd(a, b);
    case Prim::subtract:
      return builder_.CreateFSub(a, b);
    case Prim::multiply:
      return builder_.CreateFMul(a, b);
    case Prim::divide:
      return builder_.CreateFDiv(a, b);
    case Prim::fma:
      return intrinsic(Intrinsic::fma, {a, b, values_[in.operands[2]]});
    case Prim::negate:
      return builder_.CreateFNeg(a);
    case Prim::absolute:
      return intrinsic(Intrinsic::fabs, {a});
    case Prim::copysign:
      return intrinsic(Intrinsic::copysign, {a, b});
    case Prim::square_root:
      return intrinsic(Intrinsic::sqrt, {a});
    case Prim::floor:
      return intrinsic(Intrinsic::floor, {a});
    case Prim::ceil:
      return intrinsic(Intrinsic::ceil, {a});
    case Prim::truncate:
      return intrinsic(Intrinsic::trunc, {a});
    case Prim::round_even:
      return intrinsic(Intrinsic::roundeven, {a});
    case Prim::minimum:
      return intrinsic(Intrinsic::minimum, {a, b});
    case Prim::maximum:
      return intrinsic(Intrinsic::maximum, {a, b});
    default:
      refuse(in.prim, in.type);
  }
}

Value* BodyEmitter::emit_integer(const Instruction& in, Value* a, Value* b) {
  const bool boolean = in.type == Dtype::boolean;
  switch (in.prim) {
    case Prim::bit_and:
      return builder_.CreateAnd(a, b);
    case Prim::bit_or:
      return builder_.CreateOr(a, b);
    case Prim::bit_xor:
      return builder_.CreateXor(a, b);
    case Prim::bit_not:
      return builder_.CreateNot(a);
    case Prim::minimum:
      return boolean ? builder_.CreateAnd(a, b) : intrinsic(Intrinsic::smin, {a, b});
    case Prim::maximum:
      return boolean ? builder_.CreateOr(a, b) : intrinsic(Intrinsic::smax, {a, b});
    default:
      break;
  }
  if (boolean) refuse(in.prim, in.type);
  switch (in.prim) {
    case Prim::add:
      return builder_.CreateAdd(a, b);
    case Prim::subtract:
      return builder_.CreateSub(a, b);
    case Prim::multiply:
      return builder_.CreateMul(a, b);
    case Prim::divide:
      return emit_divide(builder_, a, b);
    case Prim::remainder:
      return emit_remainder(builder_, a, b);
    case Prim::negate:
      return builder_.CreateNeg(a);
    case Prim::absolute:
      return intrinsic(Intrinsic::abs, {a, builder_.getFalse()});
    case Prim::shift_left:
      return emit_shift_left(builder_, a, b);
    case Prim::shift_right_logical:
      return emit_shift_right_logical(builder_, a, b);
    case Prim::shift_right_arithmetic:
      return emit_shift_right_arithmetic(builder_, a, b);
    case Prim::multiply_high:
      return emit_multiply_high(builder_, a, b);
    case Prim::population_count:
      return intrinsic(Intrinsic::ctpop, {a});
    case Prim::leading_zeros:
      return intrinsic(Intrinsic::ctlz, {a, builder_.getFalse()});
    default:
      refuse(in.prim, in.type);
  }
}

Value* BodyEmitter::emit_compare(Prim prim, Dtype dtype, Value* a, Value* b) {
  using P = llvm::CmpInst::Predicate;
  const bool floats = is_float(dtype), unsigned_order = dtype == Dtype::boolean;
  switch (prim) {
    case Prim::equal:
      return builder_.CreateCmp(floats ? P::FCMP_OEQ : P::ICMP_EQ, a, b);
    case Prim::not_equal:
      return builder_.CreateCmp(floats ? P::FCMP_UNE : P::ICMP_NE, a, b);
    case Prim::less:
      return builder_.CreateCmp(floats ? P::FCMP_OLT : unsigned_order ? P::ICMP_ULT : P::ICMP_SLT, a, b);
    default:
      return builder_.CreateCmp(floats ? P::FCMP_OLE : unsigned_order ? P::ICMP_ULE : P::ICMP_SLE, a, b);
  }
}

Value* BodyEmitter::emit_convert(Value* a, Dtype from, Dtype to) {
  llvm::Type* target = type(to);
  if (from == to) return a;
  if (to == Dtype::boolean)
    return emit_compare(Prim::not_equal, from, a, llvm::Constant::getNullValue(a->getType()));
  if (from == Dtype::boolean)
    return is_float(to) ? builder_.CreateUIToFP(a, target) : builder_.CreateZExt(a, target);
  if (is_float(from) && is_float(to)) return builder_.CreateFPCast(a, target);
  if (is_float(from)) return builder_.CreateIntrinsic(Intrinsic::fptosi_sat, {target, a->getType()}, {a});
  if (is_float(to)) return builder_.CreateSIToFP(a, target);
  return builder_.CreateSExtOrTrunc(a, target);
}

Value* BodyEmitter::emit_table(const Instruction& in, Value* index) {
  llvm::LLVMContext& context = builder_.getContext();
  llvm::Type* element = memory_type(context, in.type);
  llvm::Module& module = *builder_.GetInsertBlock()->getModule();
  llvm::Constant* table = table_constant(module, element, body_.tables[in.bits]);
  const llvm::Align align(size_of(in.type));
  Value* address = builder_.CreateInBoundsGEP(element, table, index);
  // A target without gathers, or with slow ones, makes loads of it.
  Value* loaded = nullptr;
  if (lanes_ == 1)
    loaded = builder_.CreateAlignedLoad(element, address, align);
  else
    loaded = builder_.CreateMaskedGather(llvm::FixedVectorType::get(element, lanes_), address, align);
  return in.type == Dtype::boolean ? builder_.CreateTrunc(loaded, type(in.type)) : loaded;
}

std::vector<Value*> BodyEmitter::emit_repeat(const Region& region, std::span<Value* const> arguments) {
  std::vector<Value*> initial(arguments.begin(), arguments.begin() + region.states);
  if (region.limit == 0) return initial;
  llvm::BasicBlock* before = builder_.GetInsertBlock();
  llvm::BasicBlock *loop = add_block("repeat"), *after = add_block("repeat.end");
  builder_.CreateBr(loop);
  builder_.SetInsertPoint(loop);
  llvm::PHINode* trip = builder_.CreatePHI(builder_.getInt32Ty(), 2);
  trip->addIncoming(builder_.getInt32(1), before);
  llvm::PHINode* was_done = builder_.CreatePHI(type(Dtype::boolean), 2);
  was_done->addIncoming(llvm::Constant::getNullValue(was_done->getType()), before);
  std::vector<llvm::PHINode*> state;
  std::vector<Value*> inputs(arguments.begin(), arguments.end());
  for (uint32_t s = 0; s < region.states; s++) {
    state.push_back(builder_.CreatePHI(initial[s]->getType(), 2));
    state[s]->addIncoming(initial[s], before);
    inputs[s] = state[s];
  }
  std::vector<Value*> next = BodyEmitter(builder_, region.body.front(), inputs, lanes_).run();
  Value* done = builder_.CreateOr(was_done, next.back());
  next.pop_back();
  // One lane leaves the loop as soon as it is done, so only vectors need to hold states back.
  for (uint32_t s = 0; s < region.states && lanes_ > 1; s++)
    next[s] = builder_.CreateSelect(was_done, state[s], next[s]);
  Value* all_done = lanes_ == 1 ? done : builder_.CreateAndReduce(done);
  Value* last = builder_.CreateICmpEQ(trip, builder_.getInt32(region.limit));
  llvm::BasicBlock* end = builder_.GetInsertBlock();
  trip->addIncoming(builder_.CreateAdd(trip, builder_.getInt32(1)), end);
  was_done->addIncoming(done, end);
  for (uint32_t s = 0; s < region.states; s++) state[s]->addIncoming(next[s], end);
  builder_.CreateCondBr(builder_.CreateOr(all_done, last), after, loop);
  builder_.SetInsertPoint(after);
  return next;
}

std::vector<Value*> BodyEmitter::emit_rarely(const Region& region, std::span<Value* const> arguments) {
  Value* mask = arguments[0];
  const std::span<Value* const> fast = arguments.subspan(1, region.states);
  llvm::BasicBlock *slow = add_block("rarely"), *after = add_block("rarely.end");
  Value* any = in_any_lane(mask);
  llvm::BasicBlock* before = builder_.GetInsertBlock();
  builder_.CreateCondBr(any, slow, after,
                        llvm::MDBuilder(builder_.getContext()).createUnlikelyBranchWeights());
  builder_.SetInsertPoint(slow);
  std::vector<Value*> out =
      BodyEmitter(builder_, region.body.front(), arguments.subspan(1 + region.states), lanes_).run();
  for (uint32_t s = 0; s < region.states; s++) out[s] = builder_.CreateSelect(mask, out[s], fast[s]);
  llvm::BasicBlock* end = builder_.GetInsertBlock();
  builder_.CreateBr(after);
  builder_.SetInsertPoint(after);
  for (uint32_t s = 0; s < region.states; s++) {
    llvm::PHINode* joined = builder_.CreatePHI(out[s]->getType(), 2);
    joined->addIncoming(fast[s], before);
    joined->addIncoming(out[s], end);
    out[s] = joined;
  }
  return out;
}

}  // namespace

std::vector<Value*> emit_body(IRBuilderBase& builder, const Body& body, std::span<Value* const> inputs,
                              unsigned lanes) {
  IRBuilderBase::FastMathFlagGuard guard(builder);
  builder.clearFastMathFlags();
  return BodyEmitter(builder, body, inputs, lanes).run();
}

}  // namespace wengert
