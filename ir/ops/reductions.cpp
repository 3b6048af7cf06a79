#include "ir/ops/reductions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"
#include "ir/ops/movement.h"

namespace wengert {

using Exprs = std::vector<Expr>;
using Cotangents = std::vector<Cotangent>;

static Shape without(const Shape& shape, const Axes& axes) {
  Shape out;
  for (int64_t axis : other_axes(axes, static_cast<int64_t>(shape.size()))) out.push_back(shape[axis]);
  return out;
}

static std::vector<Type> reduced_type(const Call& call) {
  const Axes& axes = call.attributes.axes();
  call.require(!axes.empty(), "wants at least one axis");
  call.require(normalize_axes(axes, call[0].rank(), call.op.name) == axes, "the axes must ascend");
  return {call[0].with(without(call[0].shape, axes))};
}
static std::vector<Type> reduced_number_type(const Call& call) {
  call.require(call[0].dtype != Dtype::boolean, "wants numbers, not bool");
  return reduced_type(call);
}
static std::vector<Type> ordered_type(const Call& call) {
  const std::string& order = call.attributes.get<std::string>("order");
  call.require(order == "chain" || order == "lanes", "the order is chain or lanes");
  return reduced_number_type(call);
}
static std::vector<Type> reduced_bool_type(const Call& call) {
  call.require(call[0].dtype == Dtype::boolean, "wants bool");
  return reduced_type(call);
}
// Whether the initial value is the result for no elements, instead of an error.
static bool admits_nothing(const Call& call) {
  const std::string* empty = call.attributes.find<std::string>("empty");
  if (empty) call.require(*empty == "initial", "empty is initial, or absent");
  return empty;
}
static std::vector<Type> extremum_type(const Call& call) {
  if (admits_nothing(call)) return reduced_number_type(call);
  for (int64_t axis : normalize_axes(call.attributes.axes(), call[0].rank(), call.op.name))
    call.require(!call[0].shape[axis].is(0), "nothing to choose from: a reduced extent is 0");
  return reduced_number_type(call);
}
static std::vector<Check> not_empty(const Call& call) {
  std::vector<Check> out;
  if (admits_nothing(call)) return out;
  for (int64_t axis : call.attributes.axes())
    if (!call[0].shape[axis].is_number())
      out.push_back({call[0].shape[axis] - 1, fmt::format("{} over axis {}, whose extent {} is 0",
                                                          call.op.name, axis, call[0].shape[axis].text())});
  return out;
}

Expr spread(Expr reduced, const Shape& shape, const Axes& axes) {
  return broadcast_in_dim(reduced, shape, other_axes(axes, static_cast<int64_t>(shape.size())));
}

static Exprs batch_reduction(const Batch& batch, const Op& op) {
  std::vector<Attributes::Entry> entries = batch.attributes.entries();
  for (auto& [name, value] : entries)
    if (name == "axes")
      for (int64_t& axis : std::get<Axes>(value)) axis++;
  const Expr x = batch.input(0);
  return {x.graph().make(op, {x}, Attributes(std::move(entries)))};
}

static Cotangents pull_sum(const Pull& pull) {
  return {{spread(pull.cotangents[0], pull.inputs[0].shape(), pull.attributes.axes()), {}}};
}

// d prod / dx_i = product of the others: exact where some x are zero, and differentiable again. The n x n
// products of a fused loop cost n^2; prefix products would need n.
static Expr product_of_others(Expr x, const Axes& axes) {
  Axes permutation = other_axes(axes, x.rank());
  const int64_t kept = static_cast<int64_t>(permutation.size());
  permutation.insert(permutation.end(), axes.begin(), axes.end());
  const Expr moved = transpose(x, permutation);
  Shape flat(moved.shape().begin(), moved.shape().begin() + kept);
  const Extent n = element_count(Shape(moved.shape().begin() + kept, moved.shape().end()));
  flat.push_back(n);
  const Expr row = reshape(moved, flat);
  Shape square = flat;
  square.push_back(n);
  Axes row_axes;
  for (int64_t i = 0; i < kept; i++) row_axes.push_back(i);
  row_axes.push_back(kept + 1);
  Graph& graph = x.graph();
  const Expr mine = iota(graph, Dtype::i64, square, kept) == iota(graph, Dtype::i64, square, kept + 1);
  const Expr others =
      prod(select(mine, ones(graph, Type{x.dtype(), square}), broadcast_in_dim(row, square, row_axes)),
           Axes{kept + 1});
  return transpose(reshape(others, moved.shape()), inverse(permutation));
}

static Cotangents pull_product(const Pull& pull) {
  const Axes& axes = pull.attributes.axes();
  const Expr x = pull.inputs[0];
  return {{spread(pull.cotangents[0], x.shape(), axes) * product_of_others(x, axes), {}}};
}
static Cotangents push_product(const Push& push) {
  const Axes& axes = push.attributes.axes();
  return {masked_sum(push.tangents[0] * product_of_others(push.inputs[0], axes), push.guard(0), axes)};
}

// Where x is the extremum (or NaN, when that won), and how many there are.
struct Winners {
  Expr mask, count;
};
static Winners winners(Expr x, Expr y, const Axes& axes) {
  const Expr best = spread(y, x.shape(), axes);
  const Expr mask = (x == best) | ((x != x) & (best != best));
  return {mask, sum(convert(mask, x.dtype()), axes)};
}
static Cotangents pull_extremum(const Pull& pull) {
  const Axes& axes = pull.attributes.axes();
  const Expr x = pull.inputs[0], g = pull.cotangents[0];
  const Winners w = winners(x, pull.outputs[0], axes);
  return {{select(w.mask, spread(g / w.count, x.shape(), axes), zeros(x.graph(), x.type())), w.mask}};
}
static Cotangents push_extremum(const Push& push) {
  const Axes& axes = push.attributes.axes();
  const Winners w = winners(push.inputs[0], push.outputs[0], axes);
  const Expr guard = push.guard(0);
  return {{sum(masked(push.tangents[0], w.mask), axes) / w.count,
           guard.present() ? any(w.mask & guard, axes) : Expr()}};
}

static std::vector<Type> arg_type(const Call& call) {
  const int64_t axis = call.attributes.get<int64_t>("axis");
  call.require(axis >= 0 && axis < call[0].rank(), "the axis is out of range");
  call.require(!call[0].shape[axis].is(0), "nothing to choose from: the extent is 0");
  return {{Dtype::i64, without(call[0].shape, {axis})}};
}
static std::vector<Check> arg_not_empty(const Call& call) {
  const Extent& extent = call[0].shape[call.attributes.get<int64_t>("axis")];
  return {{extent - 1, fmt::format("{} along an axis whose extent {} is 0", call.op.name, extent.text())}};
}
static Exprs batch_arg(const Batch& batch, const Op& op) {
  const Expr x = batch.input(0);
  return {x.graph().make(op, {x}, {{"axis", batch.attributes.get<int64_t>("axis") + 1}})};
}

namespace ops {

const Op reduce_sum{
    .name = "reduce_sum",
    .summary = "sums over axes, in the node's order; of nothing 0",
    .kind = Kind::reduction,
    .type = ordered_type,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.add(a, x); },
    .initial = [](Dtype) { return 0.0; },
    .linearity = Linearity::jointly,
    .bprop = pull_sum,
    .moves_guard = true,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_sum); },
};

