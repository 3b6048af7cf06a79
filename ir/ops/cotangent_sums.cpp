#include "ir/ops/cotangent_sums.h"

#include <algorithm>

#include "ir/graph.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {
namespace {

Expr operand(Expr x, size_t i) { return Expr(x.graph(), x.graph().inputs(x.value().node)[i]); }

bool contains(const Axes& axes, int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

// A factor of a contraction, with the numbers of its axes.
struct Factor {
  Expr value;
  Axes batch, contract, free;

  Factor(Expr x, const Axes& b, const Axes& c)
      : value(x), batch(b), contract(c), free(other_axes(b, c, x.rank())) {}

  // Summed over those of its free axes whose number in the result, the first one's being `first`, is among
  // `axes`.
  void sum_over(const Axes& axes, int64_t first) {
    Axes summed;
    for (size_t i = 0; i < free.size(); i++)
      if (contains(axes, first + static_cast<int64_t>(i))) summed.push_back(free[i]);
    if (summed.empty()) return;
    value = sum(value, summed);
    for (Axes* group : {&batch, &contract})
      for (int64_t& axis : *group)
        axis -= std::count_if(summed.begin(), summed.end(), [&](int64_t gone) { return gone < axis; });
  }
};

// The sum of a contraction over free axes; absent when one of the axes is a batch axis, which both have.
Expr sum_of_contraction(Expr y, const Axes& axes) {
  const Attributes& attributes = *y.graph().node(y.value().node).attributes;
  Factor left(operand(y, 0), attributes.axes("lhs_batch"), attributes.axes("lhs_contract")),
      right(operand(y, 1), attributes.axes("rhs_batch"), attributes.axes("rhs_contract"));
  const auto batches = static_cast<int64_t>(left.batch.size());
  if (std::any_of(axes.begin(), axes.end(), [&](int64_t axis) { return axis < batches; })) return {};
  left.sum_over(axes, batches);
  right.sum_over(axes, batches + static_cast<int64_t>(left.free.size()));
  return dot_general(left.value, right.value, {left.batch, right.batch, left.contract, right.contract});
}

// The same through a few negations and transposes.
Expr sum_below(Expr g, const Axes& axes) {
  constexpr int deepest = 4;
  Axes place;  // axis i of g is axis place[i] of y
  for (int64_t i = 0; i < g.rank(); i++) place.push_back(i);
  bool negative = false;
  Expr y = g;
  for (int depth = 0; depth < deepest && &y.op() != &ops::dot_general; depth++) {
    if (&y.op() == &ops::negate) {
      negative = !negative;
    } else if (&y.op() == &ops::transpose) {
      const Axes& permutation = y.graph().node(y.value().node).attributes->axes("permutation");
      for (int64_t& axis : place) axis = permutation[axis];
    } else {
      return {};
    }
    y = operand(y, 0);
  }
  if (&y.op() != &ops::dot_general) return {};
  Axes summed, kept;
  for (int64_t i = 0; i < g.rank(); i++) (contains(axes, i) ? summed : kept).push_back(place[i]);
  const Expr out = sum_of_contraction(y, summed);
  if (out.absent()) return {};
  Axes sorted = kept, order;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t axis : kept) order.push_back(std::find(sorted.begin(), sorted.end(), axis) - sorted.begin());
  const Expr turned = std::is_sorted(kept.begin(), kept.end()) ? out : transpose(out, order);
  return negative ? -turned : turned;
}

}  // namespace

Expr sum_of_cotangent(Expr g, const Axes& axes) {
  if (!is_float(g.dtype())) return sum_or_any(g, axes);
  if (&g.op() == &ops::multiply) {
    const Axes kept = other_axes(axes, g.rank());
    return dot_general(operand(g, 0), operand(g, 1), {kept, kept, axes, axes});
  }
  const Expr below = sum_below(g, axes);
  return below.present() ? below : sum_or_any(g, axes);
}

}  // namespace wengert
