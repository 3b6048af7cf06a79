// What the scopes of an entry share: addresses, sizes, stack slots, flags.
#include <iterator>

#include "codegen/emit/scope.h"
#include "codegen/llvm_types.h"
#include "runtime/kernel_abi.h"

namespace wengert {

Emitter::Emitter(Compilation& c, const Plan& p, EntryPoint e, Builder& builder)
    : compilation(c),
      plan(p),
      entry(std::move(e)),
      scalars(p.program->graph->size(), nullptr),
      setup_(c.context()),
      frames_{{.function = entry.function}} {
  llvm::BasicBlock* setup = llvm::BasicBlock::Create(c.context(), "setup", entry.function);
  llvm::BasicBlock* start = llvm::BasicBlock::Create(c.context(), "start", entry.function);
  builder.CreateBr(setup);
  setup_.SetInsertPoint(setup);
  setup_.SetInsertPoint(setup_.CreateBr(start));
  builder.SetInsertPoint(start);
}

Emitter::Frame& Emitter::frame_at(const Builder& builder) {
  for (size_t i = frames_.size(); i-- > 0;)
    if (frames_[i].function == builder.GetInsertBlock()->getParent()) return frames_[i];
  throw Error(Code::internal, "code is emitted in a function that is not open");
}

llvm::Value* Emitter::allocate(const Builder& at, llvm::Type* type, uint64_t count, const char* name) {
  Frame& frame = frame_at(at);
  const std::pair key(type, count);
  const size_t taken = frame.used[key]++;
  if (auto [slot, end] = frame.slots.equal_range(key); static_cast<size_t>(std::distance(slot, end)) > taken)
    return std::next(slot, static_cast<std::ptrdiff_t>(taken))->second;
  llvm::Value* made = new_slot(frame, type, count, name);
  frame.slots.emplace(key, made);
  return made;
}

llvm::Value* Emitter::new_slot(Frame& frame, llvm::Type* type, uint64_t count, const char* name) {
  llvm::BasicBlock& block = frame.function->getEntryBlock();
  Builder first(&block, block.begin());
  llvm::AllocaInst* slot =
      first.CreateAlloca(count == 1 ? type : llvm::ArrayType::get(type, count), nullptr, name);
  slot->setAlignment(llvm::Align(64));
  return slot;
}

llvm::Value* Emitter::make_flags(Frame& frame) {
  if (frame.flags) return frame.flags;
  frame.flags = new_slot(frame, setup_.getInt32Ty(), 1, "flags");
  llvm::BasicBlock& block = frame.function->getEntryBlock();
  Builder(&block, std::next(block.begin())).CreateStore(setup_.getInt32(0), frame.flags);
  return frame.flags;
}

void Emitter::raise(Builder& builder, llvm::Value* condition, int flag) {
  llvm::Value* flags = make_flags(frame_at(builder));
  llvm::Value* have = builder.CreateLoad(builder.getInt32Ty(), flags);
  builder.CreateStore(
      builder.CreateOr(have, builder.CreateSelect(condition, builder.getInt32(flag), builder.getInt32(0))),
      flags);
}

llvm::Value* Emitter::extent(const Extent& extent) {
  if (extent.is_number()) return setup_.getInt64(*extent.number());
  llvm::Value*& value = extents_[extent.text()];
  if (!value) value = emit_extent(setup_, extent, entry.symbols);
  return value;
}

llvm::Value* Emitter::workspace(const Extent& offset) {
  return setup_.CreateGEP(setup_.getInt8Ty(), entry.workspace, extent(offset));
}

llvm::Value* Emitter::own_workspace(const Extent& offset) {
  llvm::Value* first = workspace(offset);
  if (!worker()) return first;
  return local().CreateGEP(local().getInt8Ty(), first, local().CreateMul(worker(), extent(plan.own_stride)));
}

llvm::Value* Emitter::pointer(uint32_t node) {
  const Storage& storage = plan.storage[node];
  llvm::Value*& pointer = pointers_[plan.source[node]];
  if (pointer) return pointer;
  switch (storage.kind) {
    case Storage::Kind::input: return pointer = entry.inputs[storage.index];
    case Storage::Kind::output: return pointer = entry.outputs[storage.index];
    case Storage::Kind::block: break;  // set_block says where, for each block
    case Storage::Kind::workspace: return pointer = workspace(storage.offset);
    case Storage::Kind::constant: {
      const Tensor& value = graph().node(plan.source[node]).attributes->get<Tensor>("value");
      llvm::Constant* data = llvm::ConstantDataArray::getRaw(
          llvm::StringRef(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()),
          value.bytes.size(), setup_.getInt8Ty());
      auto* global = new llvm::GlobalVariable(compilation.module(), data->getType(), true,
                                              llvm::GlobalValue::PrivateLinkage, data, "constant");
      global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
      global->setAlignment(llvm::Align(64));
      return pointer = global;
    }
    case Storage::Kind::none: break;
  }
  throw Error(Code::internal, "the emitter wanted the address of a value without storage");
}

const std::vector<llvm::Value*>& Emitter::strides(uint32_t node) {
  auto [found, added] = strides_.try_emplace(node);
  if (!added) return found->second;
  Shape shape = type(node).shape;
  const Storage& storage = plan.storage[node];
  if (storage.kind == Storage::Kind::block && storage.index > 0) shape[storage.index] = storage.rows;
  Extent step = 1;
  found->second.resize(shape.size());
  for (size_t i = shape.size(); i-- > 0; step = step * shape[i]) found->second[i] = extent(step);
  return found->second;
}

Interval Emitter::whole(const Extent& axis) {
  return {setup_.getInt64(0), extent(axis), axis.is_number() ? *axis.number() : -1};
}

bool Emitter::is_read(uint32_t node) {
  if (read_.empty()) {
    read_.resize(graph().size());
    for (uint32_t id = 0; id < graph().size(); id++)
      if (plan.roles[id] != Role::dead)
        for (Value input : graph().inputs(id)) read_[input.node] = 1;
    for (auto [output, copied] : plan.copies) read_[copied] = 1;
  }
  return read_[node];
}

void Emitter::set_block(Interval block, const std::map<uint32_t, llvm::Value*>& pointers) {
  block_ = block;
  for (auto [node, pointer] : pointers) pointers_[node] = pointer;
}

unsigned lanes_of(const Emitter& emitter, const Nest& nest) {
  size_t widest = 1;
  auto take = [&](uint32_t id) {
    widest = std::max(widest, size_of(emitter.type(id).dtype));
    for (Value input : emitter.graph().inputs(id))
      widest = std::max(widest, size_of(emitter.type(input.node).dtype));
  };
  for (Value root : nest.roots) take(root.node);
  for (uint32_t id : inlined_by(emitter.plan, nest)) take(id);
  // A nest of bytes alone would have more lanes than accumulators (ir/summation.h).
  return std::min(emitter.compilation.target().lanes(std::max<size_t>(widest, 4)), 16u);
}

static size_t instructions_of(const Body& body) {
  size_t out = body.code.size();
  for (const Region& region : body.regions) out += instructions_of(region.body[0]);
  return out;
}

size_t instructions_of(Emitter& emitter, const Nest& nest) {
  size_t out = 0;
  auto take = [&](uint32_t id) {
    if (emitter.graph().node(id).op->kind == Kind::elementwise)
      out += instructions_of(emitter.bodies.elementwise(emitter.graph(), id));
  };
  for (Value root : nest.roots) take(root.node);
  for (uint32_t id : inlined_by(emitter.plan, nest)) take(id);
  return out;
}

}  // namespace wengert
