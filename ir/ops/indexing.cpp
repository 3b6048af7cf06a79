#include "ir/ops/indexing.h"

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

// The operand's shape with the axis replaced by the indices' axes.
static Shape picked_shape(const Shape& from, const Shape& indices, int64_t axis) {
  Shape out(from.begin(), from.begin() + axis);
  out.insert(out.end(), indices.begin(), indices.end());
  out.insert(out.end(), from.begin() + axis + 1, from.end());
  return out;
}

static int64_t checked_axis(const Call& call) {
  const int64_t axis = call.attributes.get<int64_t>("axis");
  call.require(axis >= 0 && axis < call[0].rank(), "the axis is out of range");
  call.require(is_integer(call[1].dtype), "the indices must be integers");
  return axis;
}

static std::vector<Type> gather_type(const Call& call) {
  const std::string& fill = call.attributes.get<std::string>("fill");
  call.require(fill == "nan" || fill == "zero", "fill is nan or zero");
  return {call[0].with(picked_shape(call[0].shape, call[1].shape, checked_axis(call)))};
}

static std::vector<Type> scatter_type(const Call& call) {
  call.require(call[2].dtype == call[0].dtype && call[0].dtype != Dtype::boolean,
               "operand and updates must be numbers of one dtype");
  const Shape wanted = picked_shape(call[0].shape, call[1].shape, checked_axis(call));
  if (call[2].shape != wanted) call.fail(fmt::format("the updates must have shape {}", text(wanted)));
  return {call[0]};
}

static Expr gather(Expr x, Expr indices, int64_t axis, const char* fill) {
  return x.graph().make(ops::gather, {x, indices}, {{"axis", axis}, {"fill", std::string(fill)}});
}

// Bools of one axis each, as those of an array of `shape`: the axes of `mask` stand where `axis` is.
static Expr along(Expr mask, const Shape& shape, int64_t axis) {
  Axes dimensions;
  for (int64_t i = 0; i < mask.rank(); i++) dimensions.push_back(axis + i);
  return broadcast_in_dim(mask, shape, dimensions);
}

// The guard of what gather picks from x, or scatter_add adds to it: the others are none of x's elements.
static Expr in_range(Expr x, Expr indices, const Shape& picked, int64_t axis) {
  const Expr wide = convert(indices, Dtype::i64);
  return along((wide >= 0) & (wide < extent_value(x.graph(), x.shape()[axis])), picked, axis);
}

// The guard of x where it is gathered from: the rows that some index picks.
static Expr ever_picked(Expr x, Expr indices, int64_t axis) {
  Graph& graph = x.graph();
  const Expr none = zeros(graph, {Dtype::i32, {x.shape()[axis]}}),
             each = ones(graph, {Dtype::i32, indices.shape()});
  return along(scatter_add(none, indices, each, 0) > 0, x.shape(), axis);
}

// The new axis folded into the picked one: slice b picks rows b*n … b*n + n - 1, and what was out of range
// stays so.
struct Folded {
  Expr x, indices;
};
static Folded fold_batch(const Batch& batch, int64_t axis) {
  const Expr x = moveaxis(batch.input(0), axis + 1, 1), indices = batch.input(1);
  const Extent n = x.shape()[1];
  Shape flat = {batch.extent * n};
  flat.insert(flat.end(), x.shape().begin() + 2, x.shape().end());
  Graph& graph = x.graph();
  const Expr wide = convert(indices, Dtype::i64), rows = extent_value(graph, n);
  const Expr inside = (wide >= 0) & (wide < rows);
  const Expr moved = wide + iota(graph, Dtype::i64, wide.shape(), 0) * rows;
  return {reshape(x, flat), select(inside, moved, constant(graph, Dtype::i64, int64_t{-1}))};
}

static Exprs gather_batch(const Batch& batch) {
  const int64_t axis = batch.attributes.get<int64_t>("axis");
  const char* fill = batch.attributes.get<std::string>("fill").c_str();
  if (!batch.batched[1]) return {gather(batch.inputs[0], batch.inputs[1], axis + 1, fill)};
  const int64_t picked = batch.inputs[1].rank() - 1;
  if (!batch.batched[0]) {  // indices [B, i...] into x: the new axis comes out at `axis`
    return {moveaxis(gather(batch.inputs[0], batch.inputs[1], axis, fill), axis, 0)};
  }
  const Folded folded = fold_batch(batch, axis);
  const Expr made = gather(folded.x, folded.indices, 0, fill);  // [B, i..., rest of x]
  Axes permutation = {0};
  const int64_t rank = made.rank();
  for (int64_t i = 0; i < axis; i++) permutation.push_back(1 + picked + i);
  for (int64_t i = 0; i < picked; i++) permutation.push_back(1 + i);
  for (int64_t i = 1 + picked + axis; i < rank; i++) permutation.push_back(i);
  return {transpose(made, permutation)};
}

