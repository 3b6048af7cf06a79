#include "codegen/emit/scalar_chunks.h"

#include <cstring>

#include <fmt/format.h>

#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"

namespace wengert {

static constexpr size_t short_body = 6;
static constexpr size_t many_chunks = 8;

llvm::Value* BodyFunctions::apply(Builder& builder, uint32_t node, std::span<llvm::Value* const> operands) {
  const Node& n = emitter_.graph().node(node);
  std::vector<Dtype> dtypes;
  for (Value input : emitter_.graph().inputs(node)) dtypes.push_back(emitter_.type(input.node).dtype);
  const Body& body = emitter_.bodies.elementwise(*n.op, *n.attributes, dtypes);
  if (body.code.size() <= short_body && body.regions.empty()) return emit_body(builder, body, operands, 1)[0];
  return builder.CreateCall(function(node, body), llvm::ArrayRef(operands.data(), operands.size()));
}

llvm::Function* BodyFunctions::function(uint32_t node, const Body& body) {
  llvm::Function*& made = functions_[&body];
  if (made) return made;
  llvm::LLVMContext& context = emitter_.compilation.context();
  std::vector<llvm::Type*> types;
  for (Dtype dtype : body.inputs) types.push_back(register_type(context, dtype, 1));
  llvm::Type* result = register_type(context, body.type(body.outputs[0]), 1);
  made = llvm::Function::Create(
      llvm::FunctionType::get(result, types, false), llvm::GlobalValue::InternalLinkage,
      fmt::format("op.{}", emitter_.graph().node(node).op->name), emitter_.compilation.module());
  made->addFnAttr(llvm::Attribute::NoInline);
  made->setDoesNotAccessMemory();
  Builder builder(llvm::BasicBlock::Create(context, "body", made));
  std::vector<llvm::Value*> arguments;
  for (llvm::Argument& argument : made->args()) arguments.push_back(&argument);
  builder.CreateRet(emit_body(builder, body, arguments, 1)[0]);
  return made;
}

ScalarChunks::ScalarChunks(Emitter& emitter, Scope& top) : emitter_(emitter), top_(top), bodies_(emitter) {
  const Plan& plan = emitter.plan;
  if (plan.chunks.empty()) return;
  slots_ = emitter.workspace(plan.slot_area);
  // Slots that code outside of chunks reads: by nests, by scalars of the entry, as outputs.
  std::vector<char> in_chunk(plan.roles.size(), 0);
  for (const ScalarChunk& chunk : plan.chunks)
    for (uint32_t id : chunk.nodes) in_chunk[id] = 1;
  read_by_entry_.assign(plan.roles.size(), 0);
  for (uint32_t id = 0; id < plan.roles.size(); id++)
    if (plan.roles[id] != Role::dead && !in_chunk[id])
      for (Value input : emitter.graph().inputs(id)) read_by_entry_[input.node] = in_chunk[input.node];
  for (const Output& output : plan.program->outputs)
    read_by_entry_[output.value.node] = in_chunk[output.value.node];
}

llvm::Value* ScalarChunks::slot(Builder& builder, llvm::Value* base, uint32_t node) {
  return builder.CreateConstGEP1_64(builder.getInt64Ty(), base, emitter_.plan.slots[node]);
}

void ScalarChunks::publish(uint32_t node) {
  if (!slots_ || emitter_.plan.slots[node] == Plan::no_slot) return;
  store_elements(top_.builder, emitter_.type(node).dtype, top_.at(node, {}).value,
                 slot(top_.builder, slots_, node), 1);
}

void ScalarChunks::run(uint32_t level, uint32_t before) {
  const std::vector<ScalarChunk>& chunks = emitter_.plan.chunks;
  for (; next_ < chunks.size() && chunks[next_].level == level && chunks[next_].nodes.front() < before;
       next_++)
    emit(chunks[next_]);
}

void ScalarChunks::emit(const ScalarChunk& chunk) {
  llvm::LLVMContext& context = emitter_.compilation.context();
  llvm::Type* pointer = llvm::PointerType::getUnqual(context);
  llvm::Function* function = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer, pointer}, false),
      llvm::GlobalValue::InternalLinkage,
      fmt::format("{}.scalars.{}", emitter_.entry.function->getName().str(), next_),
      emitter_.compilation.module());
  function->addFnAttr(llvm::Attribute::NoInline);
  // Much straight-line code is selected without optimisation: a third of the time, for code as fast within a
  // tenth.
  if (emitter_.plan.chunks.size() > many_chunks) function->addFnAttr(llvm::Attribute::OptimizeNone);
  // The same slots twice: no chunk reads a slot that it writes.
  llvm::Argument *read = function->getArg(0), *write = function->getArg(1);
  read->addAttr(llvm::Attribute::NoAlias);
  read->addAttr(llvm::Attribute::ReadOnly);
  write->addAttr(llvm::Attribute::NoAlias);
  Builder builder(llvm::BasicBlock::Create(context, "scalars", function));
  std::map<uint32_t, llvm::Value*> values;
  auto value_of = [&](uint32_t node) {
    llvm::Value*& value = values[node];
    if (value) return value;
    const Dtype dtype = emitter_.type(node).dtype;
    const Node& n = emitter_.graph().node(node);
    if (n.op->kind != Kind::constant)
      return value = load_elements(builder, dtype, slot(builder, read, node), 1);
    const Tensor& literal = n.attributes->get<Tensor>("value");
    uint64_t bits = 0;
    std::memcpy(&bits, literal.bytes.data(), literal.bytes.size());
    return value = constant_of_bits(context, dtype, bits, 1);
  };
  std::vector<llvm::Value*> operands;
  for (uint32_t id : chunk.nodes) {
    operands.clear();
    for (Value input : emitter_.graph().inputs(id)) operands.push_back(value_of(input.node));
    values[id] = bodies_.apply(builder, id, operands);
    if (emitter_.plan.slots[id] != Plan::no_slot)
      store_elements(builder, emitter_.type(id).dtype, values[id], slot(builder, write, id), 1);
  }
  builder.CreateRetVoid();
  top_.builder.CreateCall(function, {slots_, slots_});
  for (uint32_t id : chunk.nodes)
    if (read_by_entry_[id])
      emitter_.scalars[id] =
          load_elements(top_.builder, emitter_.type(id).dtype, slot(top_.builder, slots_, id), 1);
}

}  // namespace wengert
