// Ops that put arrays together: pad and concatenate, and what is built of them.
#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Exprs = std::vector<Expr>;
using Cotangents = std::vector<Cotangent>;

static Extent padded_extent(const Extent& extent, const Extent& low, const Extent& high, int64_t interior) {
  if (extent.is(0)) return low + high;
  return low + high + extent + (extent - 1) * interior;
}

static std::vector<Type> pad_type(const Call& call) {
  const Shape& low = call.attributes.get<Shape>("low");
  const Shape& high = call.attributes.get<Shape>("high");
  const Axes& interior = call.attributes.axes("interior");
  const size_t rank = call[0].shape.size();
  call.require(rank > 0, "a scalar has no axis to pad");
  call.require(call[1].is_scalar() && call[1].dtype == call[0].dtype,
               "the padding must be a scalar of the same dtype");
  call.require(low.size() == rank && high.size() == rank && interior.size() == rank,
               "wants low, high and interior for each axis");
  Shape shape;
  for (size_t i = 0; i < rank; i++) {
    for (const Extent& amount : {low[i], high[i]})
      call.require(!amount.is_number() || *amount.number() >= 0, "padding must not be negative");
    call.require(interior[i] >= 0, "padding must not be negative");
    shape.push_back(padded_extent(call[0].shape[i], low[i], high[i], interior[i]));
  }
  return {call[0].with(shape)};
}

static std::vector<Check> pad_checks(const Call& call) {
  std::vector<Check> out;
  for (const char* side : {"low", "high"})
    for (const Extent& amount : call.attributes.get<Shape>(side))
      if (!amount.is_number())
        out.push_back({amount, fmt::format("the padding {} is negative", amount.text())});
  return out;
}

// What pad put there, of `shape`. With gaps between elements a symbol's axis that turns out to be empty would
// end before it starts: its limit is kept from that, and the reshape tells that the count is the same.
static Expr unpadded(Expr g, const Shape& shape, const Attributes& attributes) {
  const Shape& low = attributes.get<Shape>("low");
  const Shape& high = attributes.get<Shape>("high");
  Shape limits;
  Axes steps = attributes.axes("interior");
  for (size_t i = 0; i < high.size(); i++) {
    const Extent limit = g.shape()[i] - high[i];
    const bool may_be_empty = steps[i] != 0 && (!shape[i].is_number() || shape[i].is(0));
    limits.push_back(may_be_empty ? Extent::maximum(low[i], limit) : limit);
    steps[i]++;
  }
  return reshape(slice(g, low, limits, steps), shape);
}

static Cotangents pad_bprop(const Pull& pull) {
  const Expr g = pull.cotangents[0];
  Graph& graph = g.graph();
  const Expr inside = pad(full(graph, pull.inputs[0].type().with(Dtype::boolean), 1),
                          constant(graph, Dtype::boolean, 0.0), pull.attributes.get<Shape>("low"),
                          pull.attributes.get<Shape>("high"), pull.attributes.axes("interior"));
  const Expr outside = select(inside, zeros(graph, g.type()), g);
  Axes all;
  for (int64_t i = 0; i < g.rank(); i++) all.push_back(i);
  return {{unpadded(g, pull.inputs[0].shape(), pull.attributes), {}}, {sum_or_any(outside, all), {}}};
}

static Exprs pad_batch(const Batch& batch) {
  Graph& graph = batch.inputs[0].graph();
  Axes interior = batch.attributes.axes("interior");
  interior.insert(interior.begin(), 0);
  const Shape low = with_front(0, batch.attributes.get<Shape>("low"));
  const Shape high = with_front(0, batch.attributes.get<Shape>("high"));
  if (!batch.batched[1]) return {pad(batch.input(0), batch.inputs[1], low, high, interior)};
  // A padding value for each slice: pad with anything, then put the value where nothing of x is.
  const Expr x = batch.input(0);
  const Expr inside = pad(full(graph, x.type().with(Dtype::boolean), 1), constant(graph, Dtype::boolean, 0.0),
                          low, high, interior);
  const Expr padded = pad(x, constant(graph, x.dtype(), 0.0), low, high, interior);
  return {select(inside, padded, broadcast_in_dim(batch.inputs[1], padded.shape(), {0}))};
}

