// Loop nests: roots of one level over one space share one, and nests of one tree make that.
#include <algorithm>
#include <set>
#include <tuple>

#include "codegen/plan/rows.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr size_t most_roots = 16;  // of one nest: bounds registers
constexpr size_t most_folds = 4;   // bounds registers too: each has up to 128 bytes of accumulators

Shape kept_of(const Shape& shape, const Axes& axes) {
  Shape out;
  for (int64_t axis : other_axes(axes, static_cast<int64_t>(shape.size()))) out.push_back(shape[axis]);
  return out;
}

Nest fold_nest(const Plan& plan, uint32_t id) {
  const Graph& graph = *plan.program->graph;
  const Node& node = graph.node(id);
  Nest nest{.kind = NestKind::fold_lanes, .roots = {{id, 0}}};
  const Shape& operand = graph.type(graph.inputs(id)[0]).shape;
  const std::string* order = node.attributes->find<std::string>("order");
  Shape folded;
  bool lanes = true;
  if (node.op->kind == Kind::contraction) {
    nest.space = graph.type({id, 0}).shape;
    for (int64_t axis : node.attributes->axes("lhs_contract")) folded.push_back(operand[axis]);
    if (folded.empty()) folded = {1};
  } else {
    const Axes& axes = node.attributes->axes();
    nest.space = kept_of(operand, axes);
    for (int64_t axis : axes) folded.push_back(operand[axis]);
    lanes = !axes.empty() && axes.back() == static_cast<int64_t>(operand.size()) - 1;
  }
  if (order) lanes = *order == "lanes";
  nest.kept = static_cast<uint32_t>(nest.space.size());
  if (!lanes) nest.kind = NestKind::fold_chain;
  nest.space.insert(nest.space.end(), folded.begin(), folded.end());
  if (node.op->kind != Kind::contraction) return nest;
  if (std::optional<Product> product = product_of(plan, id)) {
    nest.kind = NestKind::product;
    nest.product = std::make_shared<Product>(std::move(*product));
  }
  return nest;
}

// A reduction over trailing axes visits its operand's elements in order: a map over the same space can join
// it.
bool folds_in_order(const Graph& graph, const Nest& nest) {
  for (Value root : nest.roots) {
    const Node& node = graph.node(root.node);
    if (!is_fold(node.op->kind)) continue;
    if (node.op->kind != Kind::reduction) return false;
    const Axes& axes = node.attributes->axes();
    for (size_t i = 0; i < axes.size(); i++)
      if (axes[i] != static_cast<int64_t>(nest.kept + i)) return false;
  }
  return true;
}

void widen(Axes& edge, const Axes& other) {
  edge.resize(std::max(edge.size(), other.size()));
  for (size_t axis = 0; axis < other.size(); axis++) edge[axis] = std::max(edge[axis], other[axis]);
}

void find_edges(const Plan& plan, Nest& nest) {
  const Graph& graph = *plan.program->graph;
  auto numbers = [](const Shape& shape) {
    Axes out;
    for (const Extent& extent : shape) out.push_back(*extent.number());
    return out;
  };
  for (uint32_t id : inlined_by(plan, nest)) {
    if (graph.node(id).op->kind != Kind::pad) continue;
    widen(nest.low_edge, numbers(graph.node(id).attributes->get<Shape>("low")));
    widen(nest.high_edge, numbers(graph.node(id).attributes->get<Shape>("high")));
  }
}

std::vector<Nest> nests_of(const Plan& plan, uint32_t id) {
  const Graph& graph = *plan.program->graph;
  const Node& node = graph.node(id);
  const Shape& shape = graph.type({id, 0}).shape;
  switch (node.op->kind) {
    case Kind::reduction:
    case Kind::contraction: return {fold_nest(plan, id)};
    case Kind::arg_reduction: {
      Nest nest{.kind = NestKind::arg_reduction, .roots = {{id, 0}}, .space = shape};
      nest.kept = static_cast<uint32_t>(shape.size());
      nest.space.push_back(graph.type(graph.inputs(id)[0]).shape[node.attributes->get<int64_t>("axis")]);
      return {nest};
    }
    case Kind::concatenate: {
      const int64_t axis = node.attributes->get<int64_t>("axis");
      std::vector<Nest> out;
      Extent start = 0;
      for (uint32_t i = 0; i < node.input_count; i++) {
        const Shape& part = graph.type(graph.inputs(id)[i]).shape;
        Nest nest{.kind = NestKind::place,
                  .roots = {{id, 0}},
                  .space = part,
                  .operand = i,
                  .offset = Shape(part.size(), 0),
                  .stride = Axes(part.size(), 1)};
        nest.offset[axis] = start;
        start = start + part[axis];
        out.push_back(std::move(nest));
      }
      return out;
    }
    case Kind::pad: {
      Axes stride = node.attributes->axes("interior");
      for (int64_t& step : stride) step++;
      return {Nest{.kind = NestKind::fill, .roots = {{id, 0}}, .space = shape, .operand = 1},
              Nest{.kind = NestKind::place,
                   .roots = {{id, 0}},
                   .space = graph.type(graph.inputs(id)[0]).shape,
                   .operand = 0,
                   .offset = node.attributes->get<Shape>("low"),
                   .stride = stride}};
    }
    case Kind::scatter:
      return {
          Nest{.kind = NestKind::place,
               .roots = {{id, 0}},
               .space = shape,
               .operand = 0,
               .offset = Shape(shape.size(), 0),
               .stride = Axes(shape.size(), 1)},
          Nest{
              .kind = NestKind::scatter, .roots = {{id, 0}}, .space = graph.type(graph.inputs(id)[2]).shape}};
    default: {
      Nest nest{.kind = NestKind::map, .roots = {{id, 0}}, .space = shape};
      find_edges(plan, nest);
      return {nest};
    }
  }
}

