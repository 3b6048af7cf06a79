#include "passes/vectorize.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/ops/movement.h"
#include "ir/program.h"

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
  std::vector<Expr> originals;
  for (Value input : graph.inputs(id)) originals.push_back(Expr(graph, input));
  std::vector<Expr> moved, targets;
  for (size_t i = 0; i < inputs.size(); i++)
    if (batched[i]) moved.push_back(originals[i]), targets.push_back(inputs[i]);
  return vectorize(op.expand(originals, attributes), moved, targets, extent);
}

}  // namespace

std::vector<Expr> vectorize(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> batched,
                            const Extent& extent) {
  Graph& graph = ys[0].graph();
  const std::vector<bool> needed = nodes_behind(ys);
  const auto last = static_cast<uint32_t>(needed.size()) - 1;
  uint32_t first = Value::none;
  std::vector<std::vector<Expr>> table(last +
                                       1);  // by node: its results with the new axis; empty: it has none
  for (size_t i = 0; i < xs.size(); i++) {
    Shape wanted = xs[i].shape();
    wanted.insert(wanted.begin(), extent);
    if (batched[i].shape() != wanted || batched[i].dtype() != xs[i].dtype())
      throw Error(Code::type, fmt::format("vectorize: {} with the axis {} in front is not {}",
                                          text(xs[i].type()), extent.text(), text(batched[i].type())));
    first = std::min(first, xs[i].value().node);
    if (xs[i].value().node > last) continue;
    std::vector<Expr>& entry = table[xs[i].value().node];
    entry.resize(graph.node(xs[i].value().node).types->size());
    entry[xs[i].value().result] = batched[i];
  }
  for (uint32_t id = first; id <= last; id++) {
    if (!needed[id] || !table[id].empty()) continue;
    std::vector<Expr> inputs;
    std::vector<bool> has_axis;
    for (Value input : graph.inputs(id)) {
      const bool there = !table[input.node].empty() && table[input.node][input.result].present();
      has_axis.push_back(there);
      inputs.push_back(there ? table[input.node][input.result] : Expr(graph, input));
    }
    if (std::find(has_axis.begin(), has_axis.end(), true) == has_axis.end()) continue;
    const PlaceScope place(graph, graph.place_id(id));
    table[id] = batch_node(graph, id, inputs, has_axis, extent);
  }
  std::vector<Expr> out;
  for (const Expr& y : ys) {
    const std::vector<Expr>& entry = table[y.value().node];
    if (!entry.empty() && entry[y.value().result].present()) {
      out.push_back(entry[y.value().result]);
      continue;
    }
    Shape shape = y.shape();
    shape.insert(shape.begin(), extent);
    out.push_back(broadcast_to(y, shape));
  }
  return out;
}

}  // namespace wengert
