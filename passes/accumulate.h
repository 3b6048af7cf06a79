// What the two derivative drivers share: a derivative value with its guard, and how two of them join.
#pragma once
#include "ir/op.h"

namespace wengert {

/// Adds a contribution to an entry of a derivative table. Guards join by or; one without a guard clears it.
void accumulate(Cotangent& entry, const Cotangent& contribution);

/// partial * g, structurally zero where the guard is false. A partial of 1 or -1 costs no product.
Expr scaled(Expr g, Expr guard, Expr partial);

/// The guard's value kept zero where it must be: select(guard, value, 0).
Expr masked(Expr value, Expr guard);

/// Both predicates; an absent one is true.
Expr both(Expr p, Expr q);

/// Throws Error unless x can be differentiated by: an input or a variable of a float dtype.
void require_variable(Expr x, std::string_view what);
/// Throws Error(not_differentiable) unless it is a float.
void require_float(Expr y, std::string_view what);

/// The cotangents of arbitrary values xs, without the checks of gradients(): absent where no y depends on an
/// x.
std::vector<Cotangent> pull_back(std::span<const Expr> ys, std::span<const Cotangent> seeds,
                                 std::span<const Expr> xs, std::span<const Expr> stops);
/// The tangents of ys when the arbitrary values xs have these: absent where they don't depend on them.
std::vector<Cotangent> push_forward(std::span<const Expr> ys, std::span<const Expr> xs,
                                    std::span<const Cotangent> seeds);

}  // namespace wengert
