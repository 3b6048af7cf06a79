// Rows on reductions and contractions. All exact: the sequence of elements that a sum or product takes for
// one result, and the attribute `order`, stay as they are. Maximum, minimum, all, any and integer sums don't
// depend on it.
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

bool ascends(const Axes& axes) { return std::is_sorted(axes.begin(), axes.end()); }

Attributes with_axes(const Attributes& attributes, std::string_view name, const Axes& axes) {
  std::vector<Attributes::Entry> entries = attributes.entries();
  for (auto& [have, value] : entries)
    if (have == name) value = axes;
  return Attributes(std::move(entries));
}

bool order_is_free(const Op& op, Dtype dtype) {
  return &op == &ops::reduce_max || &op == &ops::reduce_min || &op == &ops::reduce_all ||
         &op == &ops::reduce_any || is_integer(dtype);
}

// Over axes of extent 1. A float sum starts from +0, which turns -0 into +0.
bool is_of_one(const Match& m) {
  return std::ranges::all_of(m.attributes().axes(), [&](int64_t axis) { return m['x'].shape()[axis].is(1); });
}
Expr reduce_one(const Match& m) {
  const Expr same = reshape(m['x'], m.type().shape);
  return &m.op() == &ops::reduce_sum && is_float(m.dtype()) ? same + 0.0 : same;
}

// Of repeated elements one is enough for max, min, all and any.
Expr reduce_broadcast(const Match& m) {
  const Shape& middle = m.attributes(1).get<Shape>("shape");
  const Axes &axes = m.attributes(0).axes(), &dimensions = m.attributes(1).axes("dimensions");
  const Expr x = m['x'];
  Axes kept_dimensions, kept_axes = other_axes(axes, static_cast<int64_t>(middle.size()));
  Axes units;
  for (int64_t axis : axes) {
    const Extent& extent = middle[axis];
    if (!extent.is_number() || *extent.number() < 1) return {};
    const auto from = std::find(dimensions.begin(), dimensions.end(), axis);
    if (from == dimensions.end()) continue;
    if (!x.shape()[from - dimensions.begin()].is(1)) return {};
    units.push_back(from - dimensions.begin());
  }
  Shape shape;
  for (size_t i = 0; i < dimensions.size(); i++) {
    if (std::find(units.begin(), units.end(), static_cast<int64_t>(i)) != units.end()) continue;
    shape.push_back(x.shape()[i]);
    const auto place = std::find(kept_axes.begin(), kept_axes.end(), dimensions[i]);
    kept_dimensions.push_back(place - kept_axes.begin());
  }
  return broadcast_in_dim(reshape(x, shape), m.type().shape, kept_dimensions);
}

bool is_one_fold(const Match& m) {
  const auto admits_nothing = [&](size_t i) { return m.attributes(i).find<std::string>("empty") != nullptr; };
  return order_is_free(m.op(), m.dtype()) && admits_nothing(0) == admits_nothing(1);
}
Expr reduce_twice(const Match& m) {
  const Axes& inner = m.attributes(1).axes();
  const Axes kept = other_axes(inner, m['x'].rank());
  Axes axes = inner;
  for (int64_t axis : m.attributes(0).axes()) axes.push_back(kept[axis]);
  std::sort(axes.begin(), axes.end());
  return m.make(m.op(), {m['x']}, with_axes(m.attributes(0), "axes", axes));
}

Expr reduce_transpose(const Match& m) {
  const Axes& permutation = m.attributes(1).axes("permutation");
  Axes axes;
  for (int64_t axis : m.attributes(0).axes()) axes.push_back(permutation[axis]);
  if (!ascends(axes) && !order_is_free(m.op(), m.dtype())) return {};
  std::sort(axes.begin(), axes.end());
  const Expr made = m.make(m.op(), {m['x']}, with_axes(m.attributes(0), "axes", axes));
  // What is left comes out in x's order of axes.
  const Axes left = other_axes(axes, m['x'].rank());
  Axes order;
  for (int64_t axis : other_axes(m.attributes(0).axes(), m['x'].rank()))
    order.push_back(std::find(left.begin(), left.end(), permutation[axis]) - left.begin());
  return transpose(made, order);
}

// --- contractions ---

Axes free_axes(const Attributes& a, const char* batch, const char* contract, int64_t rank) {
  return other_axes(a.axes(batch), a.axes(contract), rank);
}

Axes mapped(Axes axes, const Axes& permutation) {
  for (int64_t& axis : axes) axis = permutation[axis];
  return axes;
}

// Contracts the transpose's operand over its own axes. The summation takes the pairs as they are listed,
// which doesn't change; the free axes may come out in another order.
Expr dot_of_transpose(const Match& m, bool left) {
  const Attributes &dot = m.attributes(0), &moved = m.attributes(1);
  const Axes& permutation = moved.axes("permutation");
  const char* batch = left ? "lhs_batch" : "rhs_batch";
  const char* contract = left ? "lhs_contract" : "rhs_contract";
  Attributes attributes = with_axes(dot, batch, mapped(dot.axes(batch), permutation));
  attributes = with_axes(attributes, contract, mapped(dot.axes(contract), permutation));
  const Expr x = m['x'], y = m['y'];
  const Expr made =
      left ? m.make(ops::dot_general, {x, y}, attributes) : m.make(ops::dot_general, {y, x}, attributes);
  const Axes now = free_axes(attributes, batch, contract, x.rank());
  const Axes then = mapped(free_axes(dot, batch, contract, x.rank()), permutation);
  Axes order;
  for (int64_t i = 0; i < made.rank(); i++) order.push_back(i);
  const int64_t first =
      left ? static_cast<int64_t>(dot.axes(batch).size()) : made.rank() - static_cast<int64_t>(now.size());
  for (size_t i = 0; i < then.size(); i++)
    order[first + static_cast<int64_t>(i)] =
        first + (std::find(now.begin(), now.end(), then[i]) - now.begin());
  return transpose(made, order);
}

