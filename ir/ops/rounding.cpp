// Records: rounding, sign and classification. Their derivatives are zero, but for abs and copysign, which are
// kinked at 0 and take 0 there.
#include <limits>

#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

using Inputs = std::span<const Num>;

static Num sign_of(Arithmetic& m, Num x) {
  if (is_float(x.type)) return math::sign(m, x);
  const Num zero = m.like(x, 0);
  return m.select(x < zero, m.like(x, -1), m.select(zero < x, m.like(x, 1), zero));
}

static Op rounding(std::string_view name, std::string_view summary, Num (*body)(Arithmetic&, Num),
                   std::string_view reference) {
  return Op{
      .name = name,
      .summary = summary,
      .type = build::same_float_type,
      .body = [body](Arithmetic& m, Inputs x, const Attributes&) { return body(m, x[0]); },
      .derivative = Derivative::zero,
      .reference = reference,
  };
}

static Op classification(std::string_view name, std::string_view summary, Num (*body)(Arithmetic&, Num)) {
  return Op{
      .name = name,
      .summary = summary,
      .type = [](const Call& call) -> std::vector<Type> {
        return {build::same_float_type(call)[0].with(Dtype::boolean)};
      },
      .body = [body](Arithmetic& m, Inputs x, const Attributes&) { return body(m, x[0]); },
      .derivative = Derivative::zero,
  };
}

namespace ops {

const Op abs{
    .name = "abs",
    .summary = "|x|; derivative 0 at 0",
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.absolute(x[0]); },
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) -> std::vector<Expr> {
      return {wengert::sign(x[0])};
    },
    .reference = "abs",
};

const Op sign{
    .name = "sign",
    .summary = "-1, 0 or 1",
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return sign_of(m, x[0]); },
    .derivative = Derivative::zero,
    .reference = "sign",
};

const Op floor = rounding("floor", "rounds down", [](Arithmetic& m, Num x) { return m.floor(x); }, "floor");
const Op ceil = rounding("ceil", "rounds up", [](Arithmetic& m, Num x) { return m.ceil(x); }, "ceil");
const Op trunc =
    rounding("trunc", "rounds towards 0", [](Arithmetic& m, Num x) { return m.truncate(x); }, "trunc");
const Op round_nearest_even = rounding(
    "round_nearest_even", "to the nearest integer, half to even",
    [](Arithmetic& m, Num x) { return m.round_even(x); }, "roundeven");
const Op round_nearest_afz =
    rounding("round_nearest_afz", "to the nearest integer, half away from zero", math::round_afz, "round");

const Op is_nan =
    classification("is_nan", "whether x is not a number", [](Arithmetic& m, Num x) { return m.is_nan(x); });
const Op is_inf = classification("is_inf", "whether x is an infinity", [](Arithmetic& m, Num x) {
  return m.absolute(x) == std::numeric_limits<double>::infinity();
});
const Op is_finite = classification(
    "is_finite", "whether x is neither an infinity nor NaN",
    [](Arithmetic& m, Num x) { return m.absolute(x) < std::numeric_limits<double>::infinity(); });

// All NaNs are equal, so a NaN has no sign to take: it counts as positive.
// d|m| sign(s)/dm = sign(m) sign(s); nothing flows to the sign.
const Op copysign = build::real_function(
    "copysign", "the magnitude of x with the sign of y; a NaN's counts as positive",
    [](Arithmetic& m, Num x, Num y) { return m.copysign(x, m.select(m.is_nan(y), m.like(y, 1), y)); },
    [](Expr x, Expr y, Expr) -> std::vector<Expr> {
      return {wengert::copysign(1.0, y) * wengert::sign(x), {}};
    },
    {{0.3, 3}, {-3, 3}}, "copysign");

}  // namespace ops

// An integer is rounded already.
static Expr rounded(const Op& op, const Operand& x) {
  const bool whole = x.weak == Operand::Weak::none && x.expr.present() && !is_float(x.expr.dtype());
  return whole ? x.expr : build::float_unary(op, x);
}

Expr abs(Operand x) { return build::unary(ops::abs, x); }
Expr sign(Operand x) { return build::unary(ops::sign, x); }
Expr floor(Operand x) { return rounded(ops::floor, x); }
Expr ceil(Operand x) { return rounded(ops::ceil, x); }
Expr trunc(Operand x) { return rounded(ops::trunc, x); }
Expr round(Operand x) { return rounded(ops::round_nearest_even, x); }
Expr round_afz(Operand x) { return rounded(ops::round_nearest_afz, x); }
Expr is_nan(Operand x) { return build::float_unary(ops::is_nan, x); }
Expr is_inf(Operand x) { return build::float_unary(ops::is_inf, x); }
Expr is_finite(Operand x) { return build::float_unary(ops::is_finite, x); }
Expr copysign(Operand magnitude, Operand sign) { return build::float_binary(ops::copysign, magnitude, sign); }

}  // namespace wengert
