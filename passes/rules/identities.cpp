// Contractions with a diagonal matrix. The seeds of jacobian and hessian are identity matrices whose zeros
// are structural: a product with one is absent by definition, so contracting with it copies, or scales rows.
// Marked stable, not exact: 0 times infinity is left out, and -0 is kept. The guards of the seeds are the
// identity itself; a sum of all of a row is guarded by nothing.
#include <algorithm>

#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

const wengert::Node& node_of(Expr x) { return x.graph().node(x.value().node); }
Expr operand(Expr x, size_t i) { return Expr(x.graph(), x.graph().inputs(x.value().node)[i]); }

// equal(iota along one axis, iota along the other), square.
bool is_identity_mask(Expr mask) {
  if (&mask.op() != &ops::equal || mask.rank() != 2 || mask.shape()[0] != mask.shape()[1]) return false;
  const Expr a = operand(mask, 0), b = operand(mask, 1);
  return &a.op() == &ops::iota && &b.op() == &ops::iota &&
         node_of(a).attributes->get<int64_t>("axis") != node_of(b).attributes->get<int64_t>("axis");
}

// What position along axis 0 each element has in the other axes, row-major: the seed of an array of more
// axes.
bool is_position_mask(Expr mask) {
  if (&mask.op() != &ops::equal || mask.rank() < 2) return false;
  for (size_t i : {0, 1}) {
    const Expr index = operand(mask, i), spread = operand(mask, 1 - i);
    if (&index.op() != &ops::iota || node_of(index).attributes->get<int64_t>("axis") != 0) continue;
    if (&spread.op() != &ops::broadcast_in_dim ||
        node_of(spread).attributes->axes("dimensions") != other_axes({0}, mask.rank()))
      continue;
    const Expr folded = operand(spread, 0);
    if (&folded.op() != &ops::reshape ||
        folded.shape() != Shape(mask.shape().begin() + 1, mask.shape().end()))
      continue;
    const Expr position = operand(folded, 0);
    if (&position.op() == &ops::iota && position.rank() == 1 && position.shape()[0] == mask.shape()[0])
      return true;
  }
  return false;
}

// Each row and column of an identity has one element that is true, and so has each position, of which there
// must be as many as rows.
bool has_one_true(const Match& m) {
  const Axes& axes = m.attributes().axes();
  if (axes.size() == 1 && is_identity_mask(m['x'])) return true;
  if (axes != other_axes({0}, m['x'].rank()) || !is_position_mask(m['x'])) return false;
  const Shape &shape = m['x'].shape(), rest(shape.begin() + 1, shape.end());
  return element_count(rest) == shape[0] && may_go(rest, {&m.type().shape});
}

bool is_identity(Expr x) { return &x.op() == &ops::convert && is_identity_mask(operand(x, 0)); }

// The diagonal of a square matrix that is a broadcast vector or scalar.
Expr diagonal_of_broadcast(Expr x) {
  if (&x.op() != &ops::broadcast_in_dim) return {};
  const Expr from = operand(x, 0);
  if (from.rank() == 1)
    return from.shape()[0] == x.shape()[0] ? from : broadcast_in_dim(reshape(from, {}), {x.shape()[0]}, {});
  return from.rank() == 0 ? broadcast_to(from, {x.shape()[0]}) : Expr();
}

// A product, or what "contraction over nothing" makes of one.
bool is_scaled(Expr x) {
  return &x.op() == &ops::multiply || (&x.op() == &ops::fma && constant_value(operand(x, 2)) == 0.0);
}

struct Diagonal {
  bool found = false;
  Expr values;  // absent: ones
};
Diagonal diagonal(Expr x) {
  if (is_identity(x)) return {true, {}};
  Expr values;
  if (&x.op() == &ops::select && is_identity_mask(operand(x, 0)) && constant_value(operand(x, 2)) == 0.0) {
    if (is_identity(operand(x, 1)) || constant_value(operand(x, 1)) == 1.0) return {true, {}};
    values = diagonal_of_broadcast(operand(x, 1));
  } else if (is_scaled(x)) {
    for (size_t i : {0, 1})
      if (is_identity(operand(x, i))) values = diagonal_of_broadcast(operand(x, 1 - i));
  }
  return {values.present(), values};
}

