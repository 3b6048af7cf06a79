#include "passes/vectorize.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/ops/movement.h"
#include "ir/program.h"
#include "passes/node_view.h"

namespace wengert {
namespace {

std::vector<Expr> batch_node(Graph& graph, uint32_t id, std::span<const Expr> inputs,
                             const std::vector<bool>& batched, const Extent& extent) {
  const Op& op = *graph.node(id).op;
  const Attributes& attributes = *graph.node(id).attributes;
  const Batch batch{inputs, batched, attributes, extent};
  if (op.batch) return op.batch(batch);
  if (op.kind == Kind::elementwise) {
    std::vector<Value> values;
    for (size_t i = 0; i < inputs.size(); i++) values.push_back(batch.input(i).value());
    return {graph.make(op, values, attributes)};
  }
  if (!op.expand)
    throw Error(Code::no_rule, fmt::format("the op {} has no batch rule (vectorize)", op.name),
                graph.place(id));
  const Expansion apart = expand_apart(NodeView(graph, id), batched);
  std::vector<Expr> targets;
  for (size_t operand : apart.operands) targets.push_back(inputs[operand]);
  return vectorize(apart.results, apart.stand_ins, targets, extent);
}

}  // namespace

std::vector<Expr> vectorize(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> batched,
                            const Extent& extent) {
  Graph& graph = ys[0].graph();
  uint32_t first = Value::none;
  for (const Expr& x : xs) first = std::min(first, x.value().node);
  const std::vector<bool> needed = nodes_behind(ys, first);
  const uint32_t end = first + static_cast<uint32_t>(needed.size());
  // By node, from `first` on: its results with the new axis; empty: it has none.
  std::vector<std::vector<Expr>> table(needed.size());
  const auto with_axis = [&](Value value) {
    if (value.node < first || value.node >= end || table[value.node - first].empty()) return Expr();
    return table[value.node - first][value.result];
  };
  for (size_t i = 0; i < xs.size(); i++) {
    Shape wanted = xs[i].shape();
    wanted.insert(wanted.begin(), extent);
    if (batched[i].shape() != wanted || batched[i].dtype() != xs[i].dtype())
      throw Error(Code::type, fmt::format("vectorize: {} with the axis {} in front is not {}",
                                          text(xs[i].type()), extent.text(), text(batched[i].type())));
    if (xs[i].value().node >= end) continue;
    std::vector<Expr>& entry = table[xs[i].value().node - first];
    entry.resize(graph.node(xs[i].value().node).types->size());
    entry[xs[i].value().result] = batched[i];
  }
  for (uint32_t id = first; id < end; id++) {
    if (!needed[id - first] || !table[id - first].empty()) continue;
    std::vector<Expr> inputs;
    std::vector<bool> has_axis;
    for (Value input : graph.inputs(id)) {
      const Expr there = with_axis(input);
      has_axis.push_back(there.present());
      inputs.push_back(there.present() ? there : Expr(graph, input));
    }
    if (std::find(has_axis.begin(), has_axis.end(), true) == has_axis.end()) continue;
    const PlaceScope place(graph, graph.place_id(id));
    table[id - first] = batch_node(graph, id, inputs, has_axis, extent);
  }
  std::vector<Expr> out;
  for (const Expr& y : ys) {
    if (const Expr there = with_axis(y.value()); there.present()) {
      out.push_back(there);
      continue;
    }
    Shape shape = y.shape();
    shape.insert(shape.begin(), extent);
    out.push_back(broadcast_to(y, shape));
  }
  return out;
}

}  // namespace wengert
