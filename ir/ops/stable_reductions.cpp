// Reductions with a stable form and a derivative rule of their own: logsumexp, softmax, norm, standard
// deviation.
#include <cmath>
#include <limits>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Exprs = std::vector<Expr>;
using Cotangents = std::vector<Cotangent>;

static constexpr double infinity = std::numeric_limits<double>::infinity();

static std::vector<Type> reduced_float_type(const Call& call) {
  const Axes& axes = call.attributes.axes();
  call.require(is_float(call[0].dtype), "wants floating-point numbers");
  call.require(normalize_axes(axes, call[0].rank(), call.op.name) == axes, "the axes must ascend");
  Shape shape;
  for (int64_t axis : other_axes(axes, call[0].rank())) shape.push_back(call[0].shape[axis]);
  return {call[0].with(shape)};
}

static Exprs batch_axes(const Batch& batch, const Op& op) {
  Axes axes = batch.attributes.axes();
  for (int64_t& axis : axes) axis++;
  const Expr x = batch.input(0);
  return {x.graph().make(op, {x}, {{"axes", axes}})};
}

// The maximum where it is finite, else 0, of nothing too: subtracting it can't make inf - inf.
static Expr finite_maximum(Expr x, const Axes& axes) {
  const Expr largest = stop_gradient(max_or_least(x, axes));
  return select(abs(largest) < infinity, largest, zeros(x.graph(), largest.type()));
}

// e^(x - maximum) and their sum, of which x's share is the softmax and the log is logsumexp less the maximum.
struct Exponentials {
  Expr shift, shifted, terms, total;
};
static Exponentials exponentials(Expr x, const Axes& axes) {
  const Expr shift = finite_maximum(x, axes), shifted = x - spread(shift, x.shape(), axes);
  const Expr terms = exp(shifted);
  return {shift, shifted, terms, sum(terms, axes)};
}

static Exprs expand_logsumexp(std::span<const Expr> x, const Attributes& attributes) {
  const Axes& axes = attributes.axes();
  const Exponentials e = exponentials(x[0], axes);
  return {log(e.total) + e.shift};
}

// d logsumexp / dx = exp(x - y), which is the softmax: as such, since y has lost the digits of small terms
// beside a large maximum. 0 where all are -inf; shared by the +inf elements where there are some.
static Expr logsumexp_weights(Expr x, Expr y, const Axes& axes) {
  const Exponentials e = exponentials(x, axes);
  const Expr whole = spread(y, x.shape(), axes);
  const Expr top = x == infinity;
  const Expr share = convert(top, x.dtype()) / spread(sum(convert(top, x.dtype()), axes), x.shape(), axes);
  const Expr zero = zeros(x.graph(), x.type());
  return select(whole == -infinity, zero,
                select(whole == infinity, share, e.terms / spread(e.total, x.shape(), axes)));
}

// d |x| / dx = x / |x|, 0 at 0.
static Expr norm_direction(Expr x, Expr y, const Axes& axes) {
  const Expr length = spread(y, x.shape(), axes);
  return select(length == 0.0, zeros(x.graph(), x.type()), x / length);
}

// Squares are taken of x scaled by a power of two that keeps them in range; near 1 it is 1.
static Exprs expand_norm(std::span<const Expr> inputs, const Attributes& attributes) {
  const Expr x = inputs[0];
  const Axes& axes = attributes.axes();
  const bool wide = x.dtype() == Dtype::f64;
  const double large = wide ? 0x1p500 : 0x1p60, small = 1 / large;
  const double down = wide ? 0x1p-600 : 0x1p-70, up = wide ? 0x1p600 : 0x1p80;
  const Expr largest = stop_gradient(max_or_least(abs(x), axes));
  const Expr one = ones(x.graph(), largest.type());
  const Expr scale = select(largest > large, one * down, select(largest < small, one * up, one));
  const Expr scaled = x * spread(scale, x.shape(), axes);
  return {sqrt(sum(scaled * scaled, axes)) / scale};
}

