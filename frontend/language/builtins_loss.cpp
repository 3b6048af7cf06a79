// The losses of frontend/losses.h.
#include "frontend/language/arguments.h"
#include "frontend/losses.h"

namespace wengert::language {
namespace {

Builtin loss(std::string_view name, std::string_view signature, Expr (*function)(Operand, Operand)) {
  return {name, signature, [function](Arguments& a) -> Datum {
            const std::vector<Operand> x = a.operands({0, 1});
            return a.weakly(function(x[0], x[1]), {0, 1});
          }};
}

Datum cross_entropy_(Arguments& a) {
  const Expr labels = a.expr(1);
  if (is_integer(labels.dtype())) return cross_entropy(a.expr(0), labels, a.integer(2, -1));
  const std::vector<Operand> x = a.operands({0, 1});
  return a.weakly(cross_entropy(x[0], x[1], a.integer(2, -1)), {0, 1});
}

}  // namespace

std::span<const Builtin> loss_builtins() {
  static const std::vector<Builtin> table = {
      loss("squared_loss", "(prediction, target)", squared_loss),
      loss("logistic_loss", "(score, label)", logistic_loss),
      loss("hinge_loss", "(score, label)", hinge_loss),
      loss("hinge", "(score, label)", hinge_loss),
      loss("binary_cross_entropy", "(logit, target)", binary_cross_entropy),
      loss("mse", "(prediction, target)", mean_squared_error),
      loss("mae", "(prediction, target)", mean_absolute_error),
      {"cross_entropy", "(logits, labels, axis=-1)", cross_entropy_},
  };
  return table;
}

}  // namespace wengert::language
