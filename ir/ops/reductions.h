// Records and functions that fold axes. The order in which sums and products are taken is part of the node
// (docs/design.md, "Order of summation").
#pragma once
#include <optional>

#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op logsumexp, norm, reduce_sum, reduce_prod, reduce_max, reduce_min, reduce_all, reduce_any,
    argmax, argmin;
}

/// Which axes; nullopt: all of them. Negative axes count from the end.
using AxesOrAll = std::optional<Axes>;

Expr sum(Operand x, AxesOrAll axes = {}, bool keepdims = false);  ///< i32 stays i32; bool gives i32; empty: 0
Expr prod(Operand x, AxesOrAll axes = {}, bool keepdims = false);  ///< empty: 1
/// NaN wins. Ties share the gradient. An empty extent is an error where it is a number, else a refused call.
Expr max(Operand x, AxesOrAll axes = {}, bool keepdims = false);
Expr min(Operand x, AxesOrAll axes = {}, bool keepdims = false);
Expr all(Operand x, AxesOrAll axes = {}, bool keepdims = false);
Expr any(Operand x, AxesOrAll axes = {}, bool keepdims = false);
Expr mean(Operand x, AxesOrAll axes = {}, bool keepdims = false);  ///< of integers f64; of nothing NaN
Expr var(Operand x, AxesOrAll axes = {}, bool keepdims = false);   ///< ddof 0
Expr std_(Operand x, AxesOrAll axes = {}, bool keepdims = false);  ///< gradient 0 where the variance is 0
Expr argmax(Operand x, int64_t axis, bool keepdims = false);       ///< i64; first of ties, first NaN
Expr argmin(Operand x, int64_t axis, bool keepdims = false);
Expr logsumexp(Operand x, AxesOrAll axes = {}, bool keepdims = false);
/// 2-norm without overflow or underflow; the gradient at 0 is 0.
Expr norm(Operand x, AxesOrAll axes = {}, bool keepdims = false);
/// Where x is a norm, or one with its axes kept: its square as the sum of squares, whose second derivative at
/// 0 is 2 where the product rule has 0·inf. Else absent.
Expr square_of_norm(Expr x);
Expr softmax(Operand x, int64_t axis = -1);
Expr log_softmax(Operand x, int64_t axis = -1);

/// The largest over axes; of nothing -inf or the least integer: what stable forms take off before they
/// exponentiate.
Expr max_or_least(Expr x, const Axes& axes);
/// A reduced value in the shape it was reduced from: constant along `axes`.
Expr spread(Expr reduced, const Shape& shape, const Axes& axes);
/// The driver's: sum, or any for bool (a guard).
Expr sum_or_any(Expr x, const Axes& axes);
/// The sum of what moves a fold, of which the terms outside the guard (absent: none) are structural zeros.
Cotangent masked_sum(Expr terms, Expr guard, const Axes& axes);

}  // namespace wengert