bool joins(const Plan& plan, const Nest& nest, const Nest& other) {
  const Graph& graph = *plan.program->graph;
  if (nest.level != other.level || nest.space != other.space || nest.roots.size() >= most_roots) return false;
  const uint32_t a = nest.roots[0].node, b = other.roots[0].node;
  if (plan.trees[a] != plan.trees[b] || plan.steps[a] != plan.steps[b]) return false;
  const bool fold = other.kind == NestKind::fold_lanes || other.kind == NestKind::fold_chain;
  if (nest.kind == NestKind::map) return other.kind == NestKind::map;
  if (nest.kind == NestKind::fold_lanes && other.kind == NestKind::map)
    return other.low_edge.empty() && folds_in_order(graph, nest);
  if (nest.kind != other.kind || !fold || nest.kept != other.kept || nest.rows != other.rows) return false;
  // Columns folded in lanes of rows have accumulators of their own.
  if (nest.kind == NestKind::fold_lanes && row_role(graph, a).rows == Rows::folded && nest.kept > 0)
    return false;
  size_t folds = 0;
  for (Value root : nest.roots) folds += is_fold(graph.node(root.node).op->kind);
  const bool has_maps = folds != nest.roots.size();
  return folds < most_folds && (!has_maps || folds_in_order(graph, other));
}

// Whether all that the nest recomputes is elementwise on arrays of its own space and scalars.
bool is_flat(const Plan& plan, const Nest& nest) {
  if (nest.kind != NestKind::map || nest.space.size() < 2) return false;
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> pending;
  std::set<uint32_t> seen;
  for (Value root : nest.roots) pending.push_back(root.node);
  while (!pending.empty()) {
    const uint32_t id = pending.back();
    pending.pop_back();
    const Kind kind = graph.node(id).op->kind;
    const bool of_scalar = kind == Kind::movement && graph.type(graph.inputs(id)[0]).is_scalar();
    if (kind != Kind::elementwise && !of_scalar) return false;
    for (Value input : graph.inputs(id))
      if (plan.roles[input.node] == Role::inlined && seen.insert(input.node).second)
        pending.push_back(input.node);
  }
  return true;
}

}  // namespace

void group_nests(Plan& plan) {
  const Graph& graph = *plan.program->graph;
  std::vector<Nest> all;
  for (uint32_t id = 0; id < graph.size(); id++) {
    if (plan.roles[id] != Role::root) continue;
    for (Nest& nest : nests_of(plan, id)) {
      nest.level = plan.levels[id];
      if (plan.trees[id] != Plan::no_tree) {
        const RowRole role = row_role(graph, id);
        nest.rows = role.rows, nest.row_axis = role.axis;
        if (nest.rows == Rows::folded && nest.product && !nest.product->columns_adjacent())
          nest.kind = NestKind::fold_chain, nest.product = nullptr;
      }
      all.push_back(std::move(nest));
    }
  }
  choose_triangles(plan, all);
  // Within a level: tree by tree, and their nests in the order of steps; folds first, so that maps over their
  // spaces can join them; else in the order of nodes.
  auto place = [&](const Nest& nest) {
    const uint32_t id = nest.roots[0].node;
    const bool fold = nest.kind == NestKind::fold_lanes || nest.kind == NestKind::fold_chain;
    return std::tuple(nest.level, plan.trees[id], plan.steps[id], fold ? 0 : 1);
  };
  std::stable_sort(all.begin(), all.end(), [&](const Nest& a, const Nest& b) { return place(a) < place(b); });
  size_t level_start = 0;
  constexpr size_t window = 64;  // nests looked back at for one to join: keeps planning linear
  for (Nest& nest : all) {
    if (level_start < plan.nests.size() && plan.nests[level_start].level != nest.level)
      level_start = plan.nests.size();
    const size_t from = std::max(level_start, plan.nests.size() > window ? plan.nests.size() - window : 0);
    bool joined = false;
    for (size_t i = from; i < plan.nests.size() && !joined; i++) {
      if (!joins(plan, plan.nests[i], nest)) continue;
      plan.nests[i].roots.push_back(nest.roots[0]);
      widen(plan.nests[i].low_edge, nest.low_edge);
      widen(plan.nests[i].high_edge, nest.high_edge);
      joined = true;
    }
    if (!joined) plan.nests.push_back(std::move(nest));
  }
  for (Nest& nest : plan.nests) nest.flat = nest.row_axis == 0 && is_flat(plan, nest);
}

}  // namespace wengert
