// Movement sinks behind elementwise ops: f(broadcast(x)) is broadcast(f(x)), which computes less, and
// transposes and reshapes meet what absorbs them. All exact. Every row moves movement towards the outputs, so
// they end. Reshapes to rank 0 stay where they are: what follows is scalar code. Beside broadcasts,
// transposes stay as well, unless a contraction behind the work absorbs them.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

bool is_broadcast_scalar(const Graph& graph, Value value) {
  const wengert::Node& node = graph.node(value.node);
  return node.op == &ops::broadcast_in_dim && graph.type(graph.inputs(value.node)[0]).is_scalar();
}

// The operands from before `movement`: all moved alike from one shape, or broadcast scalars. Empty when they
// aren't.
struct Sunk {
  std::vector<Value> operands;
  const Attributes* attributes = nullptr;  // of the movement
};
Sunk before(const Match& m, const Op& movement) {
  const Graph& graph = m.graph();
  Sunk out;
  const Shape* shape = nullptr;
  for (Value value : m.inputs()) {
    if (is_broadcast_scalar(graph, value) && &movement != &ops::broadcast_in_dim) continue;
    const wengert::Node& node = graph.node(value.node);
    if (node.op != &movement) return {};
    const Value from = graph.inputs(value.node)[0];
    if (is_broadcast_scalar(graph, value)) continue;
    if (shape && (*shape != graph.type(from).shape || out.attributes != node.attributes)) return {};
    shape = &graph.type(from).shape;
    out.attributes = node.attributes;
  }
  if (!shape && &movement != &ops::broadcast_in_dim) return {};
  const Shape target = shape ? *shape : Shape();
  for (Value value : m.inputs()) {
    const Expr from(m.graph(), graph.inputs(value.node)[0]);
    out.operands.push_back(is_broadcast_scalar(graph, value) ? broadcast_to(from, target).value()
                                                             : from.value());
  }
  if (!shape) out.attributes = graph.node(m.inputs()[0].node).attributes;
  return out;
}

// Whether no operand is anything else than moved, or a broadcast scalar.
template <const Op* movement>
bool all_moved(const Match& m) {
  if (!m.op().interned || m.inputs().empty()) return false;
  return std::ranges::all_of(m.inputs(), [&](Value value) {
    return m.graph().node(value.node).op == movement || is_broadcast_scalar(m.graph(), value);
  });
}

Expr sink(const Match& m, const Op& movement) {
  const Sunk sunk = before(m, movement);
  if (sunk.operands.empty()) return {};
  const Expr made = m.graph().make(m.op(), sunk.operands, m.attributes());
  return m.make(movement, {made}, *sunk.attributes);
}

// --- contractions ---

constexpr size_t most_work = 32;  // elementwise ops that are made again: bounds the walk

// The same elements from before a transpose by `permutation`; absent where their axes would change places.
std::optional<Axes> dimensions_before(const wengert::Node& broadcast, const Axes& permutation) {
  Axes out = broadcast.attributes->axes("dimensions");
  for (int64_t& axis : out) axis = permutation[axis];
  return std::ranges::is_sorted(out) ? std::optional(out) : std::nullopt;
}

// Elementwise ops on nothing but broadcasts and alike transposes of arrays that are no elementwise results.
struct Work {
  std::set<uint32_t> ops, leaves;
  const Attributes* moved = nullptr;
  const Shape* shape = nullptr;  // before the transposes
};
std::optional<Work> work_on_transposes(const Graph& graph, Value value) {
  Work out;
  std::vector<uint32_t> pending{value.node};
  while (!pending.empty()) {
    const uint32_t id = pending.back();
    pending.pop_back();
    const wengert::Node& node = graph.node(id);
    if (node.op == &ops::transpose) {
      const Value from = graph.inputs(id)[0];
      if (graph.node(from.node).op->kind == Kind::elementwise) return std::nullopt;
      if (out.moved && (out.moved != node.attributes || *out.shape != graph.type(from).shape))
        return std::nullopt;
      out.moved = node.attributes, out.shape = &graph.type(from).shape;
    }
    if (node.op == &ops::transpose || node.op == &ops::broadcast_in_dim) {
      out.leaves.insert(id);
      continue;
    }
    if (node.op->kind != Kind::elementwise || !node.op->interned || node.input_count == 0)
      return std::nullopt;
    if (!out.ops.insert(id).second) continue;
    if (out.ops.size() > most_work) return std::nullopt;
    for (Value input : graph.inputs(id)) pending.push_back(input.node);
  }
  if (!out.moved || out.ops.empty()) return std::nullopt;
  for (uint32_t leaf : out.leaves) {
    const wengert::Node& node = graph.node(leaf);
    if (node.op == &ops::broadcast_in_dim && !dimensions_before(node, out.moved->axes("permutation")))
      return std::nullopt;
  }
  return out;
}

template <size_t side>
bool contracts_work(const Match& m) {
  return work_on_transposes(m.graph(), m.inputs()[side]).has_value();
}

template <size_t side>
Expr contract_work(const Match& m) {
  Graph& graph = m.graph();
  const Work work = *work_on_transposes(graph, m.inputs()[side]);
  const Shape shape = *work.shape;
  std::map<uint32_t, Value> before;
  for (uint32_t leaf : work.leaves) {
    const Expr from(graph, graph.inputs(leaf)[0]);
    const wengert::Node& node = graph.node(leaf);
    if (node.op == &ops::transpose)
      before[leaf] = from.value();
    else
      before[leaf] =
          broadcast_in_dim(from, shape, *dimensions_before(node, work.moved->axes("permutation"))).value();
  }
  for (uint32_t id : work.ops) {  // operands have lower numbers
    std::vector<Value> operands;
    for (Value input : graph.inputs(id)) operands.push_back(before.at(input.node));
    before[id] = graph.make(*graph.node(id).op, operands, *graph.node(id).attributes).value();
  }
  const Expr made(graph, before.at(m.inputs()[side].node)),
      moved = m.make(ops::transpose, {made}, *work.moved);
  return side == 0 ? m.make(ops::dot_general, {moved, m.input(1)}, m.attributes())
                   : m.make(ops::dot_general, {m.input(0), moved}, m.attributes());
}

const Row rows[] = {
    {"contraction of work on transposes, left", "dot_general(x, y)", exact, contract_work<0>,
     contracts_work<0>},
    {"contraction of work on transposes, right", "dot_general(x, y)", exact, contract_work<1>,
     contracts_work<1>},
    {"elementwise op on broadcasts", "elementwise(...)", exact,
     [](const Match& m) { return sink(m, ops::broadcast_in_dim); }, all_moved<&ops::broadcast_in_dim>},
    {"elementwise op on transposes", "elementwise(...)", exact,
     [](const Match& m) { return sink(m, ops::transpose); }, all_moved<&ops::transpose>},
    {"elementwise op on reshapes", "elementwise(...)", exact,
     [](const Match& m) { return sink(m, ops::reshape); },
     [](const Match& m) { return !m.type().is_scalar() && all_moved<&ops::reshape>(m); }},
};

}  // namespace

std::span<const Row> sinking() { return rows; }

}  // namespace wengert::rules
