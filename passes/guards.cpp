#include "passes/guards.h"

#include <algorithm>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {
namespace {

// Predicates have no sum, so those that meet in one element are counted.
Expr counted(Expr guard) { return convert(guard, Dtype::i32); }

// All results are single numbers: one predicate for the op as a whole.
std::vector<Expr> of_numbers(const Pull& pull) {
  Expr any;
  for (const Expr& guard : pull.cotangents)
    if (guard.present()) any = any.absent() ? guard : any | guard;
  std::vector<Expr> out;
  for (const Expr& input : pull.inputs) out.push_back(broadcast_to(any, input.shape()));
  return out;
}

// Results are folds of rows, or rows made of rows.
std::vector<Expr> of_rows(const Pull& pull, const Axes& axes) {
  Expr guard = pull.cotangents[0];
  if (guard.rank() == pull.inputs[0].rank()) guard = any(guard, axes);
  return {spread(guard, pull.inputs[0].shape(), axes)};
}

std::vector<Expr> of_gather(const Pull& pull) {
  const int64_t axis = pull.attributes.get<int64_t>("axis");
  Graph& graph = pull.inputs[0].graph();
  const Expr none = zeros(graph, {Dtype::i32, pull.inputs[0].shape()});
  return {scatter_add(none, pull.inputs[1], counted(pull.cotangents[0]), axis) > 0, {}};
}

std::vector<Expr> of_scatter(const Pull& pull) {
  const int64_t axis = pull.attributes.get<int64_t>("axis");
  return {pull.cotangents[0], {}, take(counted(pull.cotangents[0]), pull.inputs[1], axis) > 0};
}

}  // namespace

std::vector<Expr> operand_guards(const Pull& pull, const Op& op) {
  if (op.kind == Kind::gather) return of_gather(pull);
  if (op.kind == Kind::scatter) return of_scatter(pull);
  if (std::all_of(pull.outputs.begin(), pull.outputs.end(), [](const Expr& y) { return y.rank() == 0; }))
    return of_numbers(pull);
  const Axes* axes = pull.attributes.find<Axes>("axes");
  if (axes && pull.inputs.size() == 1 && pull.outputs.size() == 1) return of_rows(pull, *axes);
  return std::vector<Expr>(pull.inputs.size());
}

Expr result_guard(const NodeView& node, std::span<const Cotangent> tangents, size_t result) {
  Expr any_guard;
  bool numbers = true;
  for (size_t i = 0; i < tangents.size(); i++) {
    numbers = numbers && node.inputs[i].rank() == 0;
    if (tangents[i].value.absent()) continue;
    if (tangents[i].guard.absent()) return {};
    any_guard = any_guard.absent() ? tangents[i].guard : any_guard | tangents[i].guard;
  }
  if (any_guard.absent() || node.op.kind == Kind::elementwise) return any_guard;
  const Shape& shape = node.outputs[result].shape();
  if (numbers) return broadcast_to(any_guard, shape);
  const Axes* axes = node.attributes.find<Axes>("axes");
  if (!axes || node.inputs.size() != 1 || node.outputs.size() != 1) return {};
  const Expr rows = any(any_guard, *axes);
  return rows.shape() == shape ? rows : spread(rows, shape, *axes);
}

Expr moved_guard(const NodeView& node, std::span<const Cotangent> tangents) {
  const bool moves = node.op.kind == Kind::movement || node.op.kind == Kind::reshape ||
                     node.op.kind == Kind::pad || node.op.kind == Kind::concatenate,
             adds = node.op.kind == Kind::scatter;
  if (!moves && !adds) return result_guard(node, tangents, 0);
  Graph& graph = node.inputs[0].graph();
  bool everywhere = true;
  std::vector<Value> operands;
  for (size_t i = 0; i < node.inputs.size(); i++) {
    const Expr& x = node.inputs[i];
    if (!is_float(x.dtype())) {
      operands.push_back(x.value());
      continue;
    }
    Expr guard = tangents[i].guard;
    everywhere = everywhere && tangents[i].value.present() && guard.absent();
    if (guard.absent()) guard = full(graph, x.type().with(Dtype::boolean), tangents[i].value.present());
    operands.push_back((adds ? counted(guard) : guard).value());
  }
  if (everywhere) return {};
  const Expr moved = graph.make(node.op, operands, node.attributes);
  return adds ? moved > 0 : moved;
}

}  // namespace wengert
