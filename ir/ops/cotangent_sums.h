// The sum that undoes a broadcast: how a derivative takes it is for its rule to choose.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {

/// The sum of a cotangent over axes (of a guard: any). Of a product it is a dot_general, so that it is one
/// fused multiply-add a step (semantics: "Order of summation, and FMA"). Over axes that only one factor of a
/// contraction has, that factor is summed and then contracted: the contraction is smaller by those axes.
Expr sum_of_cotangent(Expr g, const Axes& axes);

}  // namespace wengert
