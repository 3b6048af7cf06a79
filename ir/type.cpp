#include "ir/type.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/error.h"
#include "ir/hash.h"

namespace wengert {

size_t Type::hash() const {
  size_t h = static_cast<size_t>(dtype) + 1;
  for (const Extent& extent : shape) h = mixed(h, extent.hash());
  return h;
}

std::string text(const Shape& shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); i++) out += (i ? ", " : "") + shape[i].text();
  return out + "]";
}

std::string text(const Type& type) {
  return std::string(name(type.dtype)) + (type.is_scalar() ? "" : text(type.shape));
}

Extent element_count(const Shape& shape) {
  Extent count = 1;
  for (const Extent& extent : shape) count = count * extent;
  return count;
}

std::vector<int64_t> numbers(const Shape& shape, const Bindings& bindings) {
  std::vector<int64_t> out;
  for (const Extent& extent : shape) out.push_back(extent.evaluate(bindings));
  return out;
}

std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b) {
  if (a.size() < b.size()) return broadcast_shapes(b, a);
  Shape out = a;
  const size_t lead = a.size() - b.size();
  for (size_t i = 0; i < b.size(); i++) {
    Extent& x = out[lead + i];
    if (x == b[i] || b[i].is(1)) continue;
    if (!x.is(1)) return std::nullopt;
    x = b[i];
  }
  return out;
}

Axes normalize_axes(Axes axes, int64_t rank, std::string_view what) {
  for (int64_t& axis : axes) {
    if (axis < -rank || axis >= rank)
      throw Error(Code::argument, fmt::format("{}: axis {} is out of range for rank {}", what, axis, rank));
    if (axis < 0) axis += rank;
  }
  std::sort(axes.begin(), axes.end());
  if (auto twice = std::adjacent_find(axes.begin(), axes.end()); twice != axes.end())
    throw Error(Code::argument, fmt::format("{}: axis {} is named twice", what, *twice));
  return axes;
}

Axes other_axes(const Axes& axes, int64_t rank) {
  Axes out;
  for (int64_t i = 0; i < rank; i++)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) out.push_back(i);
  return out;
}

Axes other_axes(Axes axes, const Axes& more, int64_t rank) {
  axes.insert(axes.end(), more.begin(), more.end());
  return other_axes(axes, rank);
}

Axes inverse(const Axes& permutation) {
  Axes out(permutation.size());
  for (size_t i = 0; i < permutation.size(); i++) out[permutation[i]] = static_cast<int64_t>(i);
  return out;
}

Shape with_front(const Extent& front, Shape shape) {
  shape.insert(shape.begin(), front);
  return shape;
}

}  // namespace wengert
