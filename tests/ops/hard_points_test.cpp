// The hard points of scalar derivatives, row for row as docs/derivatives.md lists them.
#include <tuple>

#include <doctest/doctest.h>

#include "hard_point.h"
#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "passes/gradients.h"

using namespace wengert;
using namespace wengert::tests;
using X = const std::vector<Expr>&;

TEST_CASE("a branch that is not taken contributes nothing") {
  check_point("where(x > 0, log x, 0)", [](X x) { return where(x[0] > 0.0, log(x[0]), 0.0); }, {0.0},
              {.value = 0, .first = {0}, .second = {{0}}});
  check_point("where(x > 0, sqrt x, 0)", [](X x) { return where(x[0] > 0.0, sqrt(x[0]), 0.0); }, {0.0},
              {.value = 0, .first = {0}, .second = {{0}}});
  check_point("where(b != 0, a / b, 0)", [](X x) { return where(x[1] != 0.0, x[0] / x[1], 0.0); }, {3.0, 0.0},
              {.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("where(x == 0, 1, sin x / x)", [](X x) { return where(x[0] == 0.0, 1.0, sin(x[0]) / x[0]); },
              {0.0}, {.value = 1, .first = {0}, .second = {{0}}});
  check_point("where(x < 15, x, 10^exp x)",
              [](X x) { return where(x[0] < 15.0, x[0], pow(10.0, exp(x[0]))); }, {10.0},
              {.value = 10, .first = {1}, .second = {{0}}});
  check_point("min(1, 1/x)", [](X x) { return minimum(1.0, 1.0 / x[0]); }, {0.0},
              {.value = 1, .first = {0}, .second = {{0}}});
}

TEST_CASE("what a mask keeps still does not move what is made of it") {
  const Expected still{.value = 0, .first = {0}, .second = {{0}}};
  check_point(
      "sqrt(where(x > 0, x, 0))", [](X x) { return sqrt(where(x[0] > 0.0, x[0], 0.0)); }, {-1.0}, still);
  check_point(
      "sqrt(where(x <= 0, 0, x))", [](X x) { return sqrt(where(x[0] <= 0.0, 0.0, x[0])); }, {-1.0}, still);
  check_point("sqrt(relu x)", [](X x) { return sqrt(relu(x[0])); }, {-1.0}, still);
  check_point("sqrt(relu(relu x))", [](X x) { return sqrt(relu(2.0 * relu(x[0]))); }, {-1.0}, still);
  check_point("sqrt(max(x, 0))", [](X x) { return sqrt(maximum(x[0], 0.0)); }, {-1.0}, still);
  check_point("sqrt(max(0, x))", [](X x) { return sqrt(maximum(0.0, x[0])); }, {-1.0}, still);
  check_point("sqrt(-min(x, 0))", [](X x) { return sqrt(-minimum(x[0], 0.0)); }, {1.0}, still);
  check_point("sqrt(clamp(0, x, 1))", [](X x) { return sqrt(clamp(0.0, x[0], 1.0)); }, {-1.0}, still);
  check_point(
      "sqrt(1 - clamp(0, x, 1))", [](X x) { return sqrt(1.0 - clamp(0.0, x[0], 1.0)); }, {2.0}, still);
  check_point(
      "sqrt of f32 by way of f64", [](X x) { return sqrt(convert(convert(relu(x[0]), f32), f64)); }, {-1.0},
      still);
  const Expected still_by_both{.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}};
  check_point(
      "sqrt(where(x > 0, x, relu y))", [](X x) { return sqrt(where(x[0] > 0.0, x[0], relu(x[1]))); },
      {-1.0, -1.0}, still_by_both);
  check_point(
      "sqrt(max(relu x, relu y))", [](X x) { return sqrt(maximum(relu(x[0]), relu(x[1]))); }, {-1.0, -1.0},
      still_by_both);
  check_point(
      "sqrt(relu x + relu y)", [](X x) { return sqrt(relu(x[0]) + relu(x[1])); }, {-1.0, -1.0},
      still_by_both);
  check_point(
      "sqrt(max(relu x, y))", [](X x) { return sqrt(maximum(relu(x[0]), x[1])); }, {-1.0, -2.0},
      still_by_both);
  check_point(
      "sqrt(clamp(relu x, y, 1))", [](X x) { return sqrt(clamp(relu(x[0]), x[1], 1.0)); }, {-1.0, -2.0},
      still_by_both);
  // where it does move, the pole is there
  check_point("sqrt(max(relu x, y))", [](X x) { return sqrt(maximum(relu(x[0]), x[1])); }, {-1.0, 4.0},
              {.value = 2, .first = {0, 0.25}});
  check_point("sqrt(where(x >= 0, x, 0)) at 0", [](X x) { return sqrt(where(x[0] >= 0.0, x[0], 0.0)); },
              {0.0}, {.value = 0, .first = {inf}});
}

TEST_CASE("a residual that vanishes is no mask") {
  check_point("log(x)^2 / 2 at 1", [](X x) { return 0.5 * square(log(x[0])); }, {1.0},
              {.value = 0, .first = {0}, .second = {{1}}});
  check_point("log(x) log(x) / 2 at 1", [](X x) { return 0.5 * log(x[0]) * log(x[0]); }, {1.0},
              {.value = 0, .first = {0}, .second = {{1}}});
  check_point("sqrt(x)^2 at 0", [](X x) { return square(sqrt(x[0])); }, {0.0}, {.value = 0, .first = {nan_}});
  check_point("x x, one node twice", [](X x) { return x[0] * x[0]; }, {3.0},
              {.value = 9, .first = {6}, .second = {{2}}});
  check_point("stop(x) x", [](X x) { return stop_gradient(x[0]) * x[0]; }, {3.0},
              {.value = 9, .first = {3}, .second = {{0}}});
}

TEST_CASE("power with an exponent known at run time") {
  const Formula power = [](X x) { return pow(x[0], x[1]); };
  check_point("0^0", power, {0.0, 0.0}, {.value = 1, .first = {0, 0}});
  check_point("0^2", power, {0.0, 2.0}, {.value = 0, .first = {0, 0}, .second = {{2, 0}, {0, 0}}});
  check_point("0^-1", power, {0.0, -1.0}, {.value = inf, .first = {-inf, -inf}});
  check_point("0^0.5", power, {0.0, 0.5}, {.value = 0, .first = {inf, 0}});
  check_point("(-2)^3", power, {-2.0, 3.0}, {.value = -8, .first = {12, nan_}});
  check_point("2^3", power, {2.0, 3.0},
              {.value = 8,
               .first = {12, 5.54517744447956248},
               .second = {{12, 12.3177661667193437}, {12.3177661667193437, 3.8436241113456114}}});
  // where the exponent is 0 but the base is not, the mixed derivative 1/x is not masked away
  check_point(
      "2^0", power, {2.0, 0.0},
      {.value = 1, .first = {0, 0.693147180559945309}, .second = {{0, 0.5}, {0.5, 0.480453013918201424}}});
  check_point("x^y of x alone: 0^0 and (-2)^3",
              [](X x) { return pow(x[0], constant(x[0].graph(), f64, 0.0)); }, {0.0},
              {.value = 1, .first = {0}, .second = {{0}}});
}

TEST_CASE("third derivatives of powers at 0") {
  const auto thrice = [](const std::function<Expr(Expr)>& f) {
    return [f](X x) {
      Expr y = f(x[0]);
      for (int i = 0; i < 2; i++) y = gradients(std::span(&y, 1), std::span(x.data(), 1))[0];
      return y;
    };
  };
  const Expected second_and_third{.value = 2, .first = {0}, .second = {{0}}};
  check_point("x^2, literal", thrice([](Expr x) { return pow(x, 2); }), {0.0}, second_and_third);
  check_point("x^2, square", thrice([](Expr x) { return square(x); }), {0.0}, second_and_third);
  check_point("x^2, run-time exponent", thrice([](Expr x) { return pow(x, constant(x.graph(), f64, 2.0)); }),
              {0.0}, second_and_third);
}

TEST_CASE("powers with a literal exponent, roots") {
  check_point("x^-1 at 2", [](X x) { return pow(x[0], -1); }, {2.0},
              {.value = 0.5, .first = {-0.25}, .second = {{0.25}}});
  check_point("x^3 at -2", [](X x) { return pow(x[0], 3); }, {-2.0},
              {.value = -8, .first = {12}, .second = {{-12}}});
  check_point("x^0 at 0", [](X x) { return pow(x[0], 0); }, {0.0},
              {.value = 1, .first = {0}, .second = {{0}}});
  check_point("x^0.5 at 0", [](X x) { return pow(x[0], 0.5); }, {0.0}, {.value = 0, .first = {inf}});
  check_point("sqrt at 0", [](X x) { return sqrt(x[0]); }, {0.0}, {.value = 0, .first = {inf}});
  check_point("cbrt at 0", [](X x) { return cbrt(x[0]); }, {0.0}, {.value = 0, .first = {inf}});
  check_point("rsqrt at 0", [](X x) { return rsqrt(x[0]); }, {0.0}, {.value = inf, .first = {-inf}});
  check_point("sqrt(x^2) at 0 without the rewrite to |x|", [](X x) { return sqrt(x[0] * x[0]); }, {0.0},
              {.value = 0, .first = {nan_}});
}

TEST_CASE("kinks and ties") {
  for (double zero : {0.0, -0.0}) {
    check_point("abs at 0", [](X x) { return abs(x[0]); }, {zero},
                {.value = 0, .first = {0}, .second = {{0}}});
    check_point("relu at 0", [](X x) { return relu(x[0]); }, {zero},
                {.value = 0, .first = {0}, .second = {{0}}});
  }
  check_point("relu", [](X x) { return relu(x[0]); }, {2.0}, {.value = 2, .first = {1}, .second = {{0}}});
  check_point("relu", [](X x) { return relu(x[0]); }, {-2.0}, {.value = 0, .first = {0}, .second = {{0}}});
  check_point("relu of a pole", [](X x) { return relu(-1.0 / x[0]); }, {0.0},
              {.value = 0, .first = {0}, .second = {{0}}});
  check_point("relu of NaN passes it on", [](X x) { return relu(x[0]); }, {nan_},
              {.value = nan_, .first = {1}});
  check_point("maximum, tie", [](X x) { return maximum(x[0], x[1]); }, {3.0, 3.0},
              {.value = 3, .first = {0.5, 0.5}});
  check_point("minimum, tie", [](X x) { return minimum(x[0], x[1]); }, {3.0, 3.0},
              {.value = 3, .first = {0.5, 0.5}});
  check_point("max(NaN, 1)", [](X x) { return maximum(x[0], x[1]); }, {nan_, 1.0},
              {.value = nan_, .first = {1, 0}});
  check_point("min(1, NaN)", [](X x) { return minimum(x[0], x[1]); }, {1.0, nan_},
              {.value = nan_, .first = {0, 1}});
  check_point("max(NaN, NaN) is a tie", [](X x) { return maximum(x[0], x[1]); }, {nan_, nan_},
              {.value = nan_, .first = {0.5, 0.5}});
  check_point("min(NaN, NaN) is a tie", [](X x) { return minimum(x[0], x[1]); }, {nan_, nan_},
              {.value = nan_, .first = {0.5, 0.5}});
  for (double x : {0.0, 1.0})
    check_point("clamp(0, x, 1) at a bound", [](X v) { return clamp(0.0, v[0], 1.0); }, {x},
                {.value = x, .first = {1}});
  check_point("clamp outside", [](X x) { return clamp(x[0], x[1], x[2]); }, {0.0, 2.0, 1.0},
              {.value = 1, .first = {0, 0, 1}});
  check_point("clamp below", [](X x) { return clamp(x[0], x[1], x[2]); }, {0.0, -2.0, 1.0},
              {.value = 0, .first = {1, 0, 0}});
  check_point("clamp with crossed bounds", [](X x) { return clamp(x[0], x[1], x[2]); }, {1.0, 0.5, 0.0},
              {.value = 0, .first = {0, 0, 1}});
  check_point("clamp of a pole", [](X x) { return clamp(0.0, 1.0 / x[0], 1.0); }, {0.0},
              {.value = 1, .first = {0}, .second = {{0}}});
}

TEST_CASE("hypot and atan2") {
  const Formula length = [](X x) { return hypot(x[0], x[1]); }, angle = [](X x) { return atan2(x[0], x[1]); };
  check_point("hypot(0, 0)", length, {0.0, 0.0}, {.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("hypot, huge", length, {3e200, 4e200}, {.value = 5e200, .first = {0.6, 0.8}});
  check_point("hypot, tiny", length, {3e-200, 4e-200}, {.value = 5e-200, .first = {0.6, 0.8}});
  check_point("hypot(3, 4)", length, {3.0, 4.0},
              {.value = 5, .first = {0.6, 0.8}, .second = {{0.128, -0.096}, {-0.096, 0.072}}});
  check_point("atan2(0, 0)", angle, {0.0, 0.0}, {.value = 0, .first = {nan_, nan_}});
  check_point("atan2(0, 0) masked", [](X x) { return where(x[0] == 0.0, 0.0, atan2(x[0], x[1])); },
              {0.0, 0.0}, {.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("atan2, tiny", angle, {1e-200, 1e-200},
              {.value = 0.785398163397448310, .first = {5e199, -5e199}});
  check_point("atan2, huge", angle, {1e200, 1e200},
              {.value = 0.785398163397448310, .first = {5e-201, -5e-201}});
  check_point("atan2, the cut", angle, {0.0, -1.0},
              {.value = 3.14159265358979324, .first = {-1, 0}, .second = {{0, -1}, {-1, 0}}});
}

TEST_CASE("sigmoids in their tails") {
  const Formula s = [](X x) { return logistic(x[0]); }, t = [](X x) { return tanh(x[0]); };
  check_point("logistic at 40", s, {40.0},
              {.value = 1, .first = {4.24835425529158896e-18}, .second = {{-4.24835425529158892e-18}}});
  check_point("logistic at 0", s, {0.0}, {.value = 0.5, .first = {0.25}, .second = {{0}}});
  check_point("logistic at -800", s, {-800.0}, {.value = 0, .first = {0}, .second = {{0}}});
  check_point("logistic at 800", s, {800.0}, {.value = 1, .first = {0}, .second = {{0}}});
  check_point("tanh at 20", t, {20.0},
              {.value = 1, .first = {1.69934170211663558e-17}, .second = {{-3.39868340423327114e-17}}});
  check_point("tanh at 0", t, {0.0}, {.value = 0, .first = {1}, .second = {{0}}});
  check_point("tanh at 800", t, {800.0}, {.value = 1, .first = {0}, .second = {{0}}});
  const Formula soft = [](X x) { return softplus(x[0]); }, log_s = [](X x) { return log_sigmoid(x[0]); };
  check_point("softplus at 800", soft, {800.0}, {.value = 800, .first = {1}, .second = {{0}}});
  check_point("softplus at -800", soft, {-800.0}, {.value = 0, .first = {0}, .second = {{0}}});
  check_point("softplus at -40", soft, {-40.0},
              {.value = 4.24835425529158899e-18, .first = {4.24835425529158899e-18}});
  check_point("log_sigmoid at -800", log_s, {-800.0}, {.value = -800, .first = {1}, .second = {{0}}});
  check_point("log_sigmoid at 800", log_s, {800.0}, {.value = 0, .first = {0}, .second = {{0}}});
  const Formula both = [](X x) { return logaddexp(x[0], x[1]); };
  check_point("logaddexp(1000, 1000)", both, {1000.0, 1000.0},
              {.value = 1000.69314718055995, .first = {0.5, 0.5}, .second = {{0.25, -0.25}, {-0.25, 0.25}}});
  check_point("logaddexp(-inf, 0)", both, {-inf, 0.0}, {.value = 0, .first = {0, 1}});
  check_point("logaddexp(-inf, -inf)", both, {-inf, -inf},
              {.value = -inf, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("logaddexp(inf, 0)", both, {inf, 0.0}, {.value = inf, .first = {1, 0}});
  check_point("logaddexp(inf, inf)", both, {inf, inf},
              {.value = inf, .first = {0.5, 0.5}, .second = {{0, 0}, {0, 0}}});
  check_point("logaddexp(inf, -inf)", both, {inf, -inf}, {.value = inf, .first = {1, 0}});
}

TEST_CASE("logarithms and exponentials near their edges") {
  check_point("log1p at 1e-20", [](X x) { return log1p(x[0]); }, {1e-20},
              {.value = 1e-20, .first = {1}, .second = {{-1}}});
  check_point("expm1 at 1e-20", [](X x) { return expm1(x[0]); }, {1e-20},
              {.value = 1e-20, .first = {1}, .second = {{1}}});
  check_point("expm1 at -40", [](X x) { return expm1(x[0]); }, {-40.0},
              {.value = -1, .first = {4.24835425529158899e-18}, .second = {{4.24835425529158899e-18}}});
  check_point("log1mexp at -1e-20", [](X x) { return log1mexp(x[0]); }, {-1e-20},
              {.value = -46.0517018598809137, .first = {-1e20}, .second = {{-1e40}}});
  check_point("log1mexp at -800", [](X x) { return log1mexp(x[0]); }, {-800.0},
              {.value = 0, .first = {0}, .second = {{0}}});
  check_point("log1mexp at 0", [](X x) { return log1mexp(x[0]); }, {0.0}, {.value = -inf, .first = {-inf}});
  check_point("log at 0", [](X x) { return log(x[0]); }, {0.0},
              {.value = -inf, .first = {inf}, .second = {{-inf}}});
  const Formula entropy = [](X x) { return xlogy(x[0], x[1]); },
                entropy1 = [](X x) { return xlog1py(x[0], x[1]); };
  check_point("xlogy(0, 0)", entropy, {0.0, 0.0}, {.value = 0, .first = {-inf, 0}});
  check_point("xlogy(0, 2)", entropy, {0.0, 2.0},
              {.value = 0, .first = {0.693147180559945309, 0}, .second = {{0, 0.5}, {0.5, 0}}});
  check_point("xlog1py(0, -1)", entropy1, {0.0, -1.0}, {.value = 0, .first = {-inf, 0}});
  check_point("xlog1py(0, 1)", entropy1, {0.0, 1.0},
              {.value = 0, .first = {0.693147180559945309, 0}, .second = {{0, 0.5}, {0.5, 0}}});
}

TEST_CASE("inverse functions near 0, second derivatives") {
  check_point("asin", [](X x) { return asin(x[0]); }, {1e-9}, {.first = {1}, .second = {{1e-9}}});
  check_point("acos", [](X x) { return acos(x[0]); }, {-1e-20}, {.first = {-1}, .second = {{1e-20}}});
  check_point("atanh", [](X x) { return atanh(x[0]); }, {1e-9}, {.first = {1}, .second = {{2e-9}}});
}

TEST_CASE("inverse functions near the edge of their domain") {
  check_point("asin near 1", [](X x) { return asin(x[0]); }, {1 - 0x1p-53},
              {.first = {67108864.0000000019}, .second = {{3.02231454903657285e+23}}});
  check_point("acos near 1", [](X x) { return acos(x[0]); }, {1 - 0x1p-53},
              {.value = 1.49011611938476564e-8,
               .first = {-67108864.0000000019},
               .second = {{-3.02231454903657285e+23}}});
  check_point("atanh near 1", [](X x) { return atanh(x[0]); }, {1 - 0x1p-53},
              {.first = {4503599627370496.25}, .second = {{4.05648192073033408e31}}});
  check_point("acosh near 1", [](X x) { return acosh(x[0]); }, {1 + 0x1p-52},
              {.first = {47453132.8121257738}, .second = {{-1.06854955625126158e+23}}});
  check_point("acosh, huge", [](X x) { return acosh(x[0]); }, {1e200}, {.first = {1e-200}});
  check_point("asinh, huge", [](X x) { return asinh(x[0]); }, {1e200}, {.first = {1e-200}});
  check_point("atan, huge", [](X x) { return atan(x[0]); }, {1e200},
              {.value = 1.57079632679489662, .first = {0}});
}

TEST_CASE("special functions") {
  check_point("erfc at 10", [](X x) { return erfc(x[0]); }, {10.0},
              {.value = 2.08848758376254476e-45,
               .first = {-4.19765623135441689e-44},
               .second = {{8.39531246270883378e-43}}});
  const Formula f = [](X x) { return lgamma(x[0]); };
  check_point("lgamma at 1", f, {1.0},
              {.value = 0, .first = {-0.577215664901532861}, .second = {{1.64493406684822644}}});
  check_point(
      "lgamma at 0.5", f, {0.5},
      {.value = 0.572364942924700087, .first = {-1.96351002602142348}, .second = {{4.93480220054467931}}});
  check_point("lgamma at -0.5", f, {-0.5},
              {.value = 1.2655121234846454,
               .first = {0.0364899739785765206},
               .second = {{8.93480220054467931}},
               .relative = 1e-14});
  check_point(
      "digamma at 1", [](X x) { return digamma(x[0]); }, {1.0},
      {.value = -0.577215664901532861, .first = {1.64493406684822644}, .second = {{-2.40411380631918857}}});
  check_point("trigamma at 1", [](X x) { return trigamma(x[0]); }, {1.0},
              {.value = 1.64493406684822644,
               .first = {-2.40411380631918857},
               .second = {{6.49393940226682914}},
               .relative = 2e-15});
  check_point("polygamma of order 3 at 1", [](X x) { return polygamma(3, x[0]); }, {1.0},
              {.value = 6.49393940226682914,
               .first = {-24.8862661234408782},
               .second = {{122.081167438133896}},
               .relative = 2e-15});
  check_point("polygamma of order 2 at a pole", [](X x) { return polygamma(2, x[0]); }, {-1.0},
              {.value = nan_});
  for (double pole : {0.0, -1.0})
    check_point("digamma at a pole", [](X x) { return digamma(x[0]); }, {pole}, {.value = nan_});
  check_point("sinc at 0", [](X x) { return sinc(x[0]); }, {0.0},
              {.value = 1, .first = {0}, .second = {{-1.0 / 3}}});
}

TEST_CASE("rounding, remainders and what has no slope") {
  check_point("fmod(7, -3)", [](X x) { return fmod(x[0], x[1]); }, {7.0, -3.0},
              {.value = 1, .first = {1, 2}, .second = {{0, 0}, {0, 0}}});
  check_point("floor_mod(7, -3)", [](X x) { return floor_mod(x[0], x[1]); }, {7.0, -3.0},
              {.value = -2, .first = {1, 3}});
  check_point("1 / 0", [](X x) { return x[0] / x[1]; }, {1.0, 0.0}, {.value = inf, .first = {inf, -inf}});
  check_point("0 / 0", [](X x) { return x[0] / x[1]; }, {0.0, 0.0}, {.value = nan_, .first = {inf, nan_}});
  for (const auto& [name, f] :
       std::initializer_list<std::pair<const char*, Expr (*)(Operand)>>{{"floor", floor},
                                                                        {"ceil", ceil},
                                                                        {"round", round},
                                                                        {"round_afz", round_afz},
                                                                        {"trunc", trunc},
                                                                        {"sign", sign}})
    for (double x : {0.0, 0.5, 1.0, -2.5})
      check_point(name, [f = f](X v) { return f(v[0]); }, {x}, {.first = {0}, .second = {{0}}});
  check_point("a comparison", [](X x) { return convert(x[0] < x[1], f64); }, {1.0, 1.0},
              {.value = 0, .first = {0, 0}});
  check_point("independent of x", [](X x) { return constant(x[0].graph(), f64, 3.0); }, {1.0},
              {.value = 3, .first = {0}});
}

TEST_CASE("products and sums are not contracted: a x + b x in f32") {
  std::vector<Tensor> at;
  for (double x : {1e20, -1e20, 1e10}) at.push_back(Tensor::scalar(f32, x));
  check_point("a x + b x", [](X x) { return x[0] * x[2] + x[1] * x[2]; }, at, {.value = 0});
}

TEST_CASE("types of gradients") {
  std::vector<Tensor> at{Tensor::scalar(f32, 3)};
  const std::vector<Tensor> out = outputs_at(
      [](X x) {
        const Expr wide = convert(x[0], f64), y = wide * wide;
        return gradients(std::span(&y, 1), x);
      },
      at);
  CHECK(out[0].dtype == f32);
  CHECK(out[0].at(0) == 6);
}

TEST_CASE("integers at the edges: 0, x, the lowest, the sign, saturation") {
  const auto integers = [](Dtype dtype, double a, double b, const std::function<Expr(Expr, Expr)>& f) {
    return outputs_at([&](X x) { return std::vector{f(x[0], x[1])}; },
                      {Tensor::scalar(dtype, a), Tensor::scalar(dtype, b)})[0]
        .at(0);
  };
  const auto divide = [](Expr a, Expr b) { return floor_divide(a, b); };
  const auto modulo = [](Expr a, Expr b) { return floor_mod(a, b); };
  for (const auto& [dtype, lowest, width] :
       {std::tuple{i32, -0x1p31, 32.0}, std::tuple{i64, -0x1p63, 64.0}}) {
    CHECK(integers(dtype, -7, 0, divide) == 0);
    CHECK(integers(dtype, -7, 0, modulo) == -7);
    CHECK(integers(dtype, lowest, -1, divide) == lowest);
    CHECK(integers(dtype, lowest, -1, modulo) == 0);
    CHECK(integers(dtype, -7, 2, divide) == -4);
    CHECK(integers(dtype, -7, 2, modulo) == 1);
    CHECK(integers(dtype, 7, -2, modulo) == -1);
    CHECK(integers(dtype, -7, width, [](Expr a, Expr b) { return shift_left(a, b); }) == 0);
    CHECK(integers(dtype, -7, width, [](Expr a, Expr b) { return shift_right_logical(a, b); }) == 0);
    CHECK(integers(dtype, -7, width, [](Expr a, Expr b) { return shift_right_arithmetic(a, b); }) == -1);
  }
  for (const auto& [x, expected] :
       {std::pair{nan_, 0.0}, {1e300, 2147483647.0}, {-1e300, -2147483648.0}, {-2.9, -2.0}})
    CHECK(outputs_at([](X v) { return std::vector{convert(v[0], i32)}; }, {Tensor::scalar(f64, x)})[0].at(
              0) == expected);
}
