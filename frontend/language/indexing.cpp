// x[…] as NumPy has it: integers, slices, None, ..., integer arrays.
#include <fmt/format.h>

#include "frontend/language/builder.h"
#include "ir/ops/indexing.h"
#include "ir/ops/movement.h"

namespace wengert::language {
namespace {

// A bound that is written: negative literals count from the end, extents never do.
Extent from_start(const Datum& bound, const Extent& extent) {
  const std::optional<Extent> value = bound.extent();
  if (!value)
    throw Error(Code::type,
                fmt::format("a slice is bounded by whole numbers and extents, not {}; take(x, start + "
                            "arange(n)) picks a window at run time",
                            describe(bound)));
  return bound.is_integer_literal() && *value->number() < 0 ? extent + *value : *value;
}

// `at` is the place that the bound means, counted from where the axis begins.
void require_within(const Datum& bound, const Extent& at, const Extent& extent, bool end_allowed) {
  const int64_t beyond = end_allowed ? 0 : 1;
  const Extent over = at - extent;
  if ((at.is_number() && *at.number() < 0) || (over.is_number() && *over.number() + beyond > 0))
    throw Error(Code::argument, fmt::format("{} is outside an axis of extent {}",
                                            bound.extent().value_or(at).text(), extent.text()));
}

Expr sliced(const Expr& x, int64_t axis, const Range& range) {
  const Extent extent = x.shape()[axis];
  int64_t step = 1;
  if (const Datum& written = range.bounds[2]; !written.is_nothing()) {
    if (!written.is_integer_literal() || written.as<Literal>()->integer == 0)
      throw Error(Code::argument, fmt::format("the step of a slice is a whole number other than 0, not {}",
                                              describe(written)));
    step = written.as<Literal>()->integer;
  }
  const bool has_start = !range.bounds[0].is_nothing(), has_stop = !range.bounds[1].is_nothing();
  if (step > 0) {
    const Extent start = has_start ? from_start(range.bounds[0], extent) : Extent(0);
    const Extent stop = has_stop ? from_start(range.bounds[1], extent) : extent;
    require_within(range.bounds[0], start, extent, true);
    require_within(range.bounds[1], stop, extent, true);
    return slice_axis(x, axis, start, stop, step);
  }
  // Downwards: the same slice of the reversed axis, whose element i is element extent - 1 - i.
  const Extent start = has_start ? extent - 1 - from_start(range.bounds[0], extent) : Extent(0);
  const Extent stop = has_stop ? extent - 1 - from_start(range.bounds[1], extent) : extent;
  require_within(range.bounds[0], start, extent, true);
  require_within(range.bounds[1], stop, extent, true);
  return slice_axis(reverse(x, {axis}), axis, start, stop, -step);
}

Expr element(const Expr& x, int64_t axis, const Datum& index) {
  const Extent extent = x.shape()[axis];
  const Extent at = from_start(index, extent);
  require_within(index, at, extent, false);
  return index_axis(x, axis, at);
}

Expr picked(Graph& graph, const Expr& x, int64_t axis, const Datum& index) {
  const Expr indices = array_of(graph, resolve_literals(index, x.shape()[axis])).expr;
  if (is_integer(indices.dtype())) return take(x, indices, axis);
  if (indices.dtype() == Dtype::boolean)
    throw Error(Code::type,
                "a bool array as an index would give a shape that depends on values; use where(mask, x, 0)");
  throw Error(Code::type,
              fmt::format("an index is an integer, a slice, None, ... or an array of integers, not {}",
                          text(indices.type())));
}

// NumPy moves the axes of an array index to the front when another integer index stands apart from it.
void refuse_scattered_indices(Graph& graph, std::span<const Datum> indices) {
  int64_t arrays = 0, runs = 0;
  bool inside = false;
  for (const Datum& index : indices) {
    const bool picks = index.extent() || index.as<Array>() || index.as<Sequence>();
    if (picks && !index.extent() && array_of(graph, index).expr.rank() > 0) arrays++;
    if (picks && !inside) runs++;
    inside = picks;
  }
  if (arrays > 1)
    throw Error(Code::argument,
                "only one index may be an array of integers; take rows first, then columns, or flatten "
                "with reshape and compute the position");
  if (arrays == 1 && runs > 1)
    throw Error(Code::argument,
                "NumPy moves axes when integers stand apart from an array index; index in two steps, "
                "x[0][:, i]");
}

}  // namespace

Datum resolve_literals(const Datum& indices, const Extent& extent) {
  if (const Sequence* list = indices.as<Sequence>(); list && list->list) {
    Sequence out = *list;
    for (Datum& part : out.parts) part = resolve_literals(part, extent);
    return out;
  }
  if (!indices.extent()) return indices;
  const Extent at = from_start(indices, extent);
  require_within(indices, at, extent, false);
  if (at.is_number()) return Literal::of(*at.number());
  return at;
}

Datum build_index(Builder& builder, const Datum& datum, std::span<const Datum> indices,
                  const std::vector<Span>& spans) {
  if (const Sequence* sequence = datum.as<Sequence>(); sequence && !sequence->list) {
    // x.shape[0], or a part of a tuple.
    const int64_t count = static_cast<int64_t>(sequence->parts.size());
    if (indices.size() != 1 || !indices[0].is_integer_literal())
      throw Error(Code::type, "a tuple is indexed by one whole number");
    int64_t at = indices[0].as<Literal>()->integer;
    if (at < 0) at += count;
    if (at < 0 || at >= count)
      throw Error(Code::argument, fmt::format("the index is outside {}", describe(datum)));
    return sequence->parts[at];
  }
  Graph& graph = builder.graph();
  Expr x = array_of(graph, datum).expr;
  const bool weak = datum.is_weak();
  int64_t used = 0, dots = 0;
  for (const Datum& index : indices) {
    if (index.as<Dots>())
      dots++;
    else if (!index.is_nothing())
      used++;
  }
  if (dots > 1) throw Error(Code::argument, "an index has one '...' at most");
  if (used > x.rank())
    throw Error(Code::type,
                fmt::format("{} has {} axes and {} indices are given", text(x.type()), x.rank(), used));
  refuse_scattered_indices(graph, indices);
  int64_t axis = 0;
  for (size_t i = 0; i < indices.size(); i++) {
    const Datum& index = indices[i];
    builder.located(spans[i], spans[i].begin, [&] {
      if (index.as<Dots>()) {
        axis += x.rank() - axis;
        for (size_t k = i + 1; k < indices.size(); k++)
          if (!indices[k].is_nothing()) axis--;
      } else if (index.is_nothing()) {
        x = expand_dims(x, {axis++});
      } else if (const Range* range = index.as<Range>()) {
        x = sliced(x, axis++, *range);
      } else if (index.extent()) {
        x = element(x, axis, index);
      } else {
        const int64_t before = x.rank();
        x = picked(graph, x, axis, index);
        axis += x.rank() - before + 1;
      }
    });
  }
  return Array{x, weak};
}

}  // namespace wengert::language
