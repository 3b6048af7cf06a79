#include "codegen/plan/rows.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/op.h"

namespace wengert {
namespace {

constexpr int64_t elsewhere = -1;  // the row is not along one axis of the value, one for one

bool contains(const Axes& axes, int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

bool is_small(const Extent& extent) { return extent.is_number() && *extent.number() <= small_extent; }

RowRole kept_rows(const Type& result) {
  if (result.is_scalar()) return {};
  const uint32_t axis = row_axis(result.shape);
  return {Rows::kept, result.shape[axis], axis};
}

// A contraction's axes, of both operands.
struct Factors {
  Axes batch[2], contract[2], free[2];
  Factors(const Graph& graph, uint32_t id) {
    const Attributes& attributes = *graph.node(id).attributes;
    batch[0] = attributes.axes("lhs_batch"), batch[1] = attributes.axes("rhs_batch");
    contract[0] = attributes.axes("lhs_contract"), contract[1] = attributes.axes("rhs_contract");
    for (int i = 0; i < 2; i++) {
      Axes taken = batch[i];
      taken.insert(taken.end(), contract[i].begin(), contract[i].end());
      free[i] = other_axes(taken, graph.type(graph.inputs(id)[i]).rank());
    }
  }
  // A matrix product, which has nests of its own.
  bool both_free() const { return !free[0].empty() && !free[1].empty(); }
  // The operand's axis that the result's axis is.
  int64_t operand_axis(int i, size_t axis) const {
    if (axis < batch[i].size()) return batch[i][axis];
    axis -= batch[i].size();
    if (i == 1 && axis < free[0].size()) return elsewhere;
    if (i == 1) axis -= free[0].size();
    return axis < free[i].size() ? free[i][axis] : elsewhere;
  }
};

// Whether the axes are known and have few elements in all.
bool are_small(const Shape& shape, const Axes& axes, int64_t most = small_extent) {
  Extent count = 1;
  for (int64_t axis : axes) count = count * shape[axis];
  return count.is_number() && *count.number() <= most;
}

// A product of many rows with a small matrix (or with several, one for each element of the batch axes), or of
// two arrays of small rows over these. Others are worked on in blocks of their own.
RowRole product_role(const Graph& graph, uint32_t id, const Factors& factors) {
  constexpr int64_t most_elements = int64_t{1} << 16;  // of the small matrices
  const Shape &left = graph.type(graph.inputs(id)[0]).shape, &right = graph.type(graph.inputs(id)[1]).shape;
  const Type& result = graph.type({id, 0});
  if (!is_float(result.dtype) || graph.node(id).attributes->get<std::string>("order") != "chain") return {};
  const Axes& inner = factors.contract[0];
  if (inner.size() == 1 && inner[0] == 0 && factors.contract[1][0] == 0 && !is_small(left[0])) {
    const bool small = are_small(left, factors.free[0]) && are_small(right, factors.free[1]) &&
                       element_count(result.shape).is_number() &&
                       *element_count(result.shape).number() <= most_elements;
    return small ? RowRole{Rows::folded, left[0]} : RowRole{};
  }
  const RowRole rows = kept_rows(result);
  if (rows.axis != factors.batch[0].size() || factors.free[0].size() != 1 || is_small(rows.extent)) return {};
  Axes all;
  for (size_t axis = 0; axis < right.size(); axis++) all.push_back(static_cast<int64_t>(axis));
  return are_small(right, factors.free[1]) && are_small(left, inner) && are_small(right, all, most_elements)
             ? rows
             : RowRole{};
}

RowRole contraction_role(const Graph& graph, uint32_t id) {
  const Factors factors(graph, id);
  const Type& result = graph.type({id, 0});
  if (factors.contract[0].empty()) return {};
  if (factors.both_free()) return product_role(graph, id, factors);
  const bool lanes = graph.node(id).attributes->get<std::string>("order") == "lanes";
  const Extent& folded = graph.type(graph.inputs(id)[0]).shape[factors.contract[0][0]];
  const bool outer = factors.contract[0][0] == 0 && factors.contract[1][0] == 0;
  if (result.is_scalar() ? lanes : outer && (!lanes || factors.contract[0].size() == 1))
    return {Rows::folded, folded};
  return kept_rows(result);
}

}  // namespace

uint32_t row_axis(const Shape& shape) {
  const auto axis = std::find_if_not(shape.begin(), shape.end(), is_small);
  return axis == shape.end() ? 0 : static_cast<uint32_t>(axis - shape.begin());
}

bool is_matrix_product(const Graph& graph, uint32_t node) {
  return graph.node(node).op->kind == Kind::contraction && Factors(graph, node).both_free();
}

RowRole row_role(const Graph& graph, uint32_t id) {
  const Node& node = graph.node(id);
  const Type& type = graph.type({id, 0});
  switch (node.op->kind) {
    case Kind::elementwise:
    case Kind::movement:
    case Kind::iota: return kept_rows(type);
    case Kind::reduction: {
      const Type& operand = graph.type(graph.inputs(id)[0]);
      const Axes& axes = node.attributes->axes();
      if (axes.empty()) return {};
      if (!contains(axes, 0) || row_axis(operand.shape) != 0) return kept_rows(type);
      const std::string* order = node.attributes->find<std::string>("order");
      const bool lanes = order ? *order == "lanes" : axes.back() == operand.rank() - 1;
      return lanes == type.is_scalar() ? RowRole{Rows::folded, operand.shape[0]} : RowRole{};
    }
    case Kind::contraction: return contraction_role(graph, id);
    default: return {};
  }
}

namespace {

// Walks what a root inlines, with the axis of each value along which the row runs.
class Walk {
 public:
  Walk(const Plan& plan, uint32_t root) : plan_(plan), graph_(*plan.program->graph), root_(root) {}