namespace ops {

const Op logsumexp{
    .name = "logsumexp",
    .summary = "log of the sum of exponentials over axes, without overflow",
    .kind = Kind::composite,
    .type = reduced_float_type,
    .expand = expand_logsumexp,
    .bprop = [](const Pull& pull) -> Cotangents {
      const Axes& axes = pull.attributes.axes();
      const Expr x = pull.inputs[0];
      const Expr weights = logsumexp_weights(x, pull.outputs[0], axes);
      return {{spread(pull.cotangents[0], x.shape(), axes) * weights, {}}};
    },
    .jvp = [](const Push& push) -> Cotangents {
      const Axes& axes = push.attributes.axes();
      const Expr weights = logsumexp_weights(push.inputs[0], push.outputs[0], axes);
      return {masked_sum(push.tangents[0] * weights, push.guard(0), axes)};
    },
    .batch = [](const Batch& batch) { return batch_axes(batch, logsumexp); },
};

const Op norm{
    .name = "norm",
    .summary = "2-norm over axes, without overflow or underflow; gradient 0 at 0",
    .kind = Kind::composite,
    .type = reduced_float_type,
    .expand = expand_norm,
    .bprop = [](const Pull& pull) -> Cotangents {
      const Axes& axes = pull.attributes.axes();
      const Expr x = pull.inputs[0];
      const Expr direction = norm_direction(x, pull.outputs[0], axes);
      return {{spread(pull.cotangents[0], x.shape(), axes) * direction, {}}};
    },
    .jvp = [](const Push& push) -> Cotangents {
      const Axes& axes = push.attributes.axes();
      const Expr direction = norm_direction(push.inputs[0], push.outputs[0], axes);
      return {masked_sum(push.tangents[0] * direction, push.guard(0), axes)};
    },
    .batch = [](const Batch& batch) { return batch_axes(batch, norm); },
};

}  // namespace ops

static Expr over_axes(const Op& op, const Operand& operand, const AxesOrAll& axes, bool keepdims) {
  PlaceScope place(operand);
  const Expr x = build::float_of(operand, op.name);
  Axes resolved;
  for (int64_t i = 0; i < x.rank(); i++) resolved.push_back(i);
  if (axes) resolved = build::axes_of(operand, *axes, op.name);
  const Expr y = x.graph().make(op, {x}, {{"axes", resolved}});
  if (!keepdims) return y;
  Shape kept = x.shape();
  for (int64_t axis : resolved) kept[axis] = 1;
  return reshape(y, kept);
}

Expr logsumexp(Operand x, AxesOrAll axes, bool keepdims) {
  return over_axes(ops::logsumexp, x, axes, keepdims);
}
Expr norm(Operand x, AxesOrAll axes, bool keepdims) { return over_axes(ops::norm, x, axes, keepdims); }

Expr std_(Operand x, AxesOrAll axes, bool keepdims) {
  PlaceScope place(x);
  const Expr variance = var(x, axes, keepdims);
  return select(variance == 0.0, zeros(variance.graph(), variance.type()), sqrt(variance));
}

Expr softmax(Operand operand, int64_t axis) {
  PlaceScope place(operand);
  const Expr x = build::float_of(operand, "softmax");
  const Axes axes = build::axes_of(operand, {axis}, "softmax");
  const Exponentials e = exponentials(x, axes);
  const Expr total = select(e.total == 0.0, 1.0, e.total);  // a row of -inf is a row of 0
  return e.terms / spread(total, x.shape(), axes);
}

Expr log_softmax(Operand operand, int64_t axis) {
  PlaceScope place(operand);
  const Expr x = build::float_of(operand, "log_softmax");
  const Axes axes = build::axes_of(operand, {axis}, "log_softmax");
  // x - logsumexp(x) with the maximum taken off both; a row of -inf stays one and has no slope
  const Exponentials e = exponentials(x, axes);
  const Expr nothing = e.total == 0.0, whole = log(select(nothing, 1.0, e.total));
  return select(spread(nothing, x.shape(), axes), -infinity, e.shifted - spread(whole, x.shape(), axes));
}

Expr square_of_norm(Expr x) {
  const bool kept = &x.op() == &ops::reshape;
  const Graph& graph = x.graph();
  const Value inner = kept ? graph.inputs(x.value().node)[0] : x.value();
  if (graph.node(inner.node).op != &ops::norm) return {};
  const Expr of(x.graph(), graph.inputs(inner.node)[0]);
  const Expr squares = sum(square(of), graph.node(inner.node).attributes->axes());
  return kept ? reshape(squares, x.shape()) : squares;
}

}  // namespace wengert
