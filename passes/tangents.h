// Forward mode: appends tangent nodes to the graph (dual numbers, as nodes).
#pragma once
#include <source_location>
#include <span>
#include <vector>

#include "ir/expr.h"

namespace wengert {

/// The directional derivatives of ys when each x moves along its tangent (of its type; absent: zero). Absent
/// results are returned as zeros. `guards` (may be empty) are predicates of the tangents, as in
/// GradientOptions. Errors as gradients().
std::vector<Expr> jvp(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> tangents,
                      std::span<const Expr> guards = {},
                      std::source_location at = std::source_location::current());

}  // namespace wengert
