#include "passes/accumulate.h"

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"

namespace wengert {

void accumulate(Cotangent& entry, const Cotangent& contribution) {
  if (contribution.value.absent()) return;
  if (entry.value.absent()) {
    entry = contribution;
    return;
  }
  entry.value = entry.value + contribution.value;
  entry.guard =
      entry.guard.absent() || contribution.guard.absent() ? Expr() : entry.guard | contribution.guard;
}

Expr masked(Expr value, Expr guard) {
  return guard.absent() ? value : select(guard, value, zeros(value.graph(), value.type()));
}

Expr scaled(Expr g, Expr guard, Expr partial) {
  const std::optional<double> factor = constant_value(partial);
  if (factor == 1.0) return g;
  if (factor == -1.0) return -g;
  return masked(g * partial, guard);
}

Expr both(Expr p, Expr q) { return p.absent() ? q : q.absent() ? p : p & q; }

void require_float(Expr y, std::string_view what) {
  if (!is_float(y.dtype()))
    throw Error(Code::not_differentiable,
                fmt::format("{} is {}: only floating-point values have derivatives", what, text(y.type())),
                y.graph().place(y.value().node));
}

void require_variable(Expr x, std::string_view what) {
  require_float(x, what);
  const Op& op = x.op();
  if (op.kind == Kind::input || &op == &ops::variable) return;
  throw Error(Code::argument,
              fmt::format("{} is a result of {}: one differentiates with respect to inputs and variable(…) "
                          "values; wrap it in "
                          "variable(…) before using it",
                          what, op.name),
              x.graph().place(x.value().node));
}

}  // namespace wengert
