// Functions that fold axes.
#include <limits>

#include "frontend/language/arguments.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert::language {
namespace {

constexpr std::string_view folds = "(x, axis=None, keepdims=false)";

Builtin reduction(std::string_view name, Expr (*function)(Operand, AxesOrAll, bool)) {
  return {name, folds, [function](Arguments& a) -> Datum {
            return a.weakly(function(a.expr(0), a.axes(1), a.flag(2, false)), {0});
          }};
}

// Without an axis: the position in row-major order.
Builtin position(std::string_view name, Expr (*function)(Operand, int64_t, bool)) {
  return {name, folds, [function](Arguments& a) -> Datum {
            const Expr x = a.expr(0);
            if (a.given(1)) return function(x, a.integer(1), a.flag(2, false));
            const Expr flat = function(reshape(x, {element_count(x.shape())}), 0, false);
            if (!a.flag(2, false)) return flat;
            return reshape(flat, Shape(static_cast<size_t>(x.rank()), Extent(1)));
          }};
}

Builtin along_axis(std::string_view name, Expr (*function)(Operand, int64_t)) {
  return {name, "(x, axis=-1)", [function](Arguments& a) -> Datum {
            const Expr x = a.expr(0);
            if (!a.is_none(1)) return a.weakly(function(x, a.integer(1, -1)), {0});
            const Expr flat = reshape(x, {element_count(x.shape())});
            return a.weakly(reshape(function(flat, 0), x.shape()), {0});
          }};
}

// ord 1, 2, inf or -inf of the elements along the axes; of a matrix without an axis only the default,
// Frobenius.
Datum norm_(Arguments& a) {
  const Expr x = a.expr(0);
  const AxesOrAll axes = a.axes(2);
  const bool keep = a.flag(3, false);
  if (!a.given(1)) return a.weakly(norm(x, axes, keep), {0});
  const double order = a.number(1, 2);
  if (x.rank() != 1 && (!axes || axes->size() != 1))
    a.refuse_because(1, Code::argument,
                     "norm: ord is for vectors: give one axis (without ord: the root of the sum of squares)");
  if (order == 2) return a.weakly(norm(x, axes, keep), {0});
  if (order == 1) return a.weakly(sum(abs(x), axes, keep), {0});
  if (order == std::numeric_limits<double>::infinity()) return a.weakly(max(abs(x), axes, keep), {0});
  if (order == -std::numeric_limits<double>::infinity()) return a.weakly(min(abs(x), axes, keep), {0});
  a.refuse(1, "1, 2, inf or -inf");
}

}  // namespace

std::span<const Builtin> reduction_builtins() {
  static const std::vector<Builtin> table = {
      reduction("sum", sum),
      reduction("prod", prod),
      reduction("max", max),
      reduction("min", min),
      reduction("amax", max),
      reduction("amin", min),
      reduction("all", all),
      reduction("any", any),
      reduction("mean", mean),
      reduction("average", mean),
      reduction("var", var),
      reduction("std", std_),
      reduction("logsumexp", logsumexp),
      position("argmax", argmax),
      position("argmin", argmin),
      along_axis("softmax", softmax),
      along_axis("log_softmax", log_softmax),
      {"norm", "(x, ord=None, axis=None, keepdims=false)", norm_},
  };
  return table;
}

}  // namespace wengert::language
