#include "ir/ops/leaves.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/movement.h"

namespace wengert {
namespace ops {

const Op input{
    .name = "input",
    .summary = "a parameter of the program",
    .kind = Kind::input,
    .arity = 0,
    .type = [](const Call& call) -> std::vector<Type> {
      const Type& type = call.attributes.get<Type>("type");
      build::require_extents(call, type.shape);
      return {type};
    },
    .derivative = Derivative::zero,
    .interned = false,
};

const Op constant{
    .name = "constant",
    .summary = "a literal tensor",
    .kind = Kind::constant,
    .arity = 0,
    .type = [](const Call& call) -> std::vector<Type> {
      const Tensor& value = call.attributes.get<Tensor>("value");
      return {{value.dtype, Shape(value.shape.begin(), value.shape.end())}};
    },
    .derivative = Derivative::zero,
};

const Op iota{
    .name = "iota",
    .summary = "the index along one axis",
    .kind = Kind::iota,
    .arity = 0,
    .type = [](const Call& call) -> std::vector<Type> {
      const Type& type = call.attributes.get<Type>("type");
      const int64_t axis = call.attributes.get<int64_t>("axis");
      call.require(axis >= 0 && axis < type.rank(), "the axis is out of range");
      call.require(type.dtype != Dtype::boolean, "an index is not a bool");
      build::require_extents(call, type.shape);
      return {type};
    },
    .derivative = Derivative::zero,
};

const Op extent_value{
    .name = "extent_value",
    .summary = "an extent as an i64 scalar",
    .kind = Kind::iota,
    .arity = 0,
    .type = [](const Call& call) -> std::vector<Type> {
      call.attributes.get<Extent>("extent");
      return {{Dtype::i64, {}}};
    },
    .derivative = Derivative::zero,
};

static Num identity(Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0]; }
static std::vector<Type> type_of_operand(const Call& call) { return {call[0]}; }

const Op stop_gradient{
    .name = "stop_gradient",
    .summary = "its operand, with no derivative",
    .type = type_of_operand,
    .body = identity,
    .derivative = Derivative::zero,
};

const Op variable{
    .name = "variable",
    .summary = "its operand as a node of its own, to differentiate by",
    .type = type_of_operand,
    .body = identity,
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> std::vector<Cotangent> { return {{pull.cotangents[0], {}}}; },
    .moves_guard = true,
    .interned = false,
};

}  // namespace ops

// All NaNs are equal: one bit pattern, so that equal literals are one node.
static void unify_nans(Tensor& value) {
  if (!is_float(value.dtype)) return;
  for (int64_t i = 0; i < value.count(); i++)
    if (std::isnan(value.at(i))) value.set(i, std::numeric_limits<double>::quiet_NaN());
}

Expr constant(Graph& graph, Tensor value) {
  unify_nans(value);
  return graph.make(ops::constant, std::span<const Value>{}, {{"value", std::move(value)}});
}

Expr constant(Graph& graph, Dtype dtype, double value) {
  const double end = dtype == Dtype::i32 ? 0x1p31 : 0x1p63;
  if (is_integer(dtype) && !(std::trunc(value) == value && value >= -end && value < end))
    throw Error(Code::type, fmt::format("{} is not a value of {}", value, name(dtype)));
  return constant(graph, Tensor::scalar(dtype, value));
}

Expr constant(Graph& graph, Dtype dtype, int64_t value) {
  if (dtype == Dtype::i32 && static_cast<int32_t>(value) != value)
    throw Error(Code::type, fmt::format("{} does not fit i32", value));
  Tensor literal(dtype, {});
  if (dtype == Dtype::i64)
    *literal.data<int64_t>() = value;
  else
    literal.set(0, static_cast<double>(value));
  return constant(graph, std::move(literal));
}

Expr full(Graph& graph, const Type& type, double value) {
  return broadcast_to(constant(graph, type.dtype, value), type.shape);
}
Expr zeros(Graph& graph, const Type& type) { return full(graph, type, 0); }
Expr ones(Graph& graph, const Type& type) { return full(graph, type, 1); }

Expr iota(Graph& graph, Dtype dtype, const Shape& shape, int64_t axis) {
  return graph.make(ops::iota, std::span<const Value>{}, {{"axis", axis}, {"type", Type{dtype, shape}}});
}

Expr extent_value(Graph& graph, const Extent& extent) {
  if (extent.is_number()) return constant(graph, Dtype::i64, *extent.number());
  return graph.make(ops::extent_value, std::span<const Value>{}, {{"extent", extent}});
}

Expr stop_gradient(Operand x) { return build::unary(ops::stop_gradient, x); }
Expr variable(Operand x) { return build::unary(ops::variable, x); }

std::optional<double> constant_value(Expr x) {
  const Graph& graph = x.graph();
  uint32_t id = x.value().node;
  while (graph.node(id).op == &ops::broadcast_in_dim) id = graph.inputs(id)[0].node;
  if (graph.node(id).op != &ops::constant) return std::nullopt;
  const Tensor& value = graph.node(id).attributes->get<Tensor>("value");
  if (!value.shape.empty()) return std::nullopt;
  return value.at(0);
}

}  // namespace wengert
