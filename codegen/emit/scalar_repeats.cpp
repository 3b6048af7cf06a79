// Scalars that repeat: a loop over the trips. A value's slot moves from trip to trip by a constant step,
// which the first two trips show.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/emit/scalar_chunks.h"
#include "codegen/llvm_types.h"
#include "codegen/plan/joined_body.h"
#include "codegen/plan/scalar_units.h"

namespace wengert {

unsigned RepeatLoops::lanes_of(const ScalarChunk& chunk) const {
  if (!chunk.independent) return 1;
  unsigned lanes = 16;
  for (uint32_t shape : chunk.shapes) lanes = std::min(lanes, emitter_.plan.shapes[shape].lanes);
  return chunk.trips >= lanes ? lanes : 1;
}

// Places [begin, end) of `lanes` trips from trip number `trip` on, as a function of the slots and the trip.
llvm::Function* RepeatLoops::part(const ScalarChunk& chunk, size_t begin, size_t end, unsigned lanes,
                                  const std::string& name) {
  const Plan& plan = emitter_.plan;
  llvm::LLVMContext& context = emitter_.compilation.context();
  llvm::Type *pointer = llvm::PointerType::getUnqual(context), *word = llvm::Type::getInt64Ty(context);
  llvm::Function* function =
      llvm::Function::Create(llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer, word}, false),
                             llvm::GlobalValue::InternalLinkage, name, emitter_.compilation.module());
  function->addFnAttr(llvm::Attribute::NoInline);
  Builder builder(llvm::BasicBlock::Create(context, "trip", function));
  std::map<int64_t, llvm::Value*> moved;  // by step: the slots as this trip sees them
  const auto address = [&](uint32_t slot, int64_t step) {
    llvm::Value*& base = moved[step];
    if (!base)
      base = builder.CreateGEP(
          builder.getInt8Ty(), function->getArg(0),
          builder.CreateMul(function->getArg(1), builder.getInt64(static_cast<uint64_t>(step))));
    return builder.CreateConstGEP1_64(builder.getInt8Ty(), base, slot);
  };
  const auto splat = [&](llvm::Value* value) {
    return lanes == 1 ? value : builder.CreateVectorSplat(lanes, value);
  };
  const auto load = [&](Dtype dtype, uint32_t slot, int64_t step) -> llvm::Value* {
    if (lanes == 1 || step == 0) return splat(load_elements(builder, dtype, address(slot, step), 1));
    if (step == static_cast<int64_t>(size_of(dtype)))
      return load_elements(builder, dtype, address(slot, step), lanes);
    llvm::Value* out = llvm::PoisonValue::get(register_type(context, dtype, lanes));
    for (unsigned lane = 0; lane < lanes; lane++) {
      llvm::Value* at = builder.CreateConstGEP1_64(builder.getInt8Ty(), address(slot, step),
                                                   static_cast<uint64_t>(step * lane));
      out = builder.CreateInsertElement(out, load_elements(builder, dtype, at, 1), lane);
    }
    return out;
  };
  const size_t length = chunk.shapes.size();
  std::map<std::pair<uint32_t, uint32_t>, llvm::Value*> values;  // by the nodes of the first two trips
  for (size_t k = begin; k < end; k++) {
    const uint32_t first = chunk.nodes[k], second = chunk.nodes[length + k];
    const std::span<const Value> inputs = emitter_.graph().inputs(first),
                                 nexts = emitter_.graph().inputs(second);
    std::vector<llvm::Value*> operands;
    for (uint32_t stream : streams_of(plan, {&first, 1})) {
      size_t o = 0;
      while (inputs[o].node != stream) o++;
      llvm::Value*& value = values[{stream, nexts[o].node}];
      const Dtype dtype = emitter_.type(stream).dtype;
      if (!value && emitter_.graph().node(stream).op->kind == Kind::constant)
        value = constant_of_bits(context, dtype, scalar_bits(emitter_.graph(), stream), lanes);
      if (!value)
        value =
            load(dtype, plan.slots[stream],
                 static_cast<int64_t>(plan.slots[nexts[o].node]) - static_cast<int64_t>(plan.slots[stream]));
      operands.push_back(value);
    }
    llvm::Value* result = bodies_.apply(builder, chunk.shapes[k], operands, lanes)[0];
    values[{first, second}] = result;
    const Dtype dtype = emitter_.type(first).dtype;
    if (chunk.stored[k])
      store_elements(builder, dtype, result, address(plan.slots[first], static_cast<int64_t>(size_of(dtype))),
                     lanes);
  }
  builder.CreateRetVoid();
  return function;
}

llvm::Function* RepeatLoops::emit(const ScalarChunk& chunk, const std::string& name) {
  llvm::LLVMContext& context = emitter_.compilation.context();
  llvm::Type* pointer = llvm::PointerType::getUnqual(context);
  const unsigned lanes = lanes_of(chunk);
  std::vector<llvm::Function*> parts;
  for (size_t begin = 0; begin < chunk.shapes.size(); begin += ScalarChunk::most_nodes)
    parts.push_back(part(chunk, begin, std::min(begin + ScalarChunk::most_nodes, chunk.shapes.size()), lanes,
                         fmt::format("{}.{}", name, parts.size())));
  llvm::Function* function =
      llvm::Function::Create(llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer}, false),
                             llvm::GlobalValue::InternalLinkage, name, emitter_.compilation.module());
  function->addFnAttr(llvm::Attribute::NoInline);
  llvm::BasicBlock* entry = llvm::BasicBlock::Create(context, "entry", function);
  llvm::BasicBlock* loop = llvm::BasicBlock::Create(context, "loop", function);
  llvm::BasicBlock* done = llvm::BasicBlock::Create(context, "done", function);
  Builder builder(entry);
  builder.CreateBr(loop);
  builder.SetInsertPoint(loop);
  llvm::PHINode* trip = builder.CreatePHI(builder.getInt64Ty(), 2);
  trip->addIncoming(builder.getInt64(0), entry);
  // Vectors that would reach beyond the last trip do trips again, whose values are the same.
  llvm::Value* last = builder.getInt64(chunk.trips - lanes);
  llvm::Value* begin = builder.CreateSelect(builder.CreateICmpULT(trip, last), trip, last);
  for (llvm::Function* step : parts) builder.CreateCall(step, {function->getArg(0), begin});
  llvm::Value* next = builder.CreateAdd(trip, builder.getInt64(lanes));
  trip->addIncoming(next, loop);
  builder.CreateCondBr(builder.CreateICmpULT(next, builder.getInt64(chunk.trips)), loop, done);
  builder.SetInsertPoint(done);
  builder.CreateRetVoid();
  return function;
}

}  // namespace wengert
