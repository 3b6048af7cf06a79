// Guards, the predicates that travel beside cotangents and tangents (ir/op.h): how rules and drivers join
// them. An absent one is true everywhere.
#pragma once
#include "ir/expr.h"

namespace wengert {

/// The value kept zero where it must be: select(guard, value, 0).
Expr masked(Expr value, Expr guard);
/// p & q.
Expr both(Expr p, Expr q);
/// p | q.
Expr either(Expr p, Expr q);

}  // namespace wengert
