// Functions that move elements or pick them.
#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert::language {
namespace {

int64_t axis_of(Arguments& a, size_t i, int64_t rank) {
  const int64_t axis = a.integer(i, 0);
  if (axis < -rank || axis >= rank) a.refuse(i, fmt::format("an axis from {} to {}", -rank, rank - 1));
  return axis < 0 ? axis + rank : axis;
}

// -1 for one extent stands for what is left, where that can be divided.
Datum reshape_(Arguments& a) {
  const Expr x = a.expr(0);
  const std::optional<Extent> alone = a.at(1).extent();
  Shape shape = alone && alone->is(-1) ? Shape{-1} : a.shape(1);
  const auto open = std::find_if(shape.begin(), shape.end(), [](const Extent& e) { return e.is(-1); });
  if (open != shape.end()) {
    if (std::count_if(open, shape.end(), [](const Extent& e) { return e.is(-1); }) > 1)
      a.refuse_because(1, Code::argument, "reshape: only one extent can be -1, for what the others leave");
    Extent rest = 1;
    for (const Extent& e : shape)
      if (!e.is(-1)) rest = rest * e;
    if (rest.is(0))
      a.refuse_because(1, Code::argument, "reshape: -1 beside an extent of 0 could be anything");
    const Extent count = element_count(x.shape());
    const std::optional<Extent> left = Extent::exact_quotient(count, rest);
    if (!left)
      a.refuse_because(1, Code::type,
                       fmt::format("reshape: cannot divide the {} elements of {} by {}; write the extent "
                                   "instead of -1",
                                   count.text(), text(x.type()), rest.text()));
    *open = *left;
  }
  return a.weakly(reshape(x, shape), {0});
}

Datum ravel_(Arguments& a) {
  const Expr x = a.expr(0);
  return a.weakly(reshape(x, {element_count(x.shape())}), {0});
}

Datum transpose_(Arguments& a) {
  const Expr x = a.expr(0);
  if (!a.given(1)) return a.weakly(transpose(x), {0});
  Axes axes = a.list_of_integers(1);
  for (int64_t& axis : axes)
    if (axis < 0) axis += x.rank();
  return a.weakly(transpose(x, axes), {0});
}

Datum swapaxes_(Arguments& a) {
  const Expr x = a.expr(0);
  Axes order(static_cast<size_t>(x.rank()));
  for (size_t i = 0; i < order.size(); i++) order[i] = static_cast<int64_t>(i);
  std::swap(order[axis_of(a, 1, x.rank())], order[axis_of(a, 2, x.rank())]);
  return a.weakly(transpose(x, order), {0});
}

Datum moveaxis_(Arguments& a) {
  const Expr x = a.expr(0);
  return a.weakly(moveaxis(x, axis_of(a, 1, x.rank()), axis_of(a, 2, x.rank())), {0});
}

Datum squeeze_(Arguments& a) {
  const Expr x = a.expr(0);
  Axes axes;
  if (a.given(1))
    axes = a.list_of_integers(1);
  else
    for (int64_t i = 0; i < x.rank(); i++)
      if (x.shape()[i].is(1)) axes.push_back(i);
  return a.weakly(squeeze(x, axes), {0});
}

Datum expand_dims_(Arguments& a) { return a.weakly(expand_dims(a.expr(0), a.list_of_integers(1)), {0}); }
Datum broadcast_to_(Arguments& a) { return a.weakly(broadcast_to(a.expr(0), a.shape(1)), {0}); }

Datum flip_(Arguments& a) {
  const Expr x = a.expr(0);
  Axes axes = other_axes({}, x.rank());
  if (a.given(1)) axes = normalize_axes(a.list_of_integers(1), x.rank(), "flip");
  return a.weakly(reverse(x, axes), {0});
}

// Widths as in NumPy: one number, (before, after), or one such pair for each axis.
Datum pad_(Arguments& a) {
  const Expr x = a.expr(0);
  const size_t rank = static_cast<size_t>(x.rank());
  Shape low, high;
  const Sequence* widths = a.at(1).as<Sequence>();
  const bool pairs = widths && !widths->parts.empty() && widths->parts[0].as<Sequence>();
  auto add_pair = [&](const Datum& datum) {
    const Sequence* pair = datum.as<Sequence>();
    if (!pair || pair->parts.size() != 2 || !pair->parts[0].extent() || !pair->parts[1].extent())
      a.refuse(1, "a width, a pair (before, after), or a pair for each axis");
    low.push_back(*pair->parts[0].extent());
    high.push_back(*pair->parts[1].extent());
  };
  if (pairs) {
    for (const Datum& part : widths->parts) add_pair(part);
    if (low.size() != rank)
      a.refuse_because(1, Code::argument,
                       fmt::format("pad: {} pairs for the {} axes of {}", low.size(), rank, text(x.type())));
  } else {
    for (size_t i = 0; i < rank; i++)
      if (widths)
        add_pair(a.at(1));
      else
        low.push_back(a.extent(1)), high.push_back(a.extent(1));
  }
  Expr value =
      a.given(2) ? beside(array_of(a.graph(), a.at(2)), x.dtype()) : constant(a.graph(), x.dtype(), 0.0);
  return a.weakly(pad(x, convert(value, x.dtype()), low, high, Axes(rank, 0)), {0});
}

Datum concatenate_(Arguments& a) {
  std::vector<Expr> parts = a.arrays(0);
  if (a.is_none(1)) {
    for (Expr& part : parts) part = reshape(part, {element_count(part.shape())});
    return a.weakly(concatenate(parts, 0), {0});
  }
  return a.weakly(concatenate(parts, axis_of(a, 1, std::max<int64_t>(1, parts[0].rank()))), {0});
}
Datum stack_(Arguments& a) {
  const std::vector<Expr> parts = a.arrays(0);
  return a.weakly(stack(parts, axis_of(a, 1, parts[0].rank() + 1)), {0});
}

// split(x, 3): equal parts; split(x, (2, 5)): at these positions.
Datum split_(Arguments& a) {
  const Expr x = a.expr(0);
  const int64_t axis = axis_of(a, 2, x.rank());
  const Extent extent = x.shape()[axis];
  Shape cuts{0};
  if (a.at(1).as<Sequence>()) {
    for (const Extent& at : a.shape(1)) cuts.push_back(at);
    cuts.push_back(extent);
  } else {
    const int64_t parts = a.integer(1);
    if (parts < 1) a.refuse(1, "at least one part");
    const std::optional<Extent> part = Extent::exact_quotient(extent, parts);
    if (!part)
      a.refuse_because(
          1, Code::type,
          fmt::format("split: an axis of extent {} has no {} equal parts", extent.text(), parts));
    for (int64_t i = 1; i <= parts; i++) cuts.push_back(*part * i);
  }
  Sequence out;
  for (size_t i = 0; i + 1 < cuts.size(); i++) out.parts.push_back(slice_axis(x, axis, cuts[i], cuts[i + 1]));
  return out;
}

// Repeats the array along each axis: a new axis in front of each, broadcast, then joined with it.
Datum tile_(Arguments& a) {
  Expr x = a.expr(0);
  Shape times = a.shape(1);
  if (static_cast<int64_t>(times.size()) < x.rank())
    times.insert(times.begin(), x.rank() - times.size(), Extent(1));
  Shape whole(times.size() - x.rank(), Extent(1));
  whole.insert(whole.end(), x.shape().begin(), x.shape().end());
  x = reshape(x, whole);
  Shape spread, joined;
  Axes kept;
  for (size_t i = 0; i < times.size(); i++) {
    spread.push_back(times[i]);
    kept.push_back(static_cast<int64_t>(spread.size()));
    spread.push_back(whole[i]);
    joined.push_back(times[i] * whole[i]);
  }
  return a.weakly(reshape(broadcast_in_dim(x, spread, kept), joined), {0});
}

// Each element `repeats` times along the axis.
Datum repeat_(Arguments& a) {
  Expr x = a.expr(0);
  if (!a.given(2)) x = reshape(x, {element_count(x.shape())});
  const int64_t axis = a.given(2) ? axis_of(a, 2, x.rank()) : 0;
  const Extent times = a.extent(1);
  Shape spread = x.shape(), joined = x.shape();
  spread.insert(spread.begin() + axis + 1, times);
  joined[axis] = joined[axis] * times;
  Axes kept;
  for (int64_t i = 0; i < x.rank(); i++) kept.push_back(i <= axis ? i : i + 1);
  return a.weakly(reshape(broadcast_in_dim(x, spread, kept), joined), {0});
}

// Elements move up by `shift` and come in again at the start.
Datum roll_(Arguments& a) {
  Expr x = a.expr(0);
  const Shape shape = x.shape();
  if (!a.given(2)) x = reshape(x, {element_count(shape)});
  const int64_t axis = a.given(2) ? axis_of(a, 2, x.rank()) : 0;
  const Extent extent = x.shape()[axis];
  int64_t shift = a.integer(1);
  if (extent.is_number())
    shift = extent.is(0) ? 0 : ((shift % *extent.number()) + *extent.number()) % *extent.number();
  const Extent cut = shift >= 0 ? extent - shift : Extent(-shift);
  if (shift != 0) {
    const Expr parts[] = {slice_axis(x, axis, cut, extent), slice_axis(x, axis, 0, cut)};
    x = concatenate(parts, axis);
  }
  return a.weakly(reshape(x, shape), {0});
}

// The elements of a matrix with column - row = k, by their positions in row-major order.
Expr diagonal(Arguments& a, const Expr& x, int64_t k) {
  const Extent rows = x.shape()[0], columns = x.shape()[1];
  const Extent count = k >= 0 ? Extent::minimum(rows, columns - k) : Extent::minimum(rows + k, columns);
  const Expr at = iota(a.graph(), Dtype::i64, {count}, 0);
  const Expr stride = extent_value(a.graph(), columns + 1);
  const Expr first = extent_value(a.graph(), k >= 0 ? Extent(k) : columns * -k);
  return take(reshape(x, {rows * columns}), at * stride + first, 0);
}

Datum diag_(Arguments& a) {
  const Expr x = a.expr(0);
  const int64_t k = a.integer(1, 0);
  if (x.rank() == 2) return a.weakly(diagonal(a, x, k), {0});
  if (x.rank() != 1) a.refuse(0, "a vector or a matrix");
  const Extent n = x.shape()[0] + (k < 0 ? -k : k);
  const Shape shape{n, n};
  const Expr row = iota(a.graph(), Dtype::i64, shape, 0), column = iota(a.graph(), Dtype::i64, shape, 1);
  // Row i holds element i (i + k below the diagonal), padded to the matrix.
  const Expr padded = pad(x, constant(a.graph(), x.dtype(), 0.0), {k < 0 ? -k : 0}, {k < 0 ? 0 : k}, {0});
  const Expr spread = broadcast_in_dim(padded, shape, {0});
  return a.weakly(select(column == row + k, spread, zeros(a.graph(), spread.type())), {0});
}

Datum trace_(Arguments& a) {
  const Expr x = a.expr(0);
  if (x.rank() != 2) a.refuse(0, "a matrix");
  return a.weakly(sum(diagonal(a, x, a.integer(1, 0))), {0});
}

Datum take_(Arguments& a) {
  const Expr x = a.expr(0);
  if (!a.given(2)) {
    const Extent count = element_count(x.shape());
    return take(reshape(x, {count}), a.indices(1, count), 0);
  }
  const int64_t axis = axis_of(a, 2, x.rank());
  return take(x, a.indices(1, x.shape()[axis]), axis);
}

Datum one_hot_(Arguments& a) { return one_hot(a.expr(0), a.extent(1), a.dtype(2, Dtype::f64)); }

Datum scatter_add_(Arguments& a) {
  const std::vector<Operand> x = a.operands({0, 2});
  const Expr target = a.expr(0);
  const int64_t axis = target.rank() == 0 ? a.integer(3, 0) : axis_of(a, 3, target.rank());
  const Expr indices = target.rank() == 0 ? a.expr(1) : a.indices(1, target.shape()[axis]);
  return scatter_add(x[0], indices, x[1], axis);
}

Datum segment_sum_(Arguments& a) {
  const Expr data = a.expr(0);
  if (data.rank() < 1) a.refuse(0, "an array with rows");
  Shape shape = data.shape();
  shape[0] = a.extent(2);
  return scatter_add(zeros(a.graph(), data.type().with(shape)), a.expr(1), data, 0);
}

Datum shape_(Arguments& a) {
  Sequence out;
  for (const Extent& extent : a.expr(0).shape()) out.parts.push_back(extent);
  return out;
}
Datum len_(Arguments& a) {
  const Expr x = a.expr(0);
  if (x.rank() == 0) a.refuse(0, "an array with an axis");
  return x.shape()[0];
}

}  // namespace

