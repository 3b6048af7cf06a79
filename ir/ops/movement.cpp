#include "ir/ops/movement.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/cotangent_sums.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Exprs = std::vector<Expr>;
using Cotangents = std::vector<Cotangent>;

static Axes behind_front(Axes axes, bool keep_front) {
  for (int64_t& axis : axes) axis++;
  if (keep_front) axes.insert(axes.begin(), 0);
  return axes;
}

Expr Batch::input(size_t i) const {
  if (batched[i]) return inputs[i];
  Axes dimensions;
  for (int64_t axis = 0; axis < inputs[i].rank(); axis++) dimensions.push_back(axis + 1);
  return broadcast_in_dim(inputs[i], with_front(extent, inputs[i].shape()), dimensions);
}

// --- broadcast_in_dim ---

static std::vector<Type> broadcast_type(const Call& call) {
  const Shape& shape = call.attributes.get<Shape>("shape");
  const Axes& dimensions = call.attributes.axes("dimensions");
  build::require_extents(call, shape);
  call.require(static_cast<int64_t>(dimensions.size()) == call[0].rank(),
               "wants a result axis for each operand axis");
  for (size_t i = 0; i < dimensions.size(); i++) {
    call.require(dimensions[i] >= 0 && dimensions[i] < static_cast<int64_t>(shape.size()),
                 "an axis is out of range");
    call.require(i == 0 || dimensions[i - 1] < dimensions[i], "the axes must ascend");
    const Extent& have = call[0].shape[i];
    if (!have.is(1) && have != shape[dimensions[i]])
      call.fail(fmt::format("axis {} has extent {}, which does not broadcast to {} in {}", i, have.text(),
                            shape[dimensions[i]].text(), text(shape)));
  }
  return {{call[0].dtype, shape}};
}

static IndexMap broadcast_map(const Call& call) {
  const Shape& shape = call.attributes.get<Shape>("shape");
  const Axes& dimensions = call.attributes.axes("dimensions");
  IndexMap map;
  for (size_t i = 0; i < dimensions.size(); i++) {
    const bool repeats = call[0].shape[i].is(1) && !shape[dimensions[i]].is(1);
    map.push_back(repeats ? AxisMap{} : AxisMap{dimensions[i], 0, 1});
  }
  return map;
}

// Undoes a broadcast: sums over the axes it added or repeated.
static Cotangents broadcast_bprop(const Pull& pull) {
  const Expr g = pull.cotangents[0];
  const Shape& from = pull.inputs[0].shape();
  const Axes& dimensions = pull.attributes.axes("dimensions");
  Axes summed = other_axes(dimensions, g.rank());
  for (size_t i = 0; i < dimensions.size(); i++)
    if (from[i].is(1) && !g.shape()[dimensions[i]].is(1)) summed.push_back(dimensions[i]);
  if (summed.empty()) return {{g, {}}};
  return {{reshape(sum_of_cotangent(g, normalize_axes(summed, g.rank(), "broadcast")), from), {}}};
}

static Exprs broadcast_batch(const Batch& batch) {
  return {broadcast_in_dim(batch.input(0), with_front(batch.extent, batch.attributes.get<Shape>("shape")),
                           behind_front(batch.attributes.axes("dimensions"), true))};
}

// --- transpose ---

static std::vector<Type> transpose_type(const Call& call) {
  const Axes& permutation = call.attributes.axes("permutation");
  call.require(static_cast<int64_t>(permutation.size()) == call[0].rank(), "wants one number for each axis");
  call.require(normalize_axes(permutation, call[0].rank(), "transpose").size() == permutation.size(), "");
  Shape shape;
  for (int64_t axis : permutation) {
    call.require(axis >= 0, "the permutation has a negative axis");
    shape.push_back(call[0].shape[axis]);
  }
  return {call[0].with(shape)};
}

static IndexMap transpose_map(const Call& call) {
  const Axes& permutation = call.attributes.axes("permutation");
  IndexMap map(permutation.size());
  for (size_t i = 0; i < permutation.size(); i++) map[permutation[i]] = {static_cast<int64_t>(i), 0, 1};
  return map;
}

