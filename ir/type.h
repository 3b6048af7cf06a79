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

/// The shape that both broadcast to, axes aligned from the right: equal extents, or one of them literally 1.
std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b);

/// Turns negative axes into positive ones and sorts them; throws Error(argument) for one out of range or
/// named twice. `what` is the call's name in the message.
Axes normalize_axes(Axes axes, int64_t rank, std::string_view what);

/// The axes of 0..rank-1 that are not in `axes` (sorted).
Axes other_axes(const Axes& axes, int64_t rank);

}  // namespace wengert
