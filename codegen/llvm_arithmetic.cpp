#include "codegen/llvm_arithmetic.h"

#include <algorithm>

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/llvm_primitives.h"
#include "codegen/llvm_tables.h"
#include "codegen/plan/body_contents.h"
#include "codegen/slow_paths.h"
#include "ir/error.h"

namespace wengert {

using llvm::IRBuilderBase;
using llvm::Value;

namespace {

/// One run of a body at one place: the values so far, by their number.
class BodyEmitter {
 public:
  BodyEmitter(IRBuilderBase& builder, const Body& body, std::span<Value* const> inputs, unsigned lanes,
              SlowPaths* slow_paths, BodyValues* known)
      : builder_(builder),
        body_(body),
        lanes_(lanes),
        slow_paths_(slow_paths),
        known_(known),
        values_(inputs.begin(), inputs.end()) {}

  std::vector<Value*> run() {
    if (values_.size() != body_.inputs.size())
      throw Error(Code::internal,
                  fmt::format("op body: {} inputs for {}", values_.size(), body_.inputs.size()));
    for (const Instruction& instruction : body_.code) values_.push_back(once(instruction));
    return gather(body_.outputs);
  }

 private:
  std::vector<Value*> gather(std::span<const uint32_t> ids) const {
    std::vector<Value*> out;
    for (uint32_t id : ids) out.push_back(values_[id]);
    return out;
  }
  llvm::Type* type(Dtype dtype) const { return register_type(builder_.getContext(), dtype, lanes_); }

  std::vector<uint64_t> key_of(const Instruction& in) const;
  Value* once(const Instruction& in);
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
  SlowPaths* slow_paths_;
  BodyValues* known_;  // may be null
  std::vector<Value*> values_;
  std::vector<std::vector<Value*>> results_;  // of the regions so far, by their number
};

// What the instruction computes here.
std::vector<uint64_t> BodyEmitter::key_of(const Instruction& in) const {
  std::vector<uint64_t> key{static_cast<uint64_t>(in.prim), static_cast<uint64_t>(in.type), lanes_};
  const auto add = [&](uint32_t id) { key.push_back(reinterpret_cast<uintptr_t>(values_[id])); };
  if (in.prim == Prim::region) {
    const Region& region = body_.regions[in.bits];
    key.insert(key.end(), {static_cast<uint64_t>(region.kind), region.limit, region.states});
    for (uint32_t argument : region.arguments) add(argument);
    add_contents(key, region.body.front());
    return key;
  }
  for (uint32_t operand : in.operands) add(operand);
  if (in.prim == Prim::table)
    key.insert(key.end(), body_.tables[in.bits].begin(), body_.tables[in.bits].end());
  return key;
}

Value* BodyEmitter::once(const Instruction& in) {
  if (!known_ || in.prim == Prim::constant || in.prim == Prim::result) return emit(in);
  std::vector<Value*>& known = known_->of(key_of(in));
  if (in.prim != Prim::region) {
    if (known.empty()) known.push_back(emit(in));
    return known[0];
  }
  if (known.empty())
    emit(in), known = results_[in.bits];
  else
    results_.resize(body_.regions.size()), results_[in.bits] = known;
  return nullptr;
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
  std::vector<Value*> next =
      BodyEmitter(builder_, region.body.front(), inputs, lanes_, slow_paths_, nullptr).run();
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
  const std::span<Value* const> inputs = arguments.subspan(1 + region.states);
  llvm::Function* function = slow_paths_ ? slow_paths_->function(region.body.front(), lanes_) : nullptr;
  std::vector<Value*> out =
      function ? call_body_function(builder_, function, inputs)
               : BodyEmitter(builder_, region.body.front(), inputs, lanes_, slow_paths_, nullptr).run();
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

/// An addition, product, … of the graph itself. The steps of longer bodies rely on how each of them rounds.
bool is_one_step(const Body& body) {
  return body.regions.empty() && std::ranges::count_if(body.code, [](const Instruction& in) {
                                   return in.prim != Prim::constant;
                                 }) == 1;
}

}  // namespace

std::vector<Value*> emit_body(IRBuilderBase& builder, const Body& body, std::span<Value* const> inputs,
                              unsigned lanes, SlowPaths* slow_paths, BodyValues* known) {
  IRBuilderBase::FastMathFlagGuard guard(builder);
  if (is_one_step(body)) {
    // (y / h) / h is written for an h whose square is no number: LLVM would divide by h h.
    llvm::FastMathFlags flags = builder.getFastMathFlags();
    flags.setAllowReassoc(false);
    builder.setFastMathFlags(flags);
    if (flags.any()) known = nullptr;  // no longer body may take a value that is less exact
  } else {
    builder.clearFastMathFlags();
  }
  return BodyEmitter(builder, body, inputs, lanes, slow_paths, known).run();
}

llvm::Function* emit_body_function(llvm::Module& module, const Body& body, unsigned lanes,
                                   const std::string& name, SlowPaths* slow_paths) {
  llvm::LLVMContext& context = module.getContext();
  std::vector<llvm::Type*> types, results;
  for (Dtype dtype : body.inputs) types.push_back(register_type(context, dtype, lanes));
  for (uint32_t output : body.outputs) results.push_back(register_type(context, body.type(output), lanes));
  llvm::Type* result = results.size() == 1 ? results[0] : llvm::StructType::get(context, results);
  llvm::Function* function = llvm::Function::Create(llvm::FunctionType::get(result, types, false),
                                                    llvm::GlobalValue::InternalLinkage, name, module);
  function->addFnAttr(llvm::Attribute::NoInline);
  function->setDoesNotAccessMemory();
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "body", function));
  std::vector<Value*> inputs;
  for (llvm::Argument& argument : function->args()) inputs.push_back(&argument);
  const std::vector<Value*> outputs = emit_body(builder, body, inputs, lanes, slow_paths);
  if (outputs.size() == 1)
    builder.CreateRet(outputs[0]);
  else
    builder.CreateAggregateRet(outputs.data(), static_cast<unsigned>(outputs.size()));
  return function;
}

std::vector<Value*> call_body_function(IRBuilderBase& builder, llvm::Function* function,
                                       std::span<Value* const> inputs) {
  llvm::CallInst* result = builder.CreateCall(function, llvm::ArrayRef(inputs.data(), inputs.size()));
  result->setCallingConv(function->getCallingConv());
  const auto* several = llvm::dyn_cast<llvm::StructType>(result->getType());
  if (!several) return {result};
  std::vector<Value*> out;
  for (unsigned i = 0; i < several->getNumElements(); i++)
    out.push_back(builder.CreateExtractValue(result, i));
  return out;
}

}  // namespace wengert