const Op reduce_prod{
    .name = "reduce_prod",
    .summary = "multiplies over axes, in the node's order; of nothing 1",
    .kind = Kind::reduction,
    .type = ordered_type,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.multiply(a, x); },
    .initial = [](Dtype) { return 1.0; },
    .bprop = pull_product,
    .jvp = push_product,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_prod); },
};

// The initial value of max and min: the dtype's extreme, which no element beats.
static double extreme(Dtype dtype, double sign) {
  if (is_float(dtype)) return sign * std::numeric_limits<double>::infinity();
  const double magnitude = dtype == Dtype::i32 ? 0x1p31 : 0x1p63;
  return sign > 0 ? magnitude - 1 : -magnitude;
}

const Op reduce_max{
    .name = "reduce_max",
    .summary = "the largest over axes; NaN wins; ties share the gradient",
    .kind = Kind::reduction,
    .type = extremum_type,
    .checks = not_empty,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.maximum(a, x); },
    .initial = [](Dtype dtype) { return extreme(dtype, -1); },
    .bprop = pull_extremum,
    .jvp = push_extremum,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_max); },
};

const Op reduce_min{
    .name = "reduce_min",
    .summary = "the smallest over axes; NaN wins; ties share the gradient",
    .kind = Kind::reduction,
    .type = extremum_type,
    .checks = not_empty,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.minimum(a, x); },
    .initial = [](Dtype dtype) { return extreme(dtype, 1); },
    .bprop = pull_extremum,
    .jvp = push_extremum,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_min); },
};

const Op reduce_all{
    .name = "reduce_all",
    .summary = "whether all are true; of nothing true",
    .kind = Kind::reduction,
    .type = reduced_bool_type,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.bit_and(a, x); },
    .initial = [](Dtype) { return 1.0; },
    .derivative = Derivative::zero,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_all); },
};

const Op reduce_any{
    .name = "reduce_any",
    .summary = "whether any is true; of nothing false",
    .kind = Kind::reduction,
    .type = reduced_bool_type,
    .combine = [](Arithmetic& m, Num a, Num x) { return m.bit_or(a, x); },
    .initial = [](Dtype) { return 0.0; },
    .derivative = Derivative::zero,
    .batch = [](const Batch& batch) { return batch_reduction(batch, reduce_any); },
};

