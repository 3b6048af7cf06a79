// Records and functions that pick rows by integers: gather (take) and its transpose, scatter_add.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op gather, scatter_add;
}

/// x[..., indices, ...]: the axis is replaced by the axes of `indices` (i32 or i64). An index out of range
/// gives NaN (0 for integers) and sets the flag `index_out_of_range`; run-time negative indices are out of
/// range.
Expr take(Operand x, Operand indices, int64_t axis = 0);
/// x with updates added: x[..., indices, ...] += updates, in row-major order of the indices. Out of range:
/// dropped, and the flag is set.
Expr scatter_add(Operand x, Operand indices, Operand updates, int64_t axis = 0);
/// 1 where the index is the position along a new last axis of `size`, else 0.
Expr one_hot(Operand indices, const Extent& size, Dtype dtype = Dtype::f64);

}  // namespace wengert