  std::vector<Read> run() {
    const Node& node = graph_.node(root_);
    const RowRole role = row_role(graph_, root_);
    const bool folded = role.rows == Rows::folded;
    if (role.rows == Rows::none) {
      for (Value input : graph_.inputs(root_)) visit(input.node, elsewhere);
    } else if (node.op->kind == Kind::contraction) {
      const Factors factors(graph_, root_);
      for (int i = 0; i < 2; i++)
        visit(graph_.inputs(root_)[i].node,
              folded ? factors.contract[i][0] : factors.operand_axis(i, role.axis));
    } else if (node.op->kind == Kind::reduction) {
      const Value operand = graph_.inputs(root_)[0];
      visit(operand.node,
            folded ? 0 : other_axes(node.attributes->axes(), graph_.type(operand).rank())[role.axis]);
    } else {
      operands(root_, role.axis);
    }
    while (!pending_.empty()) {
      const auto [id, axis] = pending_.back();
      pending_.pop_back();
      operands(id, axis);
    }
    std::vector<Read> out;
    for (auto [id, own_row] : reads_) out.push_back({id, own_row});
    return out;
  }

 private:
  void visit(uint32_t id, int64_t axis) {
    if (plan_.roles[id] == Role::inlined) {
      if (seen_.emplace(std::pair(id, axis), 0).second) pending_.push_back({id, axis});
      return;
    }
    const Shape& shape = graph_.type({id, 0}).shape;
    uint32_t source = id;
    while (plan_.roles[source] == Role::view) source = graph_.inputs(source)[0].node;
    const Shape& stored = graph_.type({source, 0}).shape;
    const bool own_row = source == id ? !stored.empty() && axis == row_axis(stored)
                                      : axis == 0 && row_axis(stored) == 0 && stored[0] == shape[0];
    const auto [found, added] = reads_.emplace(source, own_row);
    if (!added) found->second = found->second && own_row;
  }

  // The row runs along `axis` of node `id`, which is recomputed there.
  void operands(uint32_t id, int64_t axis) {
    const Node& node = graph_.node(id);
    const std::span<const Value> inputs = graph_.inputs(id);
    switch (node.op->kind) {
      case Kind::elementwise:
        for (Value input : inputs) visit(input.node, axis);
        return;
      case Kind::movement: {
        const Type* types[] = {&graph_.type(inputs[0])};
        const IndexMap map = node.op->index_map(Call{*node.op, types, *node.attributes});
        int64_t from = elsewhere;
        for (size_t a = 0; a < map.size(); a++)
          if (axis >= 0 && map[a].result_axis == axis && map[a].stride == 1 && map[a].offset.is(0))
            from = static_cast<int64_t>(a);
        return visit(inputs[0].node, from);
      }
      case Kind::reshape: {  // axes of extent 1 come or go
        const Shape &to = graph_.type({id, 0}).shape, &from = graph_.type(inputs[0]).shape;
        if (axis < 0 || to[axis].is(1)) return visit(inputs[0].node, elsewhere);
        int64_t number =
            std::count_if(to.begin(), to.begin() + axis, [](const Extent& e) { return !e.is(1); });
        for (size_t a = 0; a < from.size(); a++)
          if (!from[a].is(1) && number-- == 0) return visit(inputs[0].node, static_cast<int64_t>(a));
        return;
      }
      case Kind::gather: {
        const int64_t along = node.attributes->get<int64_t>("axis"), picked = graph_.type(inputs[1]).rank();
        visit(inputs[0].node, axis >= 0 && axis < along ? axis : elsewhere);
        visit(inputs[1].node, axis >= along && axis < along + picked ? axis - along : elsewhere);
        return;
      }
      default:
        for (Value input : inputs) visit(input.node, elsewhere);
    }
  }

  const Plan& plan_;
  const Graph& graph_;
  uint32_t root_;
  std::map<std::pair<uint32_t, int64_t>, char> seen_;
  std::vector<std::pair<uint32_t, int64_t>> pending_;
  std::map<uint32_t, bool> reads_;
};

}  // namespace

std::vector<Read> reads_of(const Plan& plan, uint32_t root) { return Walk(plan, root).run(); }

std::vector<uint32_t> inlined_by(const Plan& plan, const Nest& nest) {
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> pending, out;
  std::set<uint32_t> seen;
  for (Value root : nest.roots) pending.push_back(root.node);
  while (!pending.empty()) {
    const uint32_t id = pending.back();
    pending.pop_back();
    for (Value input : graph.inputs(id)) {
      if (plan.roles[input.node] != Role::inlined || !seen.insert(input.node).second) continue;
      out.push_back(input.node);
      pending.push_back(input.node);
    }
  }
  return out;
}

}  // namespace wengert