static Cotangents transpose_bprop(const Pull& pull) {
  return {{transpose(pull.cotangents[0], inverse(pull.attributes.axes("permutation"))), {}}};
}

// --- slice ---

static Extent slice_extent(const Extent& start, const Extent& limit, int64_t step) {
  return Extent::floor_divide(limit - start + (step - 1), step);
}

// Whether it is known to be. What isn't is a number below 0, or a question of the symbols.
static bool is_not_negative(const Extent& e) { return e.is_number() && *e.number() >= 0; }

static std::vector<Check> slice_conditions(const Call& call) {
  const Shape& starts = call.attributes.get<Shape>("starts");
  const Shape& limits = call.attributes.get<Shape>("limits");
  std::vector<Check> out;
  for (size_t i = 0; i < starts.size(); i++) {
    const auto want = [&](const Extent& not_negative, const char* what) {
      if (is_not_negative(not_negative)) return;
      out.push_back(
          {not_negative, fmt::format("the slice {}: {}:{} of axis {} with extent {}", what, starts[i].text(),
                                     limits[i].text(), i, call[0].shape[i].text())});
    };
    want(starts[i], "starts before 0");
    want(limits[i] - starts[i], "ends before it starts");
    want(call[0].shape[i] - limits[i], "ends past the axis");
  }
  return out;
}

static std::vector<Type> slice_type(const Call& call) {
  const Shape& starts = call.attributes.get<Shape>("starts");
  const Shape& limits = call.attributes.get<Shape>("limits");
  const Axes& steps = call.attributes.axes("steps");
  const size_t rank = call[0].shape.size();
  call.require(starts.size() == rank && limits.size() == rank && steps.size() == rank,
               "wants a start, a limit and a step for each axis");
  for (int64_t step : steps) call.require(step >= 1, "a step must be at least 1");
  for (const Check& check : slice_conditions(call))
    if (check.not_negative.is_number()) call.fail(check.what);
  Shape shape;
  for (size_t i = 0; i < rank; i++) shape.push_back(slice_extent(starts[i], limits[i], steps[i]));
  return {call[0].with(shape)};
}

static IndexMap slice_map(const Call& call) {
  IndexMap map;
  for (size_t i = 0; i < call[0].shape.size(); i++)
    map.push_back(
        {static_cast<int64_t>(i), call.attributes.get<Shape>("starts")[i], call.attributes.axes("steps")[i]});
  return map;
}

// What is not taken is zero under a guard.
static Cotangents slice_bprop(const Pull& pull) {
  const Expr g = pull.cotangents[0];
  const Shape& starts = pull.attributes.get<Shape>("starts");
  const Axes& steps = pull.attributes.axes("steps");
  Shape high;
  Axes interior;
  for (size_t i = 0; i < starts.size(); i++) {
    if (g.shape()[i].is(0)) return {{zeros(g.graph(), pull.inputs[0].type().with(g.dtype())), {}}};
    high.push_back(pull.inputs[0].shape()[i] - starts[i] - (g.shape()[i] - 1) * steps[i] - 1);
    interior.push_back(steps[i] - 1);
  }
  const auto put_back = [&](Expr part) {
    return pad(part, constant(g.graph(), part.dtype(), 0.0), starts, high, interior);
  };
  const Type taken = g.type().with(Dtype::boolean);
  return {{put_back(g), g.type() == taken ? Expr() : put_back(full(g.graph(), taken, 1))}};
}

static Exprs slice_batch(const Batch& batch) {
  Axes steps = batch.attributes.axes("steps");
  steps.insert(steps.begin(), 1);
  return {slice(batch.input(0), with_front(0, batch.attributes.get<Shape>("starts")),
                with_front(batch.extent, batch.attributes.get<Shape>("limits")), steps)};
}

// --- reverse, reshape ---

static std::vector<Type> reverse_type(const Call& call) {
  const Axes& axes = call.attributes.axes();
  call.require(normalize_axes(axes, call[0].rank(), "reverse") == axes, "the axes must ascend");
  return {call[0]};
}

