// Decides what each node is: root, scalar, view or inlined. A value is recomputed where it is cheap or wanted
// by one nest, stored where it would be recomputed often or must lie in memory.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/plan/costs.h"
#include "ir/evaluate_kinds.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr uint32_t largest_expression = 256;  // nodes recomputed at one index; bounds the emitter's recursion
constexpr int64_t widest_edge = 8;            // elements of a pad that loops are split for
constexpr uint32_t none = 0xFFFFFFFF, many = 0xFFFFFFFE;

/// A reshape that only adds or drops axes of extent 1 is an index map.
bool only_ones(const Shape& a, const Shape& b) {
  Shape x, y;
  for (const Extent& e : a)
    if (!e.is(1)) x.push_back(e);
  for (const Extent& e : b)
    if (!e.is(1)) y.push_back(e);
  return x == y;
}

struct Roles {
  Plan& plan;
  const Graph& graph = *plan.program->graph;
  BodyCache bodies;
  // stored: must lie in memory; spread: read more often than it has elements; partial: some elements are not
  // read; moved: read at another index than its reader's.
  std::vector<char> live, stored, spread, partial, moved;
  std::vector<uint32_t> home, size;
  std::vector<size_t> cost;

  explicit Roles(Plan& p)
      : plan(p),
        live(graph.size()),
        stored(graph.size()),
        spread(graph.size()),
        partial(graph.size()),
        moved(graph.size()),
        home(graph.size(), none),
        size(graph.size(), 1),
        cost(graph.size(), 1) {}

  const Op& op(uint32_t id) const { return *graph.node(id).op; }
  const Type& type(uint32_t id) const { return graph.type({id, 0}); }
  bool scalar(uint32_t id) const { return type(id).is_scalar(); }

  // A pad of few elements at the ends of its axes: a map that reads it splits its loops there.
  bool is_narrow_pad(uint32_t id) const {
    if (op(id).kind != Kind::pad) return false;
    const Attributes& attributes = *graph.node(id).attributes;
    for (int64_t between : attributes.axes("interior"))
      if (between != 0) return false;
    const Shape &low = attributes.get<Shape>("low"), &high = attributes.get<Shape>("high");
    for (size_t axis = 0; axis < low.size(); axis++) {
      const Extent edges = low[axis] + high[axis], &extent = type(id).shape[axis];
      if (!low[axis].is_number() || !high[axis].is_number() || *edges.number() > widest_edge) return false;
      if (extent.is_number() && *edges.number() * 4 > *extent.number()) return false;
    }
    return true;
  }

  bool can_inline(uint32_t id) const {
    const Kind kind = op(id).kind;
    return kind == Kind::elementwise || kind == Kind::movement || kind == Kind::iota ||
           kind == Kind::gather || is_narrow_pad(id);
  }

  void mark_live() {
    for (const Output& output : plan.program->outputs) live[output.value.node] = 1;
    for (uint32_t id = graph.size(); id-- > 0;)
      if (live[id])
        for (Value input : graph.inputs(id)) live[input.node] = 1;
  }

  // Sizes of the expressions that would be recomputed if everything were inlined; cuts those that grow too
  // large.
  void measure() {
    for (uint32_t id = 0; id < graph.size(); id++) {
      if (!live[id] || scalar(id) || !can_inline(id)) continue;
      cost[id] = recomputing_cost(graph, bodies, id);
      uint64_t total = 1;
      for (Value input : graph.inputs(id)) {
        if (scalar(input.node) || stored[input.node]) continue;
        total += size[input.node];
        cost[id] = std::min<size_t>(cost[id] + (can_inline(input.node) ? cost[input.node] : 0), 1u << 20);
      }
      size[id] = static_cast<uint32_t>(std::min<uint64_t>(total, 1u << 20));
      if (total > largest_expression) stored[id] = 1, size[id] = 1, cost[id] = 1;
    }
  }

  void want(uint32_t input, uint32_t reader, bool in_memory, bool repeats) {
    if (in_memory) stored[input] = 1;
    if (repeats) spread[input] = 1;
    home[input] = home[input] == none || home[input] == reader ? reader : many;
  }

  // Whether each element of operand i is read more than once by the node.
  bool reads_repeatedly(uint32_t id, size_t i) {
    const Node& node = graph.node(id);
    if (node.op->kind == Kind::movement) {
      const Type* types[] = {&graph.type(graph.inputs(id)[0])};
      std::vector<char> used(type(id).shape.size(), 0);
      for (const AxisMap& axis : node.op->index_map(Call{*node.op, types, *node.attributes}))
        if (axis.result_axis >= 0) used[axis.result_axis] = 1;
      for (size_t axis = 0; axis < used.size(); axis++)
        if (!used[axis] && !type(id).shape[axis].is(1)) return true;
      return spread[id];
    }
    if (node.op->kind == Kind::contraction) {
      const Type& other = graph.type(graph.inputs(id)[1 - i]);
      const Axes& contract = node.attributes->axes("lhs_contract");
      return other.rank() > static_cast<int64_t>(contract.size() + node.attributes->axes("lhs_batch").size());
    }
    return node.op->kind == Kind::reshape && spread[id];
  }

