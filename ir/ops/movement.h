// Records and functions that move elements: broadcast, transpose, slice, reverse, reshape, pad, concatenate.
// All are linear; each gives its transpose as bprop.
#pragma once
#include <optional>

#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op broadcast_in_dim, transpose, slice, reverse, reshape, pad, concatenate;
}

/// x with axis i put at axis `dimensions[i]` of `shape` (ascending); other axes repeat it. An axis of x is
/// the result's extent or literally 1.
Expr broadcast_in_dim(Operand x, Shape shape, Axes dimensions);
/// NumPy's broadcast_to: axes aligned from the right.
Expr broadcast_to(Operand x, const Shape& shape);
/// Axis i of the result is axis permutation[i] of x. Without a permutation: the axes reversed.
Expr transpose(Operand x, Axes permutation);
Expr transpose(Operand x);
Expr moveaxis(Operand x, int64_t from, int64_t to);
/// The elements start, start+step, … below limit of each axis; 0 <= start <= limit <= extent, step >= 1 where
/// they can be compared; what can't be is checked at the kernel's entry.
Expr slice(Operand x, Shape starts, Shape limits, Axes steps);
/// One axis of slice: x[..., start:limit:step, ...].
Expr slice_axis(Operand x, int64_t axis, Extent start, Extent limit, int64_t step = 1);
/// x[..., index, ...] with that axis dropped.
Expr index_axis(Operand x, int64_t axis, Extent index);
Expr reverse(Operand x, Axes axes);
/// The same elements in row-major order. Element counts that differ by a number are an error; where the
/// symbols decide, the kernel's entry checks.
Expr reshape(Operand x, Shape shape);
Expr squeeze(Operand x, Axes axes);      ///< drops axes of extent 1
Expr expand_dims(Operand x, Axes axes);  ///< adds axes of extent 1, positions of the result
/// low[i] elements of `value` before and high[i] after axis i, interior[i] between neighbours; all >= 0.
Expr pad(Operand x, Operand value, Shape low, Shape high, Axes interior);
Expr concatenate(std::span<const Expr> parts, int64_t axis,
                 std::source_location at = std::source_location::current());
Expr stack(std::span<const Expr> parts, int64_t axis,
           std::source_location at = std::source_location::current());

}  // namespace wengert
