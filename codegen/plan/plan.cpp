#include "codegen/plan/plan.h"
#include "codegen/plan/scalar_units.h"

#include <fmt/format.h>

#include "ir/op.h"

namespace wengert {

Plan make_plan(const Program& program, const PlanOptions& options) {
  return options.workspace_limit ? make_plan_within_limit(program, options)
                                 : make_plan_without(program, options, {});
}

Plan make_plan_without(const Program& program, const PlanOptions& options, std::vector<char> recompute) {
  Plan plan;
  plan.recompute = std::move(recompute);
  plan.program = &program;
  plan.options = options;
  assign_roles(plan);
  assign_levels(plan);
  group_nests(plan);
  join_epilogues(plan);
  make_trees(plan);
  cut_scalars(plan);
  assign_workers(plan);
  place_donations(plan);
  assign_storage(plan);
  return plan;
}

static std::string_view kind_name(NestKind kind) {
  constexpr std::string_view names[] = {"map",   "fold_lanes", "fold_chain", "product", "arg_reduction",
                                        "place", "fill",       "scatter",    "tree"};
  return names[static_cast<int>(kind)];
}

static std::string storage_text(const Plan& plan, uint32_t node) {
  const Storage& s = plan.storage[node];
  switch (s.kind) {
    case Storage::Kind::none: return "scalar";
    case Storage::Kind::input: return fmt::format("input {}", plan.program->graph->input_name({node, 0}));
    case Storage::Kind::output: return fmt::format("output {}", plan.program->outputs[s.index].name);
    case Storage::Kind::block: return fmt::format("block {}", s.offset.text());
    case Storage::Kind::workspace: return fmt::format("workspace {}", s.offset.text());
    case Storage::Kind::constant: return "constant";
  }
  return "";
}

static std::string nest_text(const Plan& plan, const Nest& nest, const std::string& indent) {
  const Graph& graph = *plan.program->graph;
  std::string out = fmt::format("{} over {}", kind_name(nest.kind), text(nest.space));
  if (nest.kind == NestKind::fold_lanes || nest.kind == NestKind::fold_chain)
    out += fmt::format(" keeps {}", nest.kept);
  if (nest.kind == NestKind::place) out += fmt::format(" operand {} at {}", nest.operand, text(nest.offset));
  if (nest.kind == NestKind::tree) out += fmt::format(" in blocks of {}", nest.block);
  if (nest.rows == Rows::folded) out += ", rows folded";
  if (nest.product && nest.product->mirrored) out += ", mirrored";
  out += "\n";
  for (Value root : nest.roots)
    out += fmt::format("{}  %{} = {} : {} -> {}\n", indent, root.node, graph.node(root.node).op->name,
                       text(graph.type(root)), storage_text(plan, root.node));
  for (const Nest& member : nest.members) out += indent + "  " + nest_text(plan, member, indent + "  ");
  return out;
}

std::string print_plan(const Plan& plan) {
  std::string out = fmt::format("plan {}\n", plan.program->name);
  for (const Nest& nest : plan.nests)
    out += fmt::format("level {}: ", nest.level) + nest_text(plan, nest, "");
  for (auto [output, node] : plan.copies)
    out += fmt::format("copy %{} -> output {}\n", node, plan.program->outputs[output].name);
  for (const PlacedDonation& donated : plan.donations)
    out += fmt::format("donated {} -> {}{}\n", plan.program->graph->input_name({donated.argument, 0}),
                       plan.program->outputs[donated.donation.output].name,
                       donated.root          ? fmt::format(", %{} in place", *donated.root)
                       : donated.why.empty() ? ", as it stands"
                                             : ": " + donated.why);
  out += print_chunks(plan);
  return out + fmt::format("{} scalars, workspace {}\n", plan.scalars.size(), plan.workspace.text());
}

}  // namespace wengert
