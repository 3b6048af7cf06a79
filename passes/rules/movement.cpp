// Rows on broadcast, transpose, reshape and reverse: chains become one, and what moves nothing goes. All
// exact.
#include <algorithm>

#include "ir/ops/elementwise.h"
#include "ir/ops/movement.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

Axes non_unit_axes(const Shape& shape) {
  Axes out;
  for (size_t i = 0; i < shape.size(); i++)
    if (!shape[i].is(1)) out.push_back(static_cast<int64_t>(i));
  return out;
}

Shape extents(const Shape& shape, const Axes& axes) {
  Shape out;
  for (int64_t axis : axes) out.push_back(shape[axis]);
  return out;
}

Expr x_of(const Match& m) { return m['x']; }
bool is_without_effect(const Match& m) { return m['x'].shape() == m.type().shape; }

Expr broadcast_twice(const Match& m) {
  Axes dimensions = m.attributes(1).axes("dimensions");
  for (int64_t& axis : dimensions) axis = m.attributes(0).axes("dimensions")[axis];
  return broadcast_in_dim(m['x'], m.type().shape, dimensions);
}

// A reshape that only adds or drops axes of extent 1 is part of the broadcast.
bool is_reshape_by_units(const Match& m) {
  const Shape &from = m['x'].shape(), &middle = m.attributes(1).get<Shape>("shape");
  const Axes through = non_unit_axes(middle);
  return through.size() != middle.size() && extents(from, non_unit_axes(from)) == extents(middle, through);
}
Expr broadcast_of_reshape(const Match& m) {
  const Expr x = m['x'];
  const Axes from = non_unit_axes(x.shape());
  Axes dimensions;
  for (int64_t axis : non_unit_axes(m.attributes(1).get<Shape>("shape")))
    dimensions.push_back(m.attributes(0).axes("dimensions")[axis]);
  return broadcast_in_dim(reshape(x, extents(x.shape(), from)), m.type().shape, dimensions);
}

Expr transpose_twice(const Match& m) {
  Axes permutation;
  for (int64_t axis : m.attributes(0).axes("permutation"))
    permutation.push_back(m.attributes(1).axes("permutation")[axis]);
  return transpose(m['x'], permutation);
}

Expr transpose_of_broadcast(const Match& m) {
  const Axes to = inverse(m.attributes(0).axes("permutation"));
  Axes dimensions, order;
  for (int64_t axis : m.attributes(1).axes("dimensions")) {
    order.push_back(static_cast<int64_t>(order.size()));
    dimensions.push_back(to[axis]);
  }
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return dimensions[a] < dimensions[b]; });
  std::sort(dimensions.begin(), dimensions.end());
  return broadcast_in_dim(transpose(m['x'], order), m.type().shape, dimensions);
}

// Where only axes of extent 1 change places, the elements stay where they are.
bool only_units_move(const Match& m) {
  int64_t last = -1;
  for (int64_t axis : m.attributes().axes("permutation")) {
    if (m['x'].shape()[axis].is(1)) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}
Expr reshaped(const Match& m) { return reshape(m['x'], m.type().shape); }

// The number of elements in between must be proved: a reshape checks it at the kernel's entry. Proved or not,
// two of its extents may be negative.
bool is_count_between_proved(const Match& m) {
  const Shape &middle = m.attributes(1).get<Shape>("shape"), &from = m['x'].shape();
  return (element_count(middle) - element_count(from)).is(0) && may_go(middle, {&from, &m.type().shape});
}
bool is_scalar_of_proved_count(const Match& m) {
  if (m['x'].rank() != 0) return false;
  const Shape& middle = m.attributes(1).get<Shape>("shape");
  return (element_count(middle) - element_count(m.type().shape)).is(0) && may_go(middle, {&m.type().shape});
}

Expr reverse_twice(const Match& m) {
  const Axes &a = m.attributes(0).axes(), &b = m.attributes(1).axes();
  Axes axes;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(axes));
  return reverse(m['x'], axes);
}

bool reverses_units(const Match& m) {
  return std::ranges::any_of(m.attributes().axes(), [&](int64_t axis) { return m['x'].shape()[axis].is(1); });
}
Expr reverse_without_units(const Match& m) {
  Axes axes;
  for (int64_t axis : m.attributes().axes())
    if (!m['x'].shape()[axis].is(1)) axes.push_back(axis);
  return reverse(m['x'], axes);
}

// Repeated elements are the same backwards.
Expr reverse_of_broadcast(const Match& m) {
  const Axes& dimensions = m.attributes(1).axes("dimensions");
  Axes axes;
  for (int64_t axis : m.attributes(0).axes()) {
    const auto from = std::find(dimensions.begin(), dimensions.end(), axis);
    if (from != dimensions.end() && !m['x'].shape()[from - dimensions.begin()].is(1))
      axes.push_back(from - dimensions.begin());
  }
  return broadcast_in_dim(reverse(m['x'], axes), m.type().shape, dimensions);
}

const Row rows[] = {
    {"broadcast to the same shape", "broadcast_in_dim(x)", exact, x_of, is_without_effect},
    {"broadcast of a broadcast", "broadcast_in_dim(broadcast_in_dim(x))", exact, broadcast_twice},
    {"broadcast of a reshape by units", "broadcast_in_dim(reshape(x))", exact, broadcast_of_reshape,
     is_reshape_by_units},
    {"transpose of a transpose", "transpose(transpose(x))", exact, transpose_twice},
    {"transpose of a broadcast", "transpose(broadcast_in_dim(x))", exact, transpose_of_broadcast},
    {"transpose of units", "transpose(x)", exact, reshaped, only_units_move},
    {"reshape to the same shape", "reshape(x)", exact, x_of, is_without_effect},
    {"reshape of a reshape", "reshape(reshape(x))", exact, reshaped, is_count_between_proved},
    {"reshape of a broadcast scalar", "reshape(broadcast_in_dim(x))", exact,
     [](const Match& m) { return broadcast_to(m['x'], m.type().shape); }, is_scalar_of_proved_count},
    {"reverse of a reverse", "reverse(reverse(x))", exact, reverse_twice},
    {"reverse of units", "reverse(x)", exact, reverse_without_units, reverses_units},
    {"reverse of a broadcast", "reverse(broadcast_in_dim(x))", exact, reverse_of_broadcast},
};

}  // namespace

std::span<const Row> movement() { return rows; }

}  // namespace wengert::rules