static Exprs scatter_batch(const Batch& batch) {
  const int64_t axis = batch.attributes.get<int64_t>("axis");
  if (!batch.batched[1]) return {scatter_add(batch.input(0), batch.inputs[1], batch.input(2), axis + 1)};
  const Folded folded = fold_batch(batch, axis);
  const int64_t picked = batch.inputs[1].rank() - 1;
  const Expr updates = batch.input(2);  // [B, before..., i..., after...] -> [B, i..., before..., after...]
  Axes permutation = {0};
  for (int64_t i = 0; i < picked; i++) permutation.push_back(1 + axis + i);
  for (int64_t i = 0; i < axis; i++) permutation.push_back(1 + i);
  for (int64_t i = 1 + axis + picked; i < updates.rank(); i++) permutation.push_back(i);
  const Expr made = scatter_add(folded.x, folded.indices, transpose(updates, permutation), 0);
  const Expr x = moveaxis(batch.input(0), axis + 1, 1);
  return {moveaxis(reshape(made, x.shape()), 1, axis + 1)};
}

namespace ops {

const Op gather{
    .name = "gather",
    .summary = "rows along an axis picked by integers; out of range NaN (0 for integers) and a flag",
    .kind = Kind::gather,
    .arity = 2,
    .type = gather_type,
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> Cotangents {
      const Expr x = pull.inputs[0], indices = pull.inputs[1];
      const int64_t axis = pull.attributes.get<int64_t>("axis");
      return {{wengert::scatter_add(zeros(x.graph(), x.type()), indices, pull.cotangents[0], axis),
               ever_picked(x, indices, axis)},
              {}};
    },
    // What is out of range depends on no element.
    .jvp = [](const Push& push) -> Cotangents {
      const Expr x = push.inputs[0], indices = push.inputs[1], guard = push.guard(0);
      const int64_t axis = push.attributes.get<int64_t>("axis");
      return {{wengert::gather(push.tangents[0], indices, axis, "zero"),
               guard.present() ? wengert::gather(guard, indices, axis, "zero")
                               : in_range(x, indices, push.outputs[0].shape(), axis)}};
    },
    .batch = gather_batch,
};

const Op scatter_add{
    .name = "scatter_add",
    .summary = "updates added to rows along an axis, in index order; out of range dropped and a flag",
    .kind = Kind::scatter,
    .arity = 3,
    .type = scatter_type,
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> Cotangents {
      const Expr g = pull.cotangents[0], indices = pull.inputs[1];
      const int64_t axis = pull.attributes.get<int64_t>("axis");
      return {{g, {}},
              {},
              {wengert::gather(g, indices, axis, "zero"),
               in_range(pull.inputs[0], indices, pull.inputs[2].shape(), axis)}};
    },
    .batch = scatter_batch,
};

}  // namespace ops

Expr take(Operand x, Operand indices, int64_t axis) {
  PlaceScope place(x);
  build::require_arrays({&x}, "take");
  Graph& graph = build::graph_of({&x, &indices}, "take");
  axis = build::axes_of(x, {axis}, "take")[0];
  return gather(x.expr, build::expr_of(indices, graph, Dtype::i64), axis, "nan");
}

Expr scatter_add(Operand x, Operand indices, Operand updates, int64_t axis) {
  PlaceScope place(x);
  build::require_arrays({&x}, "scatter_add");
  Graph& graph = build::graph_of({&x, &indices, &updates}, "scatter_add");
  axis = build::axes_of(x, {axis}, "scatter_add")[0];
  const Expr picked = build::expr_of(indices, graph, Dtype::i64);
  Expr added = build::expr_of(updates, graph, x.expr.dtype());
  const Shape shape = picked_shape(x.expr.shape(), picked.shape(), axis);
  if (broadcast_shapes(added.shape(), shape) == shape) added = broadcast_to(added, shape);
  return graph.make(ops::scatter_add, {x.expr, picked, added}, {{"axis", axis}});
}

Expr one_hot(Operand indices, const Extent& size, Dtype dtype) {
  PlaceScope place(indices);
  Graph& graph = build::graph_of({&indices}, "one_hot");
  const Expr wide = convert(indices, Dtype::i64);
  Shape shape = wide.shape();
  shape.push_back(size);
  return convert(expand_dims(wide, {wide.rank()}) == iota(graph, Dtype::i64, shape, wide.rank()), dtype);
}

}  // namespace wengert
