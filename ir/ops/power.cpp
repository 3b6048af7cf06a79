// Records: powers and roots.
#include "ir/graph.h"
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Inputs = std::span<const Num>;

// Beyond it a power of anything but 1 overflows or vanishes; x^n is left to `power`.
static constexpr int64_t max_integer_exponent = int64_t{1} << 31;

// x^n of an integer, n >= 0, wrapping.
static Num wrapping_power(Arithmetic& m, Num x, int64_t n) {
  Num result = m.like(x, 1);
  for (; n > 0; n >>= 1, x = x * x)
    if (n & 1) result = result * x;
  return result;
}

// d(x^y)/dx = y x^(y-1), zero at 0^0. The mask is no wider: at x = 2, y = 0 d2z/dxdy is not zero.
// d(x^y)/dy = x^y log x, zero at x = 0 for y >= 0: the limit for y > 0, a convention for y = 0.
static std::vector<Expr> power_partials(Expr x, Expr y, Expr z) {
  const Expr at_zero = x == 0.0;
  return {select(at_zero & (y == 0.0), 0.0, y * pow(x, y - 1.0)),
          select(at_zero & (y >= 0.0), 0.0, z * log(x))};
}

namespace ops {

const Op sqrt = build::real_function(
    "sqrt", "square root", [](Arithmetic& m, Num x) { return m.sqrt(x); },
    [](Expr, Expr y) { return 0.5 / y; }, {0.2, 5}, "sqrt");

const Op rsqrt = build::real_function(
    "rsqrt", "1 / sqrt(x)", math::rsqrt, [](Expr x, Expr y) { return -0.5 * (y / x); }, {0.2, 5}, "rec_sqrt");

const Op cbrt = build::real_function(
    "cbrt", "cube root, of negative numbers too", math::cbrt,
    [](Expr, Expr y) { return (1.0 / 3.0) / (y * y); }, {0.2, 5}, "cbrt");

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
    "reciprocal", "1 / x", math::reciprocal, [](Expr, Expr y) { return -(y * y); }, {0.3, 4}, "reciprocal");

const Op power = build::real_function("power", "x^y", math::pow, power_partials, {{0.2, 4}, {-3, 3}}, "pow");

const Op integer_pow{
    .name = "integer_pow",
    .summary = "x^n, n the attribute `exponent`; of integers for n >= 0, wrapping",
    .type = [](const Call& call) -> std::vector<Type> {
      const int64_t n = call.attributes.get<int64_t>("exponent");
      call.require(n >= -max_integer_exponent && n <= max_integer_exponent,
                   "the exponent is beyond 2^31 in magnitude");
      call.require(is_float(call[0].dtype) || n >= 0,
                   "an integer to a negative power is not an integer; convert it");
      return build::same_number_type(call);
    },
    .body =
        [](Arithmetic& m, Inputs x, const Attributes& attributes) {
          const int64_t n = attributes.get<int64_t>("exponent");
          return is_float(x[0].type) ? math::integer_pow(m, x[0], n) : wrapping_power(m, x[0], n);
        },
    // n x^(n-1); x^0 is constant, at 0 too
    .partials = [](std::span<const Expr> x, Expr, const Attributes& attributes) -> std::vector<Expr> {
      const int64_t n = attributes.get<int64_t>("exponent");
      if (n == 0) return {{}};
      return {static_cast<double>(n) * wengert::integer_pow(x[0], n - 1)};
    },
    .samples = {{0.3, 3}},
};

// dz/dx = x/z, zero at (0, 0).
const Op hypot = build::real_function(
    "hypot", "sqrt(x^2 + y^2) without overflow; derivative 0 at (0, 0)", math::hypot,
    [](Expr x, Expr y, Expr z) -> std::vector<Expr> {
      const Expr at_zero = z == 0.0;
      return {wengert::select(at_zero, 0.0, x / z), wengert::select(at_zero, 0.0, y / z)};
    },
    {{0.3, 3}, {-3, 3}}, "hypot");

}  // namespace ops

Expr sqrt(Operand x) { return build::float_unary(ops::sqrt, x); }
Expr rsqrt(Operand x) { return build::float_unary(ops::rsqrt, x); }
Expr cbrt(Operand x) { return build::float_unary(ops::cbrt, x); }
Expr reciprocal(Operand x) { return build::float_unary(ops::reciprocal, x); }
Expr hypot(Operand x, Operand y) { return build::float_binary(ops::hypot, x, y); }

Expr square(Operand x) {
  PlaceScope place(x);
  const Expr squares = x.expr.present() ? square_of_norm(x.expr) : Expr();
  return squares.present() ? squares : build::unary(ops::square, x);
}

Expr integer_pow(Operand x, int64_t exponent) {
  PlaceScope place(x);
  const Expr squares = exponent == 2 && x.expr.present() ? square_of_norm(x.expr) : Expr();
  if (squares.present()) return squares;
  return build::graph_of({&x}, "integer_pow").make(ops::integer_pow, {x.expr}, {{"exponent", exponent}});
}

Expr pow(Operand x, Operand y) {
  const bool literal = y.weak == Operand::Weak::integer && x.weak == Operand::Weak::none;
  if (literal && y.integer >= -max_integer_exponent && y.integer <= max_integer_exponent)
    return integer_pow(x, y.integer);
  if (y.weak == Operand::Weak::floating && y.number == 2.0 && x.expr.present()) {
    const Expr squares = square_of_norm(x.expr);
    if (squares.present()) return squares;
  }
  return build::float_binary(ops::power, x, y);
}

}  // namespace wengert
