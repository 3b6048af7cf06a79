#include "codegen/llvm_arithmetic.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/llvm_primitives.h"
#include "codegen/llvm_tables.h"
#include "ir/error.h"

namespace wengert {

using llvm::IRBuilderBase;
using llvm::Value;

namespace {

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

  Value* emit(const Instruction& in);
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
  if (in.prim == Prim::table)
    return emit_table_lookup(builder_, in.type, body_.tables[in.bits], values_[in.operands[0]], lanes_);
  // Operands that a primitive does not have are number 0.
  return emit_primitive(builder_, in.prim, in.type, body_.type(in.operands[0]),
                        {values_[in.operands[0]], values_[in.operands[1]], values_[in.operands[2]]});
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
