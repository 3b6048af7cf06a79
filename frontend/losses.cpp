#include "frontend/losses.h"

#include <limits>

#include "ir/error.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {

Expr squared_loss(Operand prediction, Operand target) {
  const PlaceScope place(build::placed(prediction, target));
  return square(prediction - target) * 0.5;
}

Expr logistic_loss(Operand score, Operand label) {
  const PlaceScope place(build::placed(score, label));
  return softplus(-(label * score));
}

Expr hinge_loss(Operand score, Operand label) {
  const PlaceScope place(build::placed(score, label));
  return relu(1.0 - label * score);
}

Expr binary_cross_entropy(Operand logit, Operand target) {
  const PlaceScope place(logit);
  return softplus(logit) - target * logit;
}

Expr cross_entropy(Operand logits, Operand labels, int64_t axis) {
  const PlaceScope place(logits);
  build::require_arrays({&logits, &labels}, "cross_entropy");
  const Type& type = logits.expr.type();
  axis = build::axes_of(logits, {axis}, "cross_entropy")[0];
  if (!is_integer(labels.expr.dtype())) {
    // Where the label's share is 0 an infinite score drops out.
    const Expr scores = log_softmax(logits, axis);
    return sum(select(labels == 0.0, 0.0, labels * -scores), Axes{axis});
  }
  Shape of_labels = type.shape;
  of_labels.erase(of_labels.begin() + axis);
  if (of_labels != labels.expr.shape())
    throw Error(Code::type,
                "cross_entropy: the logits are " + text(type) + ", integer labels must be of shape " +
                    text(of_labels) + ", not " + text(labels.expr.shape()),
                logits.at);
  const Expr classes = iota(logits.expr.graph(), Dtype::i64, type.shape, axis);
  const Expr label = convert(expand_dims(labels, {axis}), Dtype::i64);
  // A label out of range has no loss.
  const Expr inside = (label >= 0) & (label < extent_value(logits.expr.graph(), type.shape[axis]));
  const Expr loss = sum(select(classes == label, -log_softmax(logits, axis), 0.0), Axes{axis});
  return select(squeeze(inside, {axis}), loss, std::numeric_limits<double>::quiet_NaN());
}

Expr mean_squared_error(Operand prediction, Operand target) {
  const PlaceScope place(build::placed(prediction, target));
  return mean(square(prediction - target));
}
Expr mean_absolute_error(Operand prediction, Operand target) {
  const PlaceScope place(build::placed(prediction, target));
  return mean(abs(prediction - target));
}

}  // namespace wengert
