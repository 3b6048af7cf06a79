// Rows on broadcast, transpose, reshape and reverse: chains become one, and what moves nothing goes. All
// exact.
#include <algorithm>

#include "ir/ops/elementwise.h"
#include "ir/ops/movement.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

Axes inverse(const Axes& permutation) {
  Axes out(permutation.size());
  for (size_t i = 0; i < permutation.size(); i++) out[permutation[i]] = static_cast<int64_t>(i);
  return out;
}

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

Expr without_effect(const Match& m) { return m['x'].shape() == m.type().shape ? m['x'] : Expr(); }

Expr broadcast_twice(const Match& m) {
  Axes dimensions = m.attributes(1).axes("dimensions");
  for (int64_t& axis : dimensions) axis = m.attributes(0).axes("dimensions")[axis];
  return broadcast_in_dim(m['x'], m.type().shape, dimensions);
}

// A reshape that only adds or drops axes of extent 1 is part of the broadcast.
Expr broadcast_of_reshape(const Match& m) {
  const Expr x = m['x'];
  const Shape& middle = m.attributes(1).get<Shape>("shape");
  const Axes from = non_unit_axes(x.shape()), through = non_unit_axes(middle);
  if (extents(x.shape(), from) != extents(middle, through) || through.size() == middle.size()) return {};
  Axes dimensions;
  for (int64_t axis : through) dimensions.push_back(m.attributes(0).axes("dimensions")[axis]);
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
Expr transpose_of_units(const Match& m) {
  const Axes& permutation = m.attributes().axes("permutation");
  int64_t last = -1;
  for (int64_t axis : permutation) {
    if (m['x'].shape()[axis].is(1)) continue;
    if (axis < last) return {};
    last = axis;
  }
  return reshape(m['x'], m.type().shape);
}

// The number of elements in between must be proved: a reshape checks it at the kernel's entry.
Expr reshape_twice(const Match& m) {
  const Extent between = element_count(m.attributes(1).get<Shape>("shape")) - element_count(m['x'].shape());
  return between.is(0) ? reshape(m['x'], m.type().shape) : Expr();
}

Expr reshape_of_broadcast_scalar(const Match& m) {
  const Extent difference =
      element_count(m.attributes(1).get<Shape>("shape")) - element_count(m.type().shape);
  return m['x'].rank() == 0 && difference.is(0) ? broadcast_to(m['x'], m.type().shape) : Expr();
}

Expr reverse_twice(const Match& m) {
  const Axes &a = m.attributes(0).axes(), &b = m.attributes(1).axes();
  Axes axes;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(axes));
  return reverse(m['x'], axes);
}

Expr reverse_of_units(const Match& m) {
  Axes axes;
  for (int64_t axis : m.attributes().axes())
    if (!m['x'].shape()[axis].is(1)) axes.push_back(axis);
  return axes == m.attributes().axes() ? Expr() : reverse(m['x'], axes);
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
    {"broadcast to the same shape", "broadcast_in_dim(x)", exact, without_effect},
    {"broadcast of a broadcast", "broadcast_in_dim(broadcast_in_dim(x))", exact, broadcast_twice},
    {"broadcast of a reshape by units", "broadcast_in_dim(reshape(x))", exact, broadcast_of_reshape},
    {"transpose of a transpose", "transpose(transpose(x))", exact, transpose_twice},
    {"transpose of a broadcast", "transpose(broadcast_in_dim(x))", exact, transpose_of_broadcast},
    {"transpose of units", "transpose(x)", exact, transpose_of_units},
    {"reshape to the same shape", "reshape(x)", exact, without_effect},
    {"reshape of a reshape", "reshape(reshape(x))", exact, reshape_twice},
    {"reshape of a broadcast scalar", "reshape(broadcast_in_dim(x))", exact, reshape_of_broadcast_scalar},
    {"reverse of a reverse", "reverse(reverse(x))", exact, reverse_twice},
    {"reverse of units", "reverse(x)", exact, reverse_of_units},
    {"reverse of a broadcast", "reverse(broadcast_in_dim(x))", exact, reverse_of_broadcast},
};

}  // namespace

std::span<const Row> movement() { return rows; }

}  // namespace wengert::rules