  // Whether the node is a movement that leaves out elements of its operand.
  bool drops_elements(uint32_t id) {
    const Node& node = graph.node(id);
    if (node.op->kind != Kind::movement) return false;
    const Type* types[] = {&graph.type(graph.inputs(id)[0])};
    const IndexMap map = node.op->index_map(Call{*node.op, types, *node.attributes});
    for (size_t axis = 0; axis < map.size(); axis++) {
      const Extent& extent = types[0]->shape[axis];
      if (map[axis].result_axis < 0 ? !extent.is(1) : type(id).shape[map[axis].result_axis] != extent)
        return true;
    }
    return false;
  }

  Role decide(uint32_t id) {
    const Kind kind = op(id).kind;
    switch (kind) {
      case Kind::input: return Role::argument;
      case Kind::constant: return scalar(id) ? Role::scalar : Role::constant;
      case Kind::composite:
        throw Error(Code::internal, fmt::format("the planner met the composite {}", op(id).name));
      case Kind::reshape:
        if (scalar(id)) return Role::scalar;
        // A scalar has no memory to be a view of: where elements must be stored, a nest stores them.
        if (stored[id] && scalar(graph.inputs(id)[0].node)) return Role::root;
        return only_ones(type(id).shape, graph.type(graph.inputs(id)[0]).shape) ? Role::inlined : Role::view;
      case Kind::reduction:
      case Kind::contraction:
      case Kind::arg_reduction:
      case Kind::concatenate:
      case Kind::scatter: return Role::root;
      case Kind::pad: {
        const bool one_map = home[id] < many && plan.roles[home[id]] == Role::root && !scalar(home[id]) &&
                             op(home[id]).kind == Kind::elementwise;
        return one_map && is_narrow_pad(id) && !stored[id] && !spread[id] && !moved[id] ? Role::inlined
                                                                                        : Role::root;
      }
      case Kind::elementwise:
      case Kind::movement:
      case Kind::iota:
      case Kind::gather: break;
    }
    if (scalar(id)) return Role::scalar;
    if (stored[id]) return Role::root;
    // Each element that is out of range raises the flag, read or not.
    if (kind == Kind::gather && partial[id] && graph.node(id).attributes->get<std::string>("fill") == "nan")
      return Role::root;
    const bool computes = kind == Kind::elementwise || kind == Kind::gather;
    if (!plan.recompute.empty() && plan.recompute[id]) return Role::inlined;
    if (spread[id] && computes) return Role::root;
    if (home[id] == many && computes && cost[id] > cheap_to_recompute) return Role::root;
    return Role::inlined;
  }

  void visit_inputs(uint32_t id, Role role) {
    const Kind kind = op(id).kind;
    const uint32_t reader = role == Role::inlined ? home[id] : id;
    const bool some = drops_elements(id) || (role == Role::inlined && partial[id]);
    for (size_t i = 0; i < graph.inputs(id).size(); i++) {
      const uint32_t input = graph.inputs(id)[i].node;
      // A view shares its operand's storage; rows picked at run time must be there.
      const bool in_memory =
          role == Role::view || (kind == Kind::gather && i == 0) || (kind == Kind::scatter && i == 1);
      if (some) partial[input] = 1;
      if (kind != Kind::elementwise || (role == Role::inlined && moved[id])) moved[input] = 1;
      want(input, reader, in_memory && !scalar(input), reads_repeatedly(id, i));
    }
  }

  void run() {
    mark_live();
    for (const Output& output : plan.program->outputs) stored[output.value.node] = 1;
    measure();
    plan.roles.assign(graph.size(), Role::dead);
    for (uint32_t id = graph.size(); id-- > 0;) {
      if (!live[id]) continue;
      plan.roles[id] = decide(id);
      // A reshape that must lie in memory is a view even where an index map would do.
      if (plan.roles[id] == Role::inlined && op(id).kind == Kind::reshape && stored[id])
        plan.roles[id] = Role::view;
      visit_inputs(id, plan.roles[id]);
    }
    for (uint32_t id = 0; id < graph.size(); id++)
      if (plan.roles[id] == Role::scalar) plan.scalars.push_back(id);
    plan.source.resize(graph.size());
    for (uint32_t id = 0; id < graph.size(); id++)
      plan.source[id] = plan.roles[id] == Role::view ? plan.source[graph.inputs(id)[0].node] : id;
  }
};

}  // namespace

void assign_roles(Plan& plan) { Roles(plan).run(); }

}  // namespace wengert