std::span<const Builtin> shape_builtins() {
  static const std::vector<Builtin> table = {
      {"reshape", "(x, shape)", reshape_},
      {"ravel", "(x)", ravel_},
      {"transpose", "(x, axes=None)", transpose_},
      {"permute_dims", "(x, axes=None)", transpose_},
      {"swapaxes", "(x, axis1, axis2)", swapaxes_},
      {"moveaxis", "(x, source, destination)", moveaxis_},
      {"squeeze", "(x, axis=None)", squeeze_},
      {"expand_dims", "(x, axis)", expand_dims_},
      {"broadcast_to", "(x, shape)", broadcast_to_},
      {"flip", "(x, axis=None)", flip_},
      {"pad", "(x, pad_width, constant_values=0)", pad_},
      {"concatenate", "(arrays, axis=0)", concatenate_},
      {"concat", "(arrays, axis=0)", concatenate_},
      {"stack", "(arrays, axis=0)", stack_},
      {"split", "(x, indices_or_sections, axis=0)", split_},
      {"tile", "(x, reps)", tile_},
      {"repeat", "(x, repeats, axis=None)", repeat_},
      {"roll", "(x, shift, axis=None)", roll_},
      {"diag", "(x, k=0)", diag_},
      {"trace", "(x, offset=0)", trace_},
      {"take", "(x, indices, axis=None)", take_},
      {"one_hot", "(indices, num_classes, dtype=f64)", one_hot_},
      {"scatter_add", "(x, indices, updates, axis=0)", scatter_add_},
      {"segment_sum", "(data, segment_ids, num_segments)", segment_sum_},
      {"shape", "(x)", shape_},
      {"len", "(x)", len_},
  };
  return table;
}

}  // namespace wengert::language