static IndexMap reverse_map(const Call& call) {
  IndexMap map;
  for (int64_t i = 0; i < call[0].rank(); i++) map.push_back({i, 0, 1});
  for (int64_t axis : call.attributes.axes()) map[axis] = {axis, call[0].shape[axis] - 1, -1};
  return map;
}

static std::vector<Type> reshape_type(const Call& call) {
  const Shape& shape = call.attributes.get<Shape>("shape");
  const Extent difference = element_count(call[0].shape) - element_count(shape);
  if (difference.is_number() && !difference.is(0))
    call.fail(fmt::format("{} elements do not fit {}", element_count(call[0].shape).text(), text(shape)));
  build::require_extents(call, shape);
  return {call[0].with(shape)};
}

static std::vector<Check> reshape_checks(const Call& call) {
  const Extent difference = element_count(call[0].shape) - element_count(call.attributes.get<Shape>("shape"));
  if (difference.is(0)) return {};
  const std::string what = fmt::format("reshape of {} to {} changes the number of elements",
                                       text(call[0].shape), text(call.attributes.get<Shape>("shape")));
  return {{difference, what}, {Extent(0) - difference, what}};
}

namespace ops {

const Op broadcast_in_dim{
    .name = "broadcast_in_dim",
    .summary = "repeats along new axes and axes of extent 1",
    .kind = Kind::movement,
    .type = broadcast_type,
    .index_map = broadcast_map,
    .linearity = Linearity::jointly,
    .bprop = broadcast_bprop,
    .moves_guard = true,
    .batch = broadcast_batch,
};

const Op transpose{
    .name = "transpose",
    .summary = "permutes the axes",
    .kind = Kind::movement,
    .type = transpose_type,
    .index_map = transpose_map,
    .linearity = Linearity::jointly,
    .bprop = transpose_bprop,
    .moves_guard = true,
    .batch = [](const Batch& batch) -> Exprs {
      return {wengert::transpose(batch.input(0), behind_front(batch.attributes.axes("permutation"), true))};
    },
};

const Op slice{
    .name = "slice",
    .summary = "every step-th element from start below limit, along each axis",
    .kind = Kind::movement,
    .type = slice_type,
    .checks = slice_conditions,
    .index_map = slice_map,
    .linearity = Linearity::jointly,
    .bprop = slice_bprop,
    .moves_guard = true,
    .batch = slice_batch,
};

const Op reverse{
    .name = "reverse",
    .summary = "the axes run backwards",
    .kind = Kind::movement,
    .type = reverse_type,
    .index_map = reverse_map,
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> Cotangents {
      return {{wengert::reverse(pull.cotangents[0], pull.attributes.axes()), {}}};
    },
    .moves_guard = true,
    .batch = [](const Batch& batch) -> Exprs {
      return {wengert::reverse(batch.input(0), behind_front(batch.attributes.axes(), false))};
    },
};

const Op reshape{
    .name = "reshape",
    .summary = "the same elements in row-major order under another shape",
    .kind = Kind::reshape,
    .type = reshape_type,
    .checks = reshape_checks,
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> Cotangents {
      return {{wengert::reshape(pull.cotangents[0], pull.inputs[0].shape()), {}}};
    },
    .moves_guard = true,
    .batch = [](const Batch& batch) -> Exprs {
      return {
          wengert::reshape(batch.input(0), with_front(batch.extent, batch.attributes.get<Shape>("shape")))};
    },
};

}  // namespace ops

Expr broadcast_in_dim(Operand x, Shape shape, Axes dimensions) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "broadcast_in_dim");
  if (x.expr.shape() == shape) return x.expr;
  return graph.make(ops::broadcast_in_dim, {x.expr},
                    {{"shape", std::move(shape)}, {"dimensions", std::move(dimensions)}});
}

