// The same graph over one more axis.
#pragma once
#include <span>
#include <vector>

#include "ir/expr.h"

namespace wengert {

/// ys with each x replaced by `batched[i]`, which has one more axis in front, of `extent`; every result has
/// that axis in front (a y that depends on no x is broadcast). Throws Error(no_rule) for an op without a
/// batch rule.
std::vector<Expr> vectorize(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> batched,
                            const Extent& extent);

}  // namespace wengert
