// What the two derivative drivers share: a derivative value with its guard, and how two of them join.
#pragma once
#include <initializer_list>
#include <source_location>
#include <span>
#include <string_view>

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

/// The graph of all of these: Error(argument) where the first list is empty, where one of `wanted` has an
/// absent entry, or where there are two graphs. Entries of `allowed` may be absent. Errors of this and the
/// next two name `at`, the user's call.
Graph& one_graph(std::initializer_list<std::span<const Expr>> wanted,
                 std::initializer_list<std::span<const Expr>> allowed, std::string_view what,
                 std::source_location at);
/// Throws Error unless x can be differentiated by: an input or a variable of a float dtype.
void require_variable(Expr x, std::string_view what, std::source_location at);
/// Throws Error(not_differentiable) unless it is a float.
void require_float(Expr y, std::string_view what, std::source_location at);

/// The cotangents of arbitrary values xs, without the checks of gradients(): absent where no y depends on an
/// x.
std::vector<Cotangent> pull_back(std::span<const Expr> ys, std::span<const Cotangent> seeds,
                                 std::span<const Expr> xs, std::span<const Expr> stops);
/// The tangents of ys when the arbitrary values xs have these: absent where they don't depend on them.
std::vector<Cotangent> push_forward(std::span<const Expr> ys, std::span<const Expr> xs,
                                    std::span<const Cotangent> seeds);

}  // namespace wengert