// Whether the matrix on that side may be diagonal; what of its values makes nodes, so that is asked later.
template <size_t side>
bool may_be_diagonal(const Match& m) {
  const Attributes& dot = m.attributes();
  if (!dot.axes("lhs_batch").empty() || dot.axes("lhs_contract").size() != 1) return false;
  const Expr x = m.input(side);
  if (is_identity(x)) return true;
  if (&x.op() == &ops::select) return is_identity_mask(operand(x, 0));
  return is_scaled(x) && (is_identity(operand(x, 0)) || is_identity(operand(x, 1)));
}

// y with the contracted axis in front (left) or at the end, scaled along it.
Expr contract_diagonal(const Match& m, bool left) {
  const Attributes& dot = m.attributes();
  const Diagonal found = diagonal(m.input(left ? 0 : 1));
  if (!found.found) return {};
  const Expr y = m.input(left ? 1 : 0);
  const int64_t axis = dot.axes(left ? "rhs_contract" : "lhs_contract")[0], place = left ? 0 : y.rank() - 1;
  const Expr moved = moveaxis(y, axis, place);
  return found.values.present() ? moved * broadcast_in_dim(found.values, moved.shape(), {place}) : moved;
}

// y repeats an identity over other axes, all of which are batch axes of the contraction, as one of the
// identity's own is; the other one of those is contracted. What comes out is a diagonal of x.
template <size_t side>
bool is_spread_identity(const Match& m) {
  const Expr y = m.input(side);
  const Axes& contracted = m.attributes().axes(side == 0 ? "lhs_contract" : "rhs_contract");
  const Axes& batch = m.attributes().axes(side == 0 ? "lhs_batch" : "rhs_batch");
  if (&y.op() != &ops::broadcast_in_dim || contracted.size() != 1 ||
      static_cast<int64_t>(batch.size()) + 1 != y.rank() || !is_identity(operand(y, 0)))
    return false;
  const Axes& own = node_of(y).attributes->axes("dimensions");
  return own[0] == contracted[0] || own[1] == contracted[0];
}

template <size_t side>
Expr diagonal_by_mask(const Match& m) {
  const Attributes& dot = m.attributes();
  const Expr x = m.input(1 - side), y = m.input(side);
  const Axes &batch = dot.axes(side == 0 ? "rhs_batch" : "lhs_batch"),
             &y_batch = dot.axes(side == 0 ? "lhs_batch" : "rhs_batch");
  const int64_t contracted = dot.axes(side == 0 ? "rhs_contract" : "lhs_contract")[0];
  const Axes& own = node_of(y).attributes->axes("dimensions");
  const int64_t y_contracted = dot.axes(side == 0 ? "lhs_contract" : "rhs_contract")[0];
  const auto place = std::ranges::find(y_batch, own[0] == y_contracted ? own[1] : own[0]) - y_batch.begin();
  Axes diagonal = {batch[place], contracted};
  std::ranges::sort(diagonal);
  const Expr mask = broadcast_in_dim(operand(operand(y, 0), 0), x.shape(), diagonal);
  const Expr sums = sum(select(mask, x, zeros(x.graph(), x.type())), Axes{contracted});
  Axes order;
  auto take = [&](int64_t axis) { order.push_back(axis - (axis > contracted)); };
  for (int64_t axis : batch) take(axis);
  for (int64_t axis : other_axes(batch, {contracted}, x.rank())) take(axis);
  return transpose(sums, order);
}

const Row rows[] = {
    {"any of an identity", "reduce_any(x)", exact, [](const Match& m) { return ones(m.graph(), m.type()); },
     has_one_true},
    {"contraction of a diagonal matrix, left", "dot_general(x, y)", stable,
     [](const Match& m) { return contract_diagonal(m, true); }, may_be_diagonal<0>},
    {"contraction of a diagonal matrix, right", "dot_general(x, y)", stable,
     [](const Match& m) { return contract_diagonal(m, false); }, may_be_diagonal<1>},
    {"contraction of a repeated identity, left", "dot_general(x, y)", stable, diagonal_by_mask<0>,
     is_spread_identity<0>},
    {"contraction of a repeated identity, right", "dot_general(x, y)", stable, diagonal_by_mask<1>,
     is_spread_identity<1>},
};

}  // namespace

std::span<const Row> identities() { return rows; }

}  // namespace wengert::rules
