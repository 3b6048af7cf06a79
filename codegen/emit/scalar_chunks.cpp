#include "codegen/emit/scalar_chunks.h"

#include <unordered_map>

#include <fmt/format.h>

#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"
#include "codegen/plan/joined_body.h"
#include "codegen/plan/scalar_units.h"

namespace wengert {

static constexpr size_t short_body = 6;

const Body& BodyFunctions::body(uint32_t shape) {
  const auto [have, added] = bodies_.try_emplace(shape);
  if (added) {
    const ScalarShape& s = emitter_.plan.shapes[shape];
    have->second = joined_body(emitter_.graph(), s.nodes, streams_of(emitter_.plan, s.nodes), s.stored);
  }
  return have->second;
}

std::vector<llvm::Value*> BodyFunctions::apply(Builder& builder, uint32_t shape,
                                               std::span<llvm::Value* const> streams, unsigned lanes) {
  const Body& steps = body(shape);
  if (steps.code.size() <= short_body && steps.regions.empty())
    return emit_body(builder, steps, streams, lanes, &emitter_.compilation.slow_paths());
  llvm::Function*& made = functions_[{shape, lanes}];
  if (!made)
    made = emit_body_function(
        emitter_.compilation.module(), steps, lanes,
        fmt::format("op.{}.{}", emitter_.graph().node(emitter_.plan.shapes[shape].nodes.back()).op->name,
                    lanes),
        &emitter_.compilation.slow_paths());
  return call_body_function(builder, made, streams);
}

ScalarChunks::ScalarChunks(Emitter& emitter, Scope& top)
    : emitter_(emitter), top_(top), bodies_(emitter), tables_(emitter, bodies_), repeats_(emitter, bodies_) {
  const Plan& plan = emitter.plan;
  if (plan.chunks.empty()) return;
  slots_ = emitter.workspace(plan.slot_area);
  store_constants();
  // Slots that nests and scalars of the entry read.
  in_chunk_.assign(plan.roles.size(), 0);
  for (const ScalarChunk& chunk : plan.chunks)
    for (uint32_t id : chunk.nodes) in_chunk_[id] = 1;
  read_by_entry_.assign(plan.roles.size(), 0);
  for (uint32_t id = 0; id < plan.roles.size(); id++)
    if (plan.roles[id] != Role::dead && !in_chunk_[id])
      for (Value input : emitter.graph().inputs(id)) read_by_entry_[input.node] = in_chunk_[input.node];
}

llvm::Value* ScalarChunks::slot(Builder& builder, llvm::Value* base, uint32_t node) {
  return builder.CreateConstGEP1_64(builder.getInt8Ty(), base, emitter_.plan.slots[node]);
}

void ScalarChunks::publish(uint32_t node) {
  if (!slots_ || emitter_.plan.slots[node] == Plan::no_slot) return;
  if (emitter_.graph().node(node).op->kind == Kind::constant) return;  // stored at the start
  store_elements(top_.builder, emitter_.type(node).dtype, top_.at(node, {}).value,
                 slot(top_.builder, slots_, node), 1);
}

llvm::Value* ScalarChunks::output(uint32_t node) {
  if (!slots_ || !in_chunk_[node]) return top_.at(node, {}).value;
  return load_elements(top_.builder, emitter_.type(node).dtype, slot(top_.builder, slots_, node), 1);
}

void ScalarChunks::run(uint32_t level, uint32_t before) {
  const std::vector<ScalarChunk>& chunks = emitter_.plan.chunks;
  for (; next_ < chunks.size() && chunks[next_].level == level && chunks[next_].first < before; next_++)
    emit(chunks[next_]);
}

// Their slots lie side by side, eight bytes each.
void ScalarChunks::store_constants() {
  const std::vector<uint32_t>& constants = emitter_.plan.stored_constants;
  if (constants.empty()) return;
  std::vector<uint64_t> bits;
  for (uint32_t id : constants) bits.push_back(scalar_bits(emitter_.graph(), id));
  Builder& b = top_.builder;
  llvm::Constant* data = llvm::ConstantDataArray::get(b.getContext(), bits);
  auto* global = new llvm::GlobalVariable(emitter_.compilation.module(), data->getType(), true,
                                          llvm::GlobalValue::PrivateLinkage, data, "constants");
  global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  llvm::Value* to = slot(b, slots_, constants.front());
  const int64_t count = static_cast<int64_t>(bits.size());
  emit_loop(top_, {top_.number(0), top_.number(count), count}, 1, 1, [&](Scope& inner, AxisIndex i) {
    llvm::Type* word = inner.builder.getInt64Ty();
    llvm::Value* value = inner.builder.CreateLoad(word, inner.builder.CreateGEP(word, global, i.base));
    inner.builder.CreateStore(value, inner.builder.CreateGEP(word, to, i.base));
  });
}

void ScalarChunks::emit(const ScalarChunk& chunk) {
  const std::string name = fmt::format("{}.scalars.{}", emitter_.entry.function->getName().str(), next_);
  const bool repeated = chunk.form == ScalarChunk::Form::repeated;
  top_.builder.CreateCall(repeated ? repeats_.emit(chunk, name) : emit_code(chunk, name), {slots_});
  for (uint32_t id : chunk.nodes)
    if (read_by_entry_[id])
      emitter_.scalars[id] =
          load_elements(top_.builder, emitter_.type(id).dtype, slot(top_.builder, slots_, id), 1);
}

llvm::Function* ScalarChunks::emit_code(const ScalarChunk& chunk, const std::string& name) {
  llvm::LLVMContext& context = emitter_.compilation.context();
  llvm::Function* function = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {llvm::PointerType::getUnqual(context)}, false),
      llvm::GlobalValue::InternalLinkage, name, emitter_.compilation.module());
  function->addFnAttr(llvm::Attribute::NoInline);
  // Straight-line code is selected without optimisation: in a fraction of the time, and as fast within a
  // tenth.
  function->addFnAttr(llvm::Attribute::OptimizeNone);
  llvm::Argument* slots = function->getArg(0);
  Builder builder(llvm::BasicBlock::Create(context, "scalars", function));
  const TableLoops::Table table = tables_.table(chunk);
  std::unordered_map<uint32_t, llvm::Value*> values;  // in registers
  auto value_of = [&](uint32_t node) {
    llvm::Value*& value = values[node];
    if (value) return value;
    const Dtype dtype = emitter_.type(node).dtype;
    if (emitter_.graph().node(node).op->kind == Kind::constant)
      return value = constant_of_bits(context, dtype, scalar_bits(emitter_.graph(), node), 1);
    return value = load_elements(builder, dtype, slot(builder, slots, node), 1);
  };
  std::span<const uint32_t> nodes = chunk.nodes, shapes = chunk.shapes;
  size_t loops = 0;
  std::vector<llvm::Value*> operands;
  for (const ScalarGroup& group : chunk.groups) {
    const bool loop = group.loop != ScalarGroup::no_loop;
    if (loop) {
      tables_.call(builder, group, slots, table, table.starts[loops++]);
      values.clear();  // a call keeps no vector register
    }
    for (uint32_t number : shapes.first(group.count)) {
      const ScalarShape& shape = emitter_.plan.shapes[number];
      const std::span<const uint32_t> unit = nodes.first(shape.nodes.size());
      nodes = nodes.subspan(unit.size());
      if (loop) continue;
      operands.clear();
      for (uint32_t stream : streams_of(emitter_.plan, unit)) operands.push_back(value_of(stream));
      const std::vector<llvm::Value*> results = bodies_.apply(builder, number, operands, 1);
      for (size_t k = 0, result = 0; k < unit.size(); k++) {
        if (!shape.stored[k]) continue;
        llvm::Value* value = values[unit[k]] = results[result++];
        if (emitter_.plan.slots[unit[k]] != Plan::no_slot)
          store_elements(builder, emitter_.type(unit[k]).dtype, value, slot(builder, slots, unit[k]), 1);
      }
    }
    shapes = shapes.subspan(group.count);
  }
  builder.CreateRetVoid();
  return function;
}

}  // namespace wengert
