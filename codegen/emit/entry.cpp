#include "codegen/emit/entry.h"

#include "codegen/emit/scope.h"
#include "codegen/llvm_types.h"

namespace wengert {

Entry describe_entry(const Plan& plan, const std::string& symbol) {
  const Program& program = *plan.program;
  Entry entry;
  entry.symbol = symbol;
  for (Value input : program.inputs()) entry.inputs.push_back({program.graph->input_name(input), program.graph->type(input)});
  entry.symbols = program.symbols();
  for (const Output& output : program.outputs) entry.outputs.push_back({output.name, program.graph->type(output.value)});
  entry.workspace = plan.workspace;
  for (const Check& check : program.checks()) entry.not_negative.push_back(check.not_negative);
  return entry;
}

static void emit_nest(Scope& scope, const Nest& nest) {
  switch (nest.kind) {
    case NestKind::map: return emit_map(scope, nest);
    case NestKind::fold_lanes: return emit_fold_lanes(scope, nest);
    case NestKind::fold_chain: return emit_fold_chain(scope, nest);
    case NestKind::arg_reduction: return emit_arg_reduction(scope, nest);
    case NestKind::place: return emit_place(scope, nest);
    case NestKind::fill: return emit_fill(scope, nest);
    case NestKind::scatter: return emit_scatter(scope, nest);
  }
}

static void emit_copies(Scope& scope, const Plan& plan, const EntryPoint& point) {
  for (auto [output, node] : plan.copies) {
    const Type& type = scope.emitter.type(node);
    llvm::Type* memory = memory_type(scope.builder.getContext(), type.dtype);
    if (type.is_scalar()) {
      store_elements(scope.builder, type.dtype, scope.at(node, {}).value, point.outputs[output], 1);
      continue;
    }
    const unsigned lanes = std::min(scope.emitter.compilation.target().lanes(std::max<size_t>(size_of(type.dtype), 4)), 16u);
    emit_vector_loop(scope, scope.emitter.extent(element_count(type.shape)), lanes, [&, output = output, node = node](Scope& inner, AxisIndex i) {
      i.depth = inner.depth;
      llvm::Value* value = inner.in_lanes(inner.at(node, Index{{i}, true}));
      store_elements(inner.builder, type.dtype, value, inner.builder.CreateGEP(memory, point.outputs[output], i.base), inner.lanes);
    });
  }
}

void emit_entry(Compilation& compilation, const Plan& plan, const Entry& entry) {
  Builder builder(compilation.context());
  EntryPoint point = begin_entry(compilation, entry, builder);
  Emitter emitter(compilation, plan, point, builder);
  Scope top(emitter, nullptr, 1, builder.GetInsertBlock());
  size_t nest = 0;
  // Scalars of a level read what nests of that level and below computed; nests of a level read lower ones.
  std::vector<std::vector<uint32_t>> scalars_by_level;
  for (uint32_t id : plan.scalars) {
    if (plan.levels[id] >= scalars_by_level.size()) scalars_by_level.resize(plan.levels[id] + 1);
    scalars_by_level[plan.levels[id]].push_back(id);
  }
  for (uint32_t level = 0; nest < plan.nests.size() || level < scalars_by_level.size(); level++) {
    for (; nest < plan.nests.size() && plan.nests[nest].level == level; nest++) emit_nest(top, plan.nests[nest]);
    if (level >= scalars_by_level.size()) continue;
    for (uint32_t id : scalars_by_level[level]) emitter.scalars[id] = top.compute(id, {}).value;
  }
  emit_copies(top, plan, point);
  builder.SetInsertPoint(top.builder.GetInsertBlock());
  llvm::Value* flags = emitter.flags() ? builder.CreateLoad(builder.getInt32Ty(), emitter.flags()) : nullptr;
  end_entry(compilation, entry, builder, flags);
}

}  // namespace wengert
