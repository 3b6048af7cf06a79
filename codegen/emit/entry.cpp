#include "codegen/emit/entry.h"

#include <algorithm>
#include <utility>

#include "codegen/emit/outline.h"
#include "codegen/emit/scalar_chunks.h"
#include "codegen/emit/scope.h"
#include "codegen/emit/streams.h"
#include "codegen/llvm_types.h"

namespace wengert {

void emit_nest(Scope& scope, const Nest& nest) {
  switch (nest.kind) {
    case NestKind::map: return emit_map(scope, nest);
    case NestKind::fold_lanes: return emit_fold_lanes(scope, nest);
    case NestKind::fold_chain: return emit_fold_chain(scope, nest);
    case NestKind::product: return emit_product(scope, nest);
    case NestKind::arg_reduction: return emit_arg_reduction(scope, nest);
    case NestKind::place: return emit_place(scope, nest);
    case NestKind::fill: return emit_fill(scope, nest);
    case NestKind::scatter: return emit_scatter(scope, nest);
    case NestKind::tree: return emit_tree(scope, nest);
  }
}

static std::vector<uint32_t> scalar_roots(const Emitter& emitter, const Nest& nest) {
  std::vector<uint32_t> out;
  auto take = [&](const Nest& of) {
    for (Value root : of.roots)
      if (emitter.type(root.node).is_scalar()) out.push_back(root.node);
  };
  take(nest);
  for (const Nest& member : nest.members) take(member);
  return out;
}

// In a function of its own: its scalars come back through slots.
static void emit_nest_apart(Scope& scope, const Nest& nest, const std::vector<uint32_t>& scalars) {
  Emitter& emitter = scope.emitter;
  std::vector<llvm::Value*> slots;
  for (uint32_t id : scalars)
    slots.push_back(emitter.allocate(
        scope.builder, register_type(scope.builder.getContext(), emitter.type(id).dtype, 1), 1, "scalar"));
  emit_apart(scope, [&](Scope& inner) {
    emit_nest(inner, nest);
    for (size_t i = 0; i < slots.size(); i++)
      inner.builder.CreateStore(emitter.scalars[scalars[i]], slots[i]);
  });
  for (size_t i = 0; i < slots.size(); i++) {
    llvm::Value*& value = emitter.scalars[scalars[i]];
    value = scope.builder.CreateLoad(value->getType(), slots[i]);
  }
}

// One element and little work: a function of its own would cost more than it keeps apart.
static bool is_small(Emitter& emitter, const Nest& nest) {
  constexpr size_t little = 16;
  const bool stores =
      nest.kind == NestKind::map || nest.kind == NestKind::place || nest.kind == NestKind::fill;
  return stores &&
         std::all_of(nest.space.begin(), nest.space.end(), [](const Extent& e) { return e.is(1); }) &&
         instructions_of(emitter, nest) <= little;
}

static void emit_copy(Scope& scope, uint32_t node, llvm::Value* to) {
  const Type& type = scope.emitter.type(node);
  llvm::Type* memory = memory_type(scope.builder.getContext(), type.dtype);
  const unsigned lanes =
      std::min(scope.emitter.compilation.target().lanes(std::max<size_t>(size_of(type.dtype), 4)), 16u);
  emit_vector_loop(scope, scope.emitter.whole(element_count(type.shape)), lanes,
                   [&](Scope& inner, AxisIndex i) {
                     llvm::Value* value = inner.in_lanes(inner.at(node, Index{{i}, true}));
                     inner.store_lanes(type.dtype, value, inner.builder.CreateGEP(memory, to, i.base));
                   });
}

static void emit_copies(Scope& scope, ScalarChunks& chunks, const Plan& plan, const EntryPoint& point) {
  Emitter& emitter = scope.emitter;
  const auto place_of = [&](uint32_t output) -> llvm::Value* {
    for (const auto& [number, place] : plan.put_by)
      if (number == output) return emitter.workspace(place);
    return nullptr;
  };
  bool put_by = false;
  for (auto [output, node] : plan.copies) {
    if (emitter.type(node).is_scalar()) {
      store_elements(scope.builder, emitter.type(node).dtype, chunks.output(node), point.outputs[output], 1);
      continue;
    }
    if (plan.donation_to(output) && !std::exchange(put_by, true))
      for (auto [other, from] : plan.copies)
        if (llvm::Value* place = place_of(other)) emit_copy(scope, from, place);
    llvm::Value* place = place_of(output);
    llvm::Value* before = place ? emitter.pointer(node) : nullptr;
    if (place) emitter.set_pointer(plan.source[node], place);
    emit_copy(scope, node, point.outputs[output]);
    if (place) emitter.set_pointer(plan.source[node], before);
  }
}

/// Says that this part of the entry has run, where somebody wants to know.
static void emit_mark(const Compilation& compilation, Builder& b, uint32_t done) {
  auto* mark = compilation.options().mark;
  if (!mark) return;
  llvm::Constant* address =
      llvm::ConstantExpr::getIntToPtr(b.getInt64(reinterpret_cast<uintptr_t>(mark)), b.getPtrTy());
  b.CreateCall(llvm::FunctionType::get(b.getVoidTy(), {b.getInt32Ty()}, false), address, {b.getInt32(done)});
}

void emit_entry(Compilation& compilation, const Plan& plan, const Entry& entry) {
  Builder builder(compilation.context());
  EntryPoint point = begin_entry(compilation, entry, builder);
  Emitter emitter(compilation, plan, point, builder);
  Scope top(emitter, nullptr, 1, builder.GetInsertBlock());
  ScalarChunks chunks(emitter, top);
  for (Value input : plan.program->inputs())
    if (emitter.type(input.node).is_scalar()) chunks.publish(input.node);
  emit_mark(compilation, top.builder, CompileOptions::mark_checks);
  // Scalars of a level read what nests of that level and below computed; nests of a level read lower ones.
  size_t nest = 0, scalar = 0;
  const auto large = std::count_if(plan.nests.begin(), plan.nests.end(),
                                   [&](const Nest& one) { return !is_small(emitter, one); });
  const bool apart = static_cast<size_t>(large) > most_nests_together;
  const uint32_t levels = 1 + *std::max_element(plan.levels.begin(), plan.levels.end());
  for (uint32_t level = 0; level < levels; level++) {
    for (; nest < plan.nests.size() && plan.nests[nest].level == level; nest++) {
      const std::vector<uint32_t> scalars = scalar_roots(emitter, plan.nests[nest]);
      if (apart && !is_small(emitter, plan.nests[nest]))
        emit_nest_apart(top, plan.nests[nest], scalars);
      else
        emit_nest(top, plan.nests[nest]);
      emitter.release();
      emit_mark(compilation, top.builder, static_cast<uint32_t>(nest));
      for (uint32_t id : scalars) chunks.publish(id);
    }
    for (; scalar < plan.scalars.size() && plan.levels[plan.scalars[scalar]] == level; scalar++) {
      const uint32_t id = plan.scalars[scalar];
      if (!plan.reads_storage(id)) chunks.run(level, id);
      emitter.scalars[id] = top.compute(id, {}).value;
      emitter.release();
      chunks.publish(id);
    }
    chunks.run(level, Value::none);
    emit_mark(compilation, top.builder, CompileOptions::mark_rest);
  }
  emit_copies(top, chunks, plan, point);
  builder.SetInsertPoint(top.builder.GetInsertBlock());
  emit_stream_fence(emitter, builder);
  emit_mark(compilation, builder, CompileOptions::mark_rest);
  llvm::Value* flags = emitter.flags() ? builder.CreateLoad(builder.getInt32Ty(), emitter.flags()) : nullptr;
  end_entry(compilation, entry, builder, flags);
}

}  // namespace wengert
