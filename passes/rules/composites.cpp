// Forms whose stable spelling is a composite op: for recognize_composites, which runs before composites are
// taken apart. All stable.
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

// Whether x is something less its maximum already: then its exponentials don't overflow, and the form is
// final.
bool is_shifted(Expr x) {
  const Graph& graph = x.graph();
  uint32_t id = x.value().node;
  if (graph.node(id).op != &ops::subtract) return false;
  id = graph.inputs(id)[1].node;
  constexpr int most_steps = 8;
  for (int step = 0; step < most_steps; step++) {
    const Op* op = graph.node(id).op;
    if (op == &ops::reduce_max) return true;
    if (op == &ops::select)
      id = graph.inputs(id)[1].node;
    else if (op == &ops::broadcast_in_dim || op == &ops::reshape || op == &ops::stop_gradient)
      id = graph.inputs(id)[0].node;
    else
      return false;
  }
  return false;
}

bool is_raw(const Match& m) { return !is_shifted(m['x']); }

// The weights exp(x)/sum(exp(x)), which are also the gradient of log(sum(exp(x))), without overflow; absent
// unless the broadcast, op number `broadcast` of the pattern, puts the summed axes back.
Expr softmax_weights(const Match& m, size_t broadcast, size_t sum) {
  const Axes& axes = m.attributes(sum).axes();
  const Axes kept = other_axes(axes, m['x'].rank());
  if (m['x'].shape() != m.type().shape || m.attributes(broadcast).axes("dimensions") != kept) return {};
  if (axes.size() == 1) return softmax(m['x'], axes[0]);
  return exp(m['x'] - broadcast_in_dim(logsumexp(m['x'], axes), m.type().shape, kept));
}

template <size_t sum>
Expr scaled_weights(const Match& m) {
  const Expr weights = softmax_weights(m, 2, sum);
  if (weights.absent()) return {};
  return weights * broadcast_in_dim(m['y'], m.type().shape, m.attributes(2).axes("dimensions"));
}

const Row rows[] = {
    {"log(sum(exp(x)))", "log(reduce_sum(exponential(x)))", stable,
     [](const Match& m) { return logsumexp(m['x'], m.attributes(1).axes()); }, is_raw},
    {"exp(x)/sum(exp(x))", "divide(exponential(x), broadcast_in_dim(reduce_sum(exponential(x))))", stable,
     [](const Match& m) { return softmax_weights(m, 2, 3); }, is_raw},
    {"exp(x) (1/sum(exp(x)))",
     "multiply(exponential(x), broadcast_in_dim(reciprocal(reduce_sum(exponential(x)))))", stable,
     [](const Match& m) { return softmax_weights(m, 2, 4); }, is_raw},
    {"exp(x) (y/sum(exp(x)))",
     "multiply(exponential(x), broadcast_in_dim(multiply(y, reciprocal(reduce_sum(exponential(x))))))",
     stable, scaled_weights<5>, is_raw},
    {"exp(x) (y/sum(exp(x))), divided",
     "multiply(exponential(x), broadcast_in_dim(divide(y, reduce_sum(exponential(x)))))", stable,
     scaled_weights<4>, is_raw},
    {"norm(x)^2", "square(norm(x))", stable,
     [](const Match& m) { return sum(square(m['x']), m.attributes(1).axes()); }},
};

}  // namespace

std::span<const Row> composites() { return rows; }

}  // namespace wengert::rules
