// The type of a value: an element type and a shape of extents. Rank 0 is a scalar.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ir/dtype.h"
#include "ir/extent.h"

namespace wengert {

using Shape = std::vector<Extent>;
using Axes = std::vector<int64_t>;

struct Type {
  Dtype dtype = Dtype::f64;
  Shape shape;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  bool is_scalar() const { return shape.empty(); }
  Type with(Dtype other) const { return {other, shape}; }
  Type with(Shape other) const { return {dtype, std::move(other)}; }
  friend bool operator==(const Type&, const Type&) = default;
  size_t hash() const;
};

std::string text(const Shape& shape);  ///< "[N, 30]"
std::string text(const Type& type);    ///< "f64[N, 30]", a scalar is "f64"

/// The number of elements.
Extent element_count(const Shape& shape);

/// The extents' values.
std::vector<int64_t> numbers(const Shape& shape, const Bindings& bindings);

/// The shape that both broadcast to, axes aligned from the right: equal extents, or one of them literally 1.
std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b);

/// Turns negative axes into positive ones and sorts them; throws Error(argument) for one out of range or
/// named twice. `what` is the call's name in the message.
Axes normalize_axes(Axes axes, int64_t rank, std::string_view what);

/// The axes of 0..rank-1 that are not in `axes` (sorted), or in neither list.
Axes other_axes(const Axes& axes, int64_t rank);
Axes other_axes(Axes axes, const Axes& more, int64_t rank);

/// The permutation that undoes it: inverse(p)[p[i]] is i.
Axes inverse(const Axes& permutation);

/// The shape with one more axis in front.
Shape with_front(const Extent& front, Shape shape);

}  // namespace wengert