const Op argmax{
    .name = "argmax",
    .summary = "the index of the largest along an axis; the first of ties, the first NaN",
    .kind = Kind::arg_reduction,
    .type = arg_type,
    .checks = arg_not_empty,
    .better =
        [](Arithmetic& m, Num x, Num best) {
          const Num first_nan = m.bit_and(m.is_nan(x), m.equal(best, best));
          return m.bit_or(m.less(best, x), first_nan);
        },
    .derivative = Derivative::zero,
    .batch = [](const Batch& batch) { return batch_arg(batch, argmax); },
};

const Op argmin{
    .name = "argmin",
    .summary = "the index of the smallest along an axis; the first of ties, the first NaN",
    .kind = Kind::arg_reduction,
    .type = arg_type,
    .checks = arg_not_empty,
    .better =
        [](Arithmetic& m, Num x, Num best) {
          const Num first_nan = m.bit_and(m.is_nan(x), m.equal(best, best));
          return m.bit_or(m.less(x, best), first_nan);
        },
    .derivative = Derivative::zero,
    .batch = [](const Batch& batch) { return batch_arg(batch, argmin); },
};

}  // namespace ops

namespace {

Axes resolve(const AxesOrAll& axes, const Operand& x, std::string_view what) {
  if (axes) return build::axes_of(x, *axes, what);
  Axes all;
  for (int64_t i = 0; i < x.expr.rank(); i++) all.push_back(i);
  return all;
}

Expr keep(Expr reduced, const Shape& shape, const Axes& axes, bool keepdims) {
  if (!keepdims) return reduced;
  Shape kept = shape;
  for (int64_t axis : axes) kept[axis] = 1;
  return reshape(reduced, kept);
}

Expr reduce(const Op& op, const Operand& x, const AxesOrAll& axes, bool keepdims, bool ordered) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, op.name);
  const Axes resolved = resolve(axes, x, op.name);
  if (resolved.empty()) return x.expr;
  std::vector<Attributes::Entry> attributes = {{"axes", resolved}};
  if (ordered)
    attributes.emplace_back("order", std::string(resolved.back() == x.expr.rank() - 1 ? "lanes" : "chain"));
  return keep(graph.make(op, {x.expr}, Attributes(std::move(attributes))), x.expr.shape(), resolved,
              keepdims);
}

Expr counted(const Operand& x, const Axes& axes, Dtype dtype) {
  Extent count = 1;
  for (int64_t axis : axes) count = count * x.expr.shape()[axis];
  return convert(extent_value(x.expr.graph(), count), dtype);
}

Expr arg(const Op& op, const Operand& x, int64_t axis, bool keepdims) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, op.name);
  axis = build::axes_of(x, {axis}, op.name)[0];
  return keep(graph.make(op, {x.expr}, {{"axis", axis}}), x.expr.shape(), {axis}, keepdims);
}

Expr as_number(const Operand& x, std::string_view what) {
  build::graph_of({&x}, what);
  return x.expr.dtype() == Dtype::boolean ? convert(x.expr, Dtype::i32) : x.expr;
}

}  // namespace

Expr max_or_least(Expr x, const Axes& axes) {
  const auto some = [&](int64_t axis) { return x.shape()[axis].is_number() && !x.shape()[axis].is(0); };
  if (std::all_of(axes.begin(), axes.end(), some)) return max(x, axes);
  return x.graph().make(ops::reduce_max, {x}, {{"axes", axes}, {"empty", std::string("initial")}});
}

Expr sum(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  return reduce(ops::reduce_sum, as_number(x, ops::reduce_sum.name), axes, keepdims, true);
}
Expr prod(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  return reduce(ops::reduce_prod, as_number(x, ops::reduce_prod.name), axes, keepdims, true);
}
Expr max(Operand x, AxesOrAll axes, bool keepdims) {
  return reduce(ops::reduce_max, x, axes, keepdims, false);
}
Expr min(Operand x, AxesOrAll axes, bool keepdims) {
  return reduce(ops::reduce_min, x, axes, keepdims, false);
}
Expr all(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  return reduce(ops::reduce_all, convert(x, Dtype::boolean), axes, keepdims, false);
}
Expr any(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  return reduce(ops::reduce_any, convert(x, Dtype::boolean), axes, keepdims, false);
}
Expr argmax(Operand x, int64_t axis, bool keepdims) { return arg(ops::argmax, x, axis, keepdims); }
Expr argmin(Operand x, int64_t axis, bool keepdims) { return arg(ops::argmin, x, axis, keepdims); }

Expr mean(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  const Expr values = build::float_of(x, "mean");
  const Axes resolved = resolve(axes, values, "mean");
  return sum(values, resolved, keepdims) / counted(values, resolved, values.dtype());
}

Expr var(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  const Expr values = build::float_of(x, "var");
  const Expr centred = values - mean(values, axes, true);
  return mean(centred * centred, axes, keepdims);
}

Expr sum_or_any(Expr x, const Axes& axes) {
  return x.dtype() == Dtype::boolean ? any(x, axes) : sum(x, axes);
}

Cotangent masked_sum(Expr terms, Expr guard, const Axes& axes) {
  return {sum(masked(terms, guard), axes), guard.present() ? any(guard, axes) : Expr()};
}

}  // namespace wengert
