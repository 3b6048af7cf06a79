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

}  // namespace wengert
