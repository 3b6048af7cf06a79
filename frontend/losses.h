// Losses composed of ops; their derivatives follow. The elementwise ones keep the operands' shape: take the
// mean or sum of what they return.
#pragma once
#include "ir/expr.h"

namespace wengert {

Expr squared_loss(Operand prediction, Operand target);  ///< ½ (prediction - target)²
/// log(1 + exp(-label * score)) for labels -1 and 1.
Expr logistic_loss(Operand score, Operand label);
/// max(0, 1 - label * score) for labels -1 and 1; derivative 0 at the kink.
Expr hinge_loss(Operand score, Operand label);
/// softplus(logit) - target * logit for targets from 0 to 1.
Expr binary_cross_entropy(Operand logit, Operand target);
/// logsumexp(logits) - the logit of the label, along `axis`. Labels are integers (one axis fewer; out of
/// range gives NaN) or a distribution over the classes, of the logits' shape.
Expr cross_entropy(Operand logits, Operand labels, int64_t axis = -1);
Expr mean_squared_error(Operand prediction, Operand target);   ///< mean over everything
Expr mean_absolute_error(Operand prediction, Operand target);  ///< mean over everything

}  // namespace wengert
