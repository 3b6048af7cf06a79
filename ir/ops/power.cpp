// Records: powers and roots.
#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

using Inputs = std::span<const Num>;

static constexpr int64_t max_integer_exponent = int64_t{1} << 31;

// x^n for n >= 0 by repeated squaring; integers wrap.
static Num power_by_squaring(Arithmetic& m, Num x, int64_t n) {
  Num result = m.like(x, 1);
  for (; n > 0; n >>= 1, x = x * x)
    if (n & 1) result = result * x;
  return result;
}

namespace ops {

const Op sqrt = build::real_function(
    "sqrt", "square root", [](Arithmetic& m, Num x) { return m.sqrt(x); },
    [](Expr, Expr y) { return 0.5 / y; }, {0.2, 5}, "sqrt");

const Op rsqrt = build::real_function(
    "rsqrt", "1 / sqrt(x)", [](Arithmetic& m, Num x) { return 1.0 / m.sqrt(x); },
    [](Expr x, Expr y) { return -0.5 * (y / x); }, {0.2, 5}, "rec_sqrt");

const Op square{
    .name = "square",
    .summary = "x x; integers wrap",
    .type = build::same_number_type,
    .body = [](Arithmetic&, Inputs x, const Attributes&) { return x[0] * x[0]; },
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) -> std::vector<Expr> {
      return {2.0 * x[0]};
    },
    .reference = "sqr",
};

const Op reciprocal = build::real_function(
    "reciprocal", "1 / x", [](Arithmetic&, Num x) { return 1.0 / x; }, [](Expr, Expr y) { return -(y * y); },
    {0.3, 4}, "reciprocal");

const Op integer_pow{
    .name = "integer_pow",
    .summary = "x^n, n the attribute `exponent`; of integers for n >= 0, wrapping",
    .type = [](const Call& call) -> std::vector<Type> {
      const int64_t n = call.attributes.get<int64_t>("exponent");
      call.require(n >= -max_integer_exponent && n <= max_integer_exponent,
                   "the exponent is beyond 2^31; write it as a float");
      call.require(is_float(call[0].dtype) || n >= 0,
                   "an integer to a negative power is not an integer; convert it");
      return build::same_number_type(call);
    },
    .body =
        [](Arithmetic& m, Inputs x, const Attributes& attributes) {
          const int64_t n = attributes.get<int64_t>("exponent");
          const Num power = power_by_squaring(m, x[0], n < 0 ? -n : n);
          return n < 0 ? 1.0 / power : power;
        },
    // n x^(n-1); x^0 is constant, at 0 too
    .partials = [](std::span<const Expr> x, Expr, const Attributes& attributes) -> std::vector<Expr> {
      const int64_t n = attributes.get<int64_t>("exponent");
      if (n == 0) return {{}};
      return {static_cast<double>(n) * wengert::integer_pow(x[0], n - 1)};
    },
    .samples = {{0.3, 3}},
};

}  // namespace ops

Expr sqrt(Operand x) { return build::float_unary(ops::sqrt, x); }
Expr rsqrt(Operand x) { return build::float_unary(ops::rsqrt, x); }
Expr square(Operand x) { return build::unary(ops::square, x); }
Expr reciprocal(Operand x) { return build::float_unary(ops::reciprocal, x); }

Expr integer_pow(Operand x, int64_t exponent) {
  PlaceScope place(x);
  return build::graph_of({&x}, "integer_pow").make(ops::integer_pow, {x.expr}, {{"exponent", exponent}});
}

}  // namespace wengert
