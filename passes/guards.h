// Guards through ops that compute: where every cotangent of an op is structurally zero under a predicate,
// what an operand gets from it is structurally zero under a predicate of the operand's shape.
#pragma once
#include "ir/op.h"

namespace wengert {

/// By operand, from the guards of the results (all present where their cotangents are): the predicate outside
/// of which the op's contribution is zero. Absent where there is none: a contraction sums over elements of
/// several results.
std::vector<Expr> operand_guards(const Pull& pull, const Op& op);

}  // namespace wengert
