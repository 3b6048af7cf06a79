// Records without a computation: parameters, constants, index ramps; and the two identities that
// differentiation sees.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op input, constant, iota, stop_gradient, variable, extent_value;
}

/// A constant tensor.
Expr constant(Graph& graph, Tensor value);
/// A scalar constant of that dtype, to which a float is rounded; bool: whether it is not 0. Throws
/// Error(type) for a number that an integer dtype does not have.
Expr constant(Graph& graph, Dtype dtype, double value);
Expr constant(Graph& graph, Dtype dtype, int64_t value);
/// `value` everywhere, of type.dtype and type.shape (a broadcast scalar).
Expr full(Graph& graph, const Type& type, double value);
Expr zeros(Graph& graph, const Type& type);
Expr ones(Graph& graph, const Type& type);
/// 0, 1, 2, … along `axis` of the shape.
Expr iota(Graph& graph, Dtype dtype, const Shape& shape, int64_t axis);
/// An extent as an i64 scalar.
Expr extent_value(Graph& graph, const Extent& extent);
/// x, with no derivative.
Expr stop_gradient(Operand x);
/// x as a node of its own, so that one may differentiate with respect to it.
Expr variable(Operand x);

/// The scalar value, if the expression is a constant or a broadcast of one.
std::optional<double> constant_value(Expr x);

}  // namespace wengert
