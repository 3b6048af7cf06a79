// Units side by side: loops over tables of slots.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/emit/scalar_chunks.h"
#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"
#include "codegen/plan/scalar_units.h"

namespace wengert {

TableLoops::Table TableLoops::table(const ScalarChunk& chunk) {
  const Plan& plan = emitter_.plan;
  Table out;
  std::vector<uint32_t> words;
  std::span<const uint32_t> nodes = chunk.nodes, shapes = chunk.shapes;
  std::vector<std::span<const uint32_t>> units;
  for (const ScalarGroup& group : chunk.groups) {
    units.clear();
    for (uint32_t shape : shapes.first(group.count)) {
      const size_t length = plan.shapes[shape].nodes.size();
      units.push_back(nodes.first(length)), nodes = nodes.subspan(length);
    }
    if (group.loop != ScalarGroup::no_loop) {
      out.starts.push_back(words.size());
      const ScalarLoop& loop = plan.loops[group.loop];
      const ScalarShape& any = plan.shapes[loop.shapes[0]];
      for (size_t first = 0; first < group.count; first += loop.lanes) {
        for (size_t k = 0; k < units[first].size(); k++)
          if (plan.shapes[shapes[first]].stored[k]) words.push_back(plan.slots[units[first][k]]);
        const size_t choices = words.size(), operands = choices + loop.shapes.size() - 1;
        words.resize(operands + size_t{any.streams} * loop.lanes, 0);
        for (uint32_t lane = 0; lane < loop.lanes; lane++) {
          // Lanes beyond the last unit repeat it: its operands are values that exist.
          const size_t unit = std::min<size_t>(first + lane, group.count - 1);
          const auto choice =
              std::find(loop.shapes.begin(), loop.shapes.end(), shapes[unit]) - loop.shapes.begin();
          if (choice > 0) words[choices + static_cast<size_t>(choice) - 1] |= uint32_t{1} << lane;
          const std::vector<uint32_t> read = streams_of(plan, units[unit]);
          for (size_t s = 0; s < read.size(); s++)
            words[operands + s * loop.lanes + lane] = plan.slots[read[s]];
        }
      }
    }
    shapes = shapes.subspan(group.count);
  }
  if (words.empty()) return out;
  llvm::Constant* data = llvm::ConstantDataArray::getRaw(
      llvm::StringRef(reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]),
      words.size() * sizeof words[0], llvm::Type::getInt8Ty(emitter_.compilation.context()));
  out.data = new llvm::GlobalVariable(emitter_.compilation.module(), data->getType(), true,
                                      llvm::GlobalValue::PrivateLinkage, data, "slots.table");
  out.data->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  out.data->setAlignment(llvm::Align(64));
  return out;
}

void TableLoops::call(Builder& builder, const ScalarGroup& group, llvm::Value* slots, const Table& table,
                      size_t start) {
  const uint32_t lanes = emitter_.plan.loops[group.loop].lanes;
  llvm::Value* row = builder.CreateConstInBoundsGEP1_64(builder.getInt32Ty(), table.data, start);
  builder.CreateCall(function(group.loop), {slots, row, builder.getInt64((group.count + lanes - 1) / lanes)});
}

llvm::Function* TableLoops::function(uint32_t number) {
  llvm::Function*& made = functions_[number];
  if (made) return made;
  const Plan& plan = emitter_.plan;
  const ScalarLoop& loop = plan.loops[number];
  const ScalarShape& any = plan.shapes[loop.shapes[0]];
  llvm::LLVMContext& context = emitter_.compilation.context();
  llvm::Type *pointer = llvm::PointerType::getUnqual(context), *count = llvm::Type::getInt64Ty(context);
  made = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer, pointer, count}, false),
      llvm::GlobalValue::InternalLinkage,
      fmt::format("loop.{}", emitter_.graph().node(any.nodes.back()).op->name),
      emitter_.compilation.module());
  made->addFnAttr(llvm::Attribute::NoInline);
  llvm::Argument *slots = made->getArg(0), *table = made->getArg(1);
  slots->addAttr(llvm::Attribute::NoAlias);
  table->addAttr(llvm::Attribute::NoAlias);
  table->addAttr(llvm::Attribute::ReadOnly);
  llvm::BasicBlock* entry = llvm::BasicBlock::Create(context, "entry", made);
  llvm::BasicBlock* trip = llvm::BasicBlock::Create(context, "trip", made);
  llvm::BasicBlock* done = llvm::BasicBlock::Create(context, "done", made);
  Builder builder(entry);
  builder.CreateBr(trip);
  builder.SetInsertPoint(trip);
  llvm::PHINode *left = builder.CreatePHI(count, 2), *row = builder.CreatePHI(pointer, 2);
  left->addIncoming(made->getArg(2), entry);
  row->addIncoming(table, entry);
  uint64_t word = 0;
  const auto next_word = [&] {
    return builder.CreateAlignedLoad(builder.getInt32Ty(),
                                     builder.CreateConstInBoundsGEP1_64(builder.getInt32Ty(), row, word++),
                                     llvm::Align(4));
  };
  const auto next_place = [&] {
    return builder.CreateInBoundsGEP(builder.getInt8Ty(), slots, builder.CreateZExt(next_word(), count));
  };
  std::vector<llvm::Value*> places, choices, streams;
  for (char stored : any.stored)
    if (stored) places.push_back(next_place());
  for (size_t i = 1; i < loop.shapes.size(); i++)
    choices.push_back(builder.CreateBitCast(builder.CreateTrunc(next_word(), builder.getIntNTy(loop.lanes)),
                                            register_type(context, Dtype::boolean, loop.lanes)));
  for (uint32_t stream : streams_of(plan, any.nodes)) {
    const Dtype dtype = emitter_.type(stream).dtype;
    llvm::Type* memory = memory_type(context, dtype);
    llvm::Value* lanes = llvm::PoisonValue::get(llvm::FixedVectorType::get(memory, loop.lanes));
    for (unsigned lane = 0; lane < loop.lanes; lane++)
      lanes = builder.CreateInsertElement(
          lanes, builder.CreateAlignedLoad(memory, next_place(), llvm::Align(size_of(dtype))), lane);
    if (dtype == Dtype::boolean)
      lanes = builder.CreateICmpNE(lanes, llvm::Constant::getNullValue(lanes->getType()));
    streams.push_back(lanes);
  }
  const Body& body = bodies_.body(loop.shapes[0]);
  std::vector<llvm::Value*> results =
      emit_body(builder, body, streams, loop.lanes, &emitter_.compilation.slow_paths());
  for (size_t i = 1; i < loop.shapes.size(); i++)
    results[0] = builder.CreateSelect(choices[i - 1],
                                      emit_body(builder, bodies_.body(loop.shapes[i]), streams, loop.lanes,
                                                &emitter_.compilation.slow_paths())[0],
                                      results[0]);
  for (size_t i = 0; i < results.size(); i++)
    store_elements(builder, body.type(body.outputs[i]), results[i], places[i], loop.lanes);
  llvm::Value* less = builder.CreateSub(left, builder.getInt64(1));
  left->addIncoming(less, builder.GetInsertBlock());
  row->addIncoming(builder.CreateConstInBoundsGEP1_64(builder.getInt32Ty(), row, word),
                   builder.GetInsertBlock());
  builder.CreateCondBr(builder.CreateICmpEQ(less, builder.getInt64(0)), done, trip);
  builder.SetInsertPoint(done);
  builder.CreateRetVoid();
  return made;
}

}  // namespace wengert