Expr broadcast_to(Operand x, const Shape& shape) {
  build::graph_of({&x}, "broadcast_to");
  const int64_t lead = static_cast<int64_t>(shape.size()) - x.expr.rank();
  if (lead < 0)
    throw Error(
        Code::type,
        fmt::format("broadcast_to({}): the target {} has fewer axes", text(x.expr.type()), text(shape)),
        x.at);
  Axes dimensions;
  for (int64_t i = 0; i < x.expr.rank(); i++) dimensions.push_back(lead + i);
  return broadcast_in_dim(x, shape, dimensions);
}

Expr transpose(Operand x, Axes permutation) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "transpose");
  if (std::is_sorted(permutation.begin(), permutation.end()) &&
      static_cast<int64_t>(permutation.size()) == x.expr.rank()) {
    build::axes_of(x, permutation, "transpose");
    return x.expr;
  }
  return graph.make(ops::transpose, {x.expr}, {{"permutation", std::move(permutation)}});
}

Expr transpose(Operand x) {
  build::require_arrays({&x}, "transpose");
  Axes permutation;
  for (int64_t i = x.expr.rank(); i-- > 0;) permutation.push_back(i);
  return transpose(x, permutation);
}

Expr moveaxis(Operand x, int64_t from, int64_t to) {
  from = build::axes_of(x, {from}, "moveaxis")[0], to = build::axes_of(x, {to}, "moveaxis")[0];
  Axes permutation = other_axes({from}, x.expr.rank());
  permutation.insert(permutation.begin() + to, from);
  return transpose(x, permutation);
}

Expr slice(Operand x, Shape starts, Shape limits, Axes steps) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "slice");
  bool whole = limits == x.expr.shape() && starts.size() == limits.size() && steps.size() == limits.size();
  for (const Extent& start : starts) whole = whole && start.is(0);
  for (int64_t step : steps) whole = whole && step == 1;
  if (whole) return x.expr;
  return graph.make(
      ops::slice, {x.expr},
      {{"starts", std::move(starts)}, {"limits", std::move(limits)}, {"steps", std::move(steps)}});
}

Expr slice_axis(Operand x, int64_t axis, Extent start, Extent limit, int64_t step) {
  axis = build::axes_of(x, {axis}, "slice")[0];
  Shape starts(x.expr.rank(), 0), limits = x.expr.shape();
  Axes steps(x.expr.rank(), 1);
  starts[axis] = start, limits[axis] = limit, steps[axis] = step;
  return slice(x, starts, limits, steps);
}

Expr index_axis(Operand x, int64_t axis, Extent index) {
  PlaceScope place(x);
  axis = build::axes_of(x, {axis}, "index")[0];
  return squeeze(slice_axis(x, axis, index, index + 1), {axis});
}

Expr reverse(Operand x, Axes axes) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "reverse");
  axes = build::axes_of(x, axes, "reverse");
  if (axes.empty()) return x.expr;
  return graph.make(ops::reverse, {x.expr}, {{"axes", std::move(axes)}});
}

Expr reshape(Operand x, Shape shape) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "reshape");
  if (x.expr.shape() == shape) return x.expr;
  return graph.make(ops::reshape, {x.expr}, {{"shape", std::move(shape)}});
}

Expr squeeze(Operand x, Axes axes) {
  axes = build::axes_of(x, axes, "squeeze");
  Shape shape;
  for (int64_t axis : other_axes(axes, x.expr.rank())) shape.push_back(x.expr.shape()[axis]);
  for (int64_t axis : axes)
    if (!x.expr.shape()[axis].is(1))
      throw Error(Code::type,
                  fmt::format("squeeze({}): axis {} has extent {}, not 1", text(x.expr.type()), axis,
                              x.expr.shape()[axis].text()),
                  x.at);
  return reshape(x, shape);
}

Expr expand_dims(Operand x, Axes axes) {
  axes = build::axes_of(x, axes, "expand_dims", static_cast<int64_t>(axes.size()));
  Shape shape = x.expr.shape();
  for (int64_t axis : axes) shape.insert(shape.begin() + axis, 1);
  return reshape(x, shape);
}
}  // namespace wengert
