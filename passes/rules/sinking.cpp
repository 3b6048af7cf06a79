// Movement sinks behind elementwise ops: f(broadcast(x)) is broadcast(f(x)), which computes less, and
// transposes and reshapes meet what absorbs them. All exact. Every row moves movement towards the outputs, so
// they end. Reshapes to rank 0 stay where they are: what follows is scalar code.
#include <algorithm>

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

const Row rows[] = {
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
