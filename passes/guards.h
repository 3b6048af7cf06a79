// Guards through ops: where every cotangent of an op is structurally zero under a predicate, what an operand
// gets from it is structurally zero under a predicate of the operand's shape; and forward, the same from the
// tangents of the operands to a result.
#pragma once
#include "passes/node_view.h"

namespace wengert {

/// By operand, from the guards of the results (all present where their cotangents are): the predicate outside
/// of which the op's contribution is zero. Absent where there is none: a contraction sums over elements of
/// several results.
std::vector<Expr> operand_guards(const Pull& pull, const Op& op);

/// The guard of a result's tangent, from the tangents of the operands, for any op: outside of it they all are
/// structurally zero. Absent where one has no guard, and for a contraction of arrays.
Expr result_guard(const NodeView& node, std::span<const Cotangent> tangents, size_t result);

/// The same for an op that is linear in its floating-point operands jointly: one that moves elements moves
/// guards, and where an operand doesn't move, nothing does.
Expr moved_guard(const NodeView& node, std::span<const Cotangent> tangents);

}  // namespace wengert
