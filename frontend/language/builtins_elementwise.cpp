// Elementwise functions: mathematics, comparison, selection, conversion.
#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"

namespace wengert::language {
namespace {

Builtin unary(std::string_view name, Expr (*function)(Operand)) {
  return {name, "(x)",
          [function](Arguments& a) -> Datum { return a.weakly(function(a.operands({0})[0]), {0}); }};
}

Builtin binary(std::string_view name, std::string_view signature, Expr (*function)(Operand, Operand)) {
  return {name, signature, [function](Arguments& a) -> Datum {
            const std::vector<Operand> x = a.operands({0, 1});
            return a.weakly(function(x[0], x[1]), {0, 1});
          }};
}

Builtin ternary(std::string_view name, std::string_view signature,
                Expr (*function)(Operand, Operand, Operand)) {
  return {name, signature, [function](Arguments& a) -> Datum {
            const std::vector<Operand> x = a.operands({0, 1, 2});
            return a.weakly(function(x[0], x[1], x[2]), {0, 1, 2});
          }};
}

// One number beside the operand, known when the program is built.
Builtin with_number(std::string_view name, std::string_view signature, Expr (*function)(Operand, double),
                    double otherwise) {
  return {name, signature, [function, otherwise](Arguments& a) -> Datum {
            return a.weakly(function(a.operands({0})[0], a.number(1, otherwise)), {0});
          }};
}

Builtin conversion(Dtype dtype) {
  return {name(dtype), "(x)", [dtype](Arguments& a) -> Datum { return convert(a.expr(0), dtype); }};
}

// The larger or smaller of extents is an extent.
Builtin extremum(std::string_view name, Expr (*function)(Operand, Operand),
                 Extent (*of_extents)(const Extent&, const Extent&)) {
  return {name, "(a, b)", [function, of_extents](Arguments& a) -> Datum {
            if (a.at(0).extent() && a.at(1).extent()) return of_extents(*a.at(0).extent(), *a.at(1).extent());
            const std::vector<Operand> x = a.operands({0, 1});
            return a.weakly(function(x[0], x[1]), {0, 1});
          }};
}

Datum where_(Arguments& a) {
  const Expr condition = a.expr(0);
  if (condition.dtype() != Dtype::boolean)
    a.refuse_because(
        0, Code::type,
        fmt::format("where: the condition is bool, not {}; compare, as in x != 0", text(condition.type())));
  const std::vector<Operand> branches = a.operands({1, 2});
  return a.weakly(select(condition, branches[0], branches[1]), {1, 2});
}

Datum clip_(Arguments& a) {
  if (!a.given(1) && !a.given(2)) return a.weakly(a.expr(0), {0});
  if (!a.given(1)) {
    const std::vector<Operand> x = a.operands({0, 2});
    return a.weakly(minimum(x[0], x[1]), {0, 2});
  }
  if (!a.given(2)) {
    const std::vector<Operand> x = a.operands({0, 1});
    return a.weakly(maximum(x[0], x[1]), {0, 1});
  }
  const std::vector<Operand> x = a.operands({0, 1, 2});
  return a.weakly(clip(x[0], x[1], x[2]), {0, 1, 2});
}

Datum integer_pow_(Arguments& a) { return a.weakly(integer_pow(a.operands({0})[0], a.integer(1)), {0}); }
Datum polygamma_(Arguments& a) { return a.weakly(polygamma(a.integer(0), a.operands({1})[0]), {1}); }
Datum astype_(Arguments& a) { return convert(a.expr(0), a.dtype(1, Dtype::f64)); }
Datum stop_gradient_(Arguments& a) { return a.weakly(stop_gradient(a.expr(0)), {0}); }

Expr logical_and(Operand a, Operand b) { return a & b; }
Expr logical_or(Operand a, Operand b) { return a | b; }
Expr logical_xor(Operand a, Operand b) { return a ^ b; }
Expr bit_not(Operand x) { return !x; }
Expr add_(Operand a, Operand b) { return a + b; }
Expr subtract_(Operand a, Operand b) { return a - b; }
Expr multiply_(Operand a, Operand b) { return a * b; }
Expr divide_(Operand a, Operand b) { return a / b; }
Expr negative_(Operand x) { return -x; }
Expr sinc_(Operand x) { return sinc(x * 3.141592653589793); }  // NumPy's: sin(pi x) / (pi x)
Expr degrees_(Operand x) { return x * 57.29577951308232; }
Expr radians_(Operand x) { return x * 0.017453292519943295; }

}  // namespace

std::span<const Builtin> elementwise_builtins() {
  static const std::vector<Builtin> table = {
      unary("abs", abs),
      unary("absolute", abs),
      unary("sign", sign),
      unary("sqrt", sqrt),
      unary("rsqrt", rsqrt),
      unary("cbrt", cbrt),
      unary("square", square),
      unary("reciprocal", reciprocal),
      unary("exp", exp),
      unary("expm1", expm1),
      unary("exp2", exp2),
      unary("log", log),
      unary("log1p", log1p),
      unary("log2", log2),
      unary("log10", log10),
      unary("sin", sin),
      unary("cos", cos),
      unary("tan", tan),
      unary("asin", asin),
      unary("acos", acos),
      unary("atan", atan),
      unary("arcsin", asin),
      unary("arccos", acos),
      unary("arctan", atan),
      unary("sinh", sinh),
      unary("cosh", cosh),
      unary("tanh", tanh),
      unary("asinh", asinh),
      unary("acosh", acosh),
      unary("atanh", atanh),
      unary("arcsinh", asinh),
      unary("arccosh", acosh),
      unary("arctanh", atanh),
      unary("logistic", logistic),
      unary("sigmoid", sigmoid),
      unary("softplus", softplus),
      unary("log_sigmoid", log_sigmoid),
      unary("log1mexp", log1mexp),
      unary("erf", erf),
      unary("erfc", erfc),
      unary("lgamma", lgamma),
      unary("gammaln", lgamma),
      unary("digamma", digamma),
      unary("trigamma", trigamma),
      unary("floor", floor),
      unary("ceil", ceil),
      unary("round", round),
      unary("rint", round),
      unary("round_afz", round_afz),
      unary("trunc", trunc),
      unary("fix", trunc),
      unary("relu", relu),
      unary("gelu", gelu),
      unary("silu", silu),
      unary("swish", silu),
      unary("sinc", sinc_),
      unary("isnan", is_nan),
      unary("isfinite", is_finite),
      unary("isinf", is_inf),
      unary("is_nan", is_nan),
      unary("is_finite", is_finite),
      unary("is_inf", is_inf),
      unary("population_count", population_count),
      unary("count_leading_zeros", count_leading_zeros),
      unary("negative", negative_),
      unary("logical_not", bit_not),
      unary("bitwise_not", bit_not),
      unary("degrees", degrees_),
      unary("radians", radians_),
      unary("deg2rad", radians_),
      unary("rad2deg", degrees_),

      binary("add", "(a, b)", add_),
      binary("subtract", "(a, b)", subtract_),
      binary("multiply", "(a, b)", multiply_),
      binary("divide", "(a, b)", divide_),
      binary("power", "(x, y)", pow),
      binary("pow", "(x, y)", pow),
      binary("fmod", "(a, b)", fmod),
      binary("mod", "(a, b)", floor_mod),
      binary("remainder", "(a, b)", floor_mod),
      binary("floor_divide", "(a, b)", floor_divide),
      binary("atan2", "(y, x)", atan2),
      binary("arctan2", "(y, x)", atan2),
      binary("hypot", "(x, y)", hypot),
      binary("copysign", "(magnitude, sign)", copysign),
      binary("logaddexp", "(a, b)", logaddexp),
      binary("xlogy", "(x, y)", xlogy),
      binary("xlog1py", "(x, y)", xlog1py),
      binary("shift_left", "(x, amount)", shift_left),
      binary("left_shift", "(x, amount)", shift_left),
      binary("shift_right_arithmetic", "(x, amount)", shift_right_arithmetic),
      binary("right_shift", "(x, amount)", shift_right_arithmetic),
      binary("shift_right_logical", "(x, amount)", shift_right_logical),
      binary("logical_and", "(a, b)", logical_and),
      binary("logical_or", "(a, b)", logical_or),
      binary("logical_xor", "(a, b)", logical_xor),
      binary("bitwise_and", "(a, b)", logical_and),
      binary("bitwise_or", "(a, b)", logical_or),
      binary("bitwise_xor", "(a, b)", logical_xor),
      extremum("maximum", maximum, Extent::maximum),
      extremum("minimum", minimum, Extent::minimum),

      ternary("clamp", "(low, x, high)", clamp),
      ternary("fma", "(a, b, c)", fma),
      ternary("lerp", "(a, b, t)", lerp),
      {"where", "(condition, a, b)", where_},
      {"select", "(condition, a, b)", where_},
      {"clip", "(x, min=None, max=None)", clip_},
      {"integer_pow", "(x, exponent)", integer_pow_},
      {"polygamma", "(n, x)", polygamma_},

      with_number("leaky_relu", "(x, negative_slope=0.01)", leaky_relu, 0.01),
      with_number("elu", "(x, alpha=1.0)", elu, 1),
      with_number("huber", "(x, delta=1.0)", huber, 1),

      {"astype", "(x, dtype)", astype_},
      {"convert", "(x, dtype)", astype_},
      conversion(Dtype::boolean),
      conversion(Dtype::i32),
      conversion(Dtype::i64),
      conversion(Dtype::f32),
      conversion(Dtype::f64),
      {"stop_gradient", "(x)", stop_gradient_},
  };
  return table;
}

}  // namespace wengert::language