static std::vector<Type> concatenate_type(const Call& call) {
  const int64_t axis = call.attributes.get<int64_t>("axis");
  call.require(axis >= 0 && axis < call[0].rank(), "the axis is out of range");
  Type out = call[0];
  for (size_t i = 1; i < call.operands.size(); i++) {
    call.require(call[i].dtype == out.dtype, "the operands have different dtypes");
    call.require(call[i].rank() == out.rank(), "the operands have different ranks");
    for (int64_t k = 0; k < out.rank(); k++)
      if (k != axis) call.require(call[i].shape[k] == out.shape[k], "the other axes must have equal extents");
    out.shape[axis] = out.shape[axis] + call[i].shape[axis];
  }
  return {out};
}

static Cotangents concatenate_bprop(const Pull& pull) {
  const int64_t axis = pull.attributes.get<int64_t>("axis");
  Cotangents out;
  Extent start = 0;
  for (const Expr& x : pull.inputs) {
    const Extent limit = start + x.shape()[axis];
    out.push_back({slice_axis(pull.cotangents[0], axis, start, limit), {}});
    start = limit;
  }
  return out;
}

static Exprs concatenate_batch(const Batch& batch) {
  Exprs parts;
  for (size_t i = 0; i < batch.inputs.size(); i++) parts.push_back(batch.input(i));
  return {concatenate(parts, batch.attributes.get<int64_t>("axis") + 1)};
}

namespace ops {

const Op pad{
    .name = "pad",
    .summary = "surrounds and interleaves with a value",
    .kind = Kind::pad,
    .arity = 2,
    .type = pad_type,
    .checks = pad_checks,
    .linearity = Linearity::jointly,
    .bprop = pad_bprop,
    .moves_guard = true,
    .batch = pad_batch,
};

const Op concatenate{
    .name = "concatenate",
    .summary = "operands one after another along an axis",
    .kind = Kind::concatenate,
    .arity = -1,
    .type = concatenate_type,
    .linearity = Linearity::jointly,
    .bprop = concatenate_bprop,
    .moves_guard = true,
    .batch = concatenate_batch,
};
}  // namespace ops

Expr pad(Operand x, Operand value, Shape low, Shape high, Axes interior) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "pad");
  if (x.expr.rank() == 0 && low.empty() && high.empty() && interior.empty()) return x.expr;
  const Expr filling = build::expr_of(value, graph, x.expr.dtype());
  return graph.make(ops::pad, {x.expr, filling},
                    {{"low", std::move(low)}, {"high", std::move(high)}, {"interior", std::move(interior)}});
}

Expr concatenate(std::span<const Expr> parts, int64_t axis, std::source_location at) {
  Graph& graph = build::graph_of(parts, "concatenate", at);
  const Operand first(parts[0], at);
  PlaceScope place(first);
  if (parts[0].rank() == 0)
    throw Error(Code::type, "concatenate: scalars have no axis; use stack", build::place_of(first));
  axis = build::axes_of(first, {axis}, "concatenate")[0];
  if (parts.size() == 1) return parts[0];
  Dtype common = parts[0].dtype();
  for (const Expr& part : parts) common = promote(common, part.dtype());
  std::vector<Value> values;
  for (const Expr& part : parts) values.push_back(convert(part, common).value());
  return graph.make(ops::concatenate, values, {{"axis", axis}});
}

Expr stack(std::span<const Expr> parts, int64_t axis, std::source_location at) {
  build::graph_of(parts, "stack", at);
  const Operand first(parts[0], at);
  PlaceScope place(first);
  axis = build::axes_of(first, {axis}, "stack", 1)[0];
  Exprs expanded;
  for (const Expr& part : parts) expanded.push_back(expand_dims(part, {axis}));
  return concatenate(expanded, axis);
}
}  // namespace wengert