// A product with ones is a sum: fma(1, x, a) rounds as x + a.
Expr dot_with_ones(const Match& m, bool left) {
  const Attributes& dot = m.attributes(0);
  if (!dot.axes("lhs_batch").empty()) return {};
  const Expr x = m['x'];
  const Axes& axes = dot.axes(left ? "rhs_contract" : "lhs_contract");
  if (!ascends(axes) || axes.empty()) return {};
  const Expr summed =
      m.make(ops::reduce_sum, {x}, {{"axes", axes}, {"order", dot.get<std::string>("order")}});
  Axes dimensions;
  const int64_t first = left ? m.type().rank() - summed.rank() : 0;
  for (int64_t i = 0; i < summed.rank(); i++) dimensions.push_back(first + i);
  return broadcast_in_dim(summed, m.type().shape, dimensions);
}

// A product without a sum, on +0 as every contraction starts: fma(x, y, +0).
bool is_over_nothing(const Match& m) {
  return m.attributes().axes("lhs_contract").empty() && m.attributes().axes("lhs_batch").empty();
}
Expr dot_over_nothing(const Match& m) {
  const Expr x = m['x'], y = m['y'];
  Axes front, back;
  for (int64_t i = 0; i < x.rank(); i++) front.push_back(i);
  for (int64_t i = 0; i < y.rank(); i++) back.push_back(x.rank() + i);
  const Expr left = broadcast_in_dim(x, m.type().shape, front),
             right = broadcast_in_dim(y, m.type().shape, back);
  return is_float(m.dtype()) ? fma(left, right, 0.0) : left * right;
}

const Row rows[] = {
    {"sum of one", "reduce_sum(x)", exact, reduce_one, is_of_one},
    {"product of one", "reduce_prod(x)", exact, reduce_one, is_of_one},
    {"maximum of one", "reduce_max(x)", exact, reduce_one, is_of_one},
    {"minimum of one", "reduce_min(x)", exact, reduce_one, is_of_one},
    {"all of one", "reduce_all(x)", exact, reduce_one, is_of_one},
    {"any of one", "reduce_any(x)", exact, reduce_one, is_of_one},
    {"maximum of a broadcast", "reduce_max(broadcast_in_dim(x))", exact, reduce_broadcast},
    {"minimum of a broadcast", "reduce_min(broadcast_in_dim(x))", exact, reduce_broadcast},
    {"all of a broadcast", "reduce_all(broadcast_in_dim(x))", exact, reduce_broadcast},
    {"any of a broadcast", "reduce_any(broadcast_in_dim(x))", exact, reduce_broadcast},
    {"sum of an integer sum", "reduce_sum(reduce_sum(x))", exact, reduce_twice, is_one_fold},
    {"product of an integer product", "reduce_prod(reduce_prod(x))", exact, reduce_twice, is_one_fold},
    {"maximum of a maximum", "reduce_max(reduce_max(x))", exact, reduce_twice, is_one_fold},
    {"minimum of a minimum", "reduce_min(reduce_min(x))", exact, reduce_twice, is_one_fold},
    {"all of all", "reduce_all(reduce_all(x))", exact, reduce_twice, is_one_fold},
    {"any of any", "reduce_any(reduce_any(x))", exact, reduce_twice, is_one_fold},
    {"sum of a transpose", "reduce_sum(transpose(x))", exact, reduce_transpose},
    {"product of a transpose", "reduce_prod(transpose(x))", exact, reduce_transpose},
    {"maximum of a transpose", "reduce_max(transpose(x))", exact, reduce_transpose},
    {"minimum of a transpose", "reduce_min(transpose(x))", exact, reduce_transpose},
    {"all of a transpose", "reduce_all(transpose(x))", exact, reduce_transpose},
    {"any of a transpose", "reduce_any(transpose(x))", exact, reduce_transpose},
    {"contraction over nothing", "dot_general(x, y)", exact, dot_over_nothing, is_over_nothing},
    {"contraction of a transpose, left", "dot_general(transpose(x), y)", exact,
     [](const Match& m) { return dot_of_transpose(m, true); }},
    {"contraction of a transpose, right", "dot_general(y, transpose(x))", exact,
     [](const Match& m) { return dot_of_transpose(m, false); }},
    {"contraction of ones, left", "dot_general(1, x)", exact,
     [](const Match& m) { return dot_with_ones(m, true); }},
    {"contraction of ones, right", "dot_general(x, 1)", exact,
     [](const Match& m) { return dot_with_ones(m, false); }},
};

}  // namespace

std::span<const Row> reductions() { return rows; }

}  // namespace wengert::rules
