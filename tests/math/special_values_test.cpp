// Special values by C99 annex F (and by docs/accuracy.md where it is silent), in both widths, and exact
// values.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ir/interpret.h"
#include "ir/math/functions.h"

using namespace wengert;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(),
                 NaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
T run(const Body& body, T x, T y) {
  T out = 0;
  const void* inputs[] = {&x, &y};
  const int strides[] = {1, 1};
  void* outputs[] = {&out};
  interpret(body, std::span(inputs, body.inputs.size()), std::span(strides, body.inputs.size()), outputs, 1);
  return out;
}

bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

using Unary = Num (*)(Arithmetic&, Num);
using Binary = Num (*)(Arithmetic&, Num, Num);
struct Value {
  double x, expected;
};
struct Value2 {
  double x, y, expected;
};

template <class Build>
Body make(Dtype type, size_t arity, Build build) {
  const Dtype types[] = {type, type};
  Arithmetic m(std::span(types, arity));
  const Num result = build(m);
  return m.finish(std::span(&result, 1));
}

void check(const std::string& name, Unary f, std::initializer_list<Value> values) {
  const auto build = [f](Arithmetic& m) { return f(m, m.input(0)); };
  const Body wide = make(Dtype::f64, 1, build), narrow = make(Dtype::f32, 1, build);
  for (const Value& v : values) {
    INFO(name, "(", v.x, ") should be ", v.expected);
    const double f64 = run<double>(wide, v.x, 0);
    CHECK_MESSAGE(same(f64, v.expected), f64);
    const double f32 = run<float>(narrow, static_cast<float>(v.x), 0);
    CHECK_MESSAGE(same(f32, static_cast<float>(v.expected)), "f32: ", f32);
  }
}

void check(const std::string& name, Binary f, std::initializer_list<Value2> values) {
  const auto build = [f](Arithmetic& m) { return f(m, m.input(0), m.input(1)); };
  const Body wide = make(Dtype::f64, 2, build), narrow = make(Dtype::f32, 2, build);
  for (const Value2& v : values) {
    INFO(name, "(", v.x, ", ", v.y, ") should be ", v.expected);
    const double f64 = run<double>(wide, v.x, v.y);
    CHECK_MESSAGE(same(f64, v.expected), f64);
    const double f32 = run<float>(narrow, static_cast<float>(v.x), static_cast<float>(v.y));
    CHECK_MESSAGE(same(f32, static_cast<float>(v.expected)), "f32: ", f32);
  }
}

constexpr double pi = 3.14159265358979323846;

}  // namespace

TEST_CASE("exponentials") {
  check("exp", math::exp,
        {{0, 1}, {-0.0, 1}, {inf, inf}, {-inf, 0}, {NaN, NaN}, {1e300, inf}, {-1e300, 0}, {1000, inf}});
  check("exp2", math::exp2,
        {{0, 1}, {-0.0, 1}, {inf, inf}, {-inf, 0}, {NaN, NaN}, {10, 1024}, {-3, 0.125}, {5000, inf}});
  check("expm1", math::expm1,
        {{0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -1}, {NaN, NaN}, {-1e30, -1}, {1000, inf}});
  check("logistic", math::logistic, {{0, 0.5}, {inf, 1}, {-inf, 0}, {NaN, NaN}, {1000, 1}, {-1000, 0}});
  check("softplus", math::softplus, {{inf, inf}, {-inf, 0}, {NaN, NaN}, {1000, 1000}, {-1000, 0}});
  check("log_sigmoid", math::log_sigmoid, {{inf, 0}, {-inf, -inf}, {NaN, NaN}, {-1000, -1000}, {1000, 0}});
  check("log1mexp", math::log1mexp, {{0, -inf}, {-0.0, -inf}, {-inf, 0}, {NaN, NaN}, {1, NaN}, {inf, NaN}});
  check("logaddexp", math::logaddexp,
        {{-inf, -inf, -inf},
         {inf, inf, inf},
         {inf, -inf, inf},
         {-inf, 3, 3},
         {3, -inf, 3},
         {inf, 1, inf},
         {NaN, 1, NaN},
         {1, NaN, NaN},
         {1000, -1000, 1000}});
}

TEST_CASE("logarithms") {
  check("log", math::log, {{1, 0}, {0, -inf}, {-0.0, -inf}, {inf, inf}, {-1, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("log1p", math::log1p,
        {{0, 0}, {-0.0, -0.0}, {-1, -inf}, {inf, inf}, {-2, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("log2", math::log2,
        {{1, 0},
         {0, -inf},
         {-0.0, -inf},
         {inf, inf},
         {-1, NaN},
         {NaN, NaN},
         {8, 3},
         {0.5, -1},
         {0x1p-126, -126},
         {0x1p100, 100}});
  check("log10", math::log10,
        {{1, 0}, {0, -inf}, {-0.0, -inf}, {inf, inf}, {-1, NaN}, {NaN, NaN}, {1000, 3}, {1e10, 10}});
  check("xlogy", math::xlogy,
        {{0, 0, 0}, {0, inf, 0}, {0, -1, 0}, {0, NaN, NaN}, {NaN, 1, NaN}, {2, 0, -inf}, {2, 1, 0}});
  check("xlog1py", math::xlog1py,
        {{0, -1, 0}, {0, inf, 0}, {0, -3, 0}, {0, NaN, NaN}, {NaN, 1, NaN}, {2, -1, -inf}});
}

TEST_CASE("trigonometric functions") {
  check("sin", math::sin, {{0, 0}, {-0.0, -0.0}, {inf, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("cos", math::cos, {{0, 1}, {-0.0, 1}, {inf, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("tan", math::tan, {{0, 0}, {-0.0, -0.0}, {inf, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("asin", math::asin,
        {{0, 0}, {-0.0, -0.0}, {1, pi / 2}, {-1, -pi / 2}, {1.5, NaN}, {-inf, NaN}, {NaN, NaN}});
  check("acos", math::acos, {{1, 0}, {-1, pi}, {0, pi / 2}, {1.5, NaN}, {-1.5, NaN}, {inf, NaN}, {NaN, NaN}});
  check("atan", math::atan, {{0, 0}, {-0.0, -0.0}, {inf, pi / 2}, {-inf, -pi / 2}, {1, pi / 4}, {NaN, NaN}});
  check("atan2", math::atan2,
        {{0, 0, 0},
         {-0.0, 0, -0.0},
         {0, -0.0, pi},
         {-0.0, -0.0, -pi},
         {0, -1, pi},
         {-0.0, -1, -pi},
         {0, 1, 0},
         {-0.0, 1, -0.0},
         {1, 0, pi / 2},
         {1, -0.0, pi / 2},
         {-1, 0, -pi / 2},
         {1, -inf, pi},
         {-1, -inf, -pi},
         {1, inf, 0},
         {-1, inf, -0.0},
         {inf, 1, pi / 2},
         {-inf, -1, -pi / 2},
         {inf, inf, pi / 4},
         {inf, -inf, 3 * pi / 4},
         {-inf, inf, -pi / 4},
         {-inf, -inf, -3 * pi / 4},
         {NaN, 1, NaN},
         {1, NaN, NaN},
         {NaN, inf, NaN},
         {inf, NaN, NaN},
         {0, NaN, NaN},
         {1e38, 1e38, pi / 4}});
}

TEST_CASE("hyperbolic functions") {
  check("sinh", math::sinh, {{0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {NaN, NaN}, {1000, inf}});
  check("cosh", math::cosh, {{0, 1}, {-0.0, 1}, {inf, inf}, {-inf, inf}, {NaN, NaN}, {-1000, inf}});
  check("tanh", math::tanh, {{0, 0}, {-0.0, -0.0}, {inf, 1}, {-inf, -1}, {NaN, NaN}, {40, 1}});
  check("asinh", math::asinh, {{0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {NaN, NaN}});
  check("acosh", math::acosh,
        {{1, 0}, {0.5, NaN}, {-1, NaN}, {-3, NaN}, {-inf, NaN}, {inf, inf}, {NaN, NaN}});
  check("atanh", math::atanh,
        {{0, 0}, {-0.0, -0.0}, {1, inf}, {-1, -inf}, {1.5, NaN}, {-inf, NaN}, {NaN, NaN}});
}

TEST_CASE("error function and gamma") {
  check("erf", math::erf, {{0, 0}, {-0.0, -0.0}, {inf, 1}, {-inf, -1}, {NaN, NaN}, {10, 1}});
  check("erfc", math::erfc, {{0, 1}, {inf, 0}, {-inf, 2}, {NaN, NaN}, {1000, 0}, {-10, 2}});
  check("lgamma", math::lgamma,
        {{1, 0},
         {2, 0},
         {0, inf},
         {-0.0, inf},
         {-1, inf},
         {-2, inf},
         {-1e30, inf},
         {inf, inf},
         {-inf, inf},
         {NaN, NaN}});
  check("digamma", math::digamma,
        {{0, NaN}, {-0.0, NaN}, {-1, NaN}, {-1e30, NaN}, {inf, inf}, {-inf, NaN}, {NaN, NaN}});
  check("trigamma", math::trigamma, {{0, inf}, {-0.0, inf}, {-1, inf}, {inf, 0}, {-inf, inf}, {NaN, NaN}});
}

TEST_CASE("polygamma") {
  const Unary second = [](Arithmetic& m, Num x) { return math::polygamma(m, 2, x); };
  const Unary third = [](Arithmetic& m, Num x) { return math::polygamma(m, 3, x); };
  check("polygamma 2", second, {{0, NaN}, {-1, NaN}, {inf, -0.0}, {-inf, NaN}, {NaN, NaN}});
  check("polygamma 3", third, {{0, inf}, {-1, inf}, {inf, 0}, {-inf, inf}, {NaN, NaN}});
}

TEST_CASE("powers") {
  check("pow", math::pow,
        {{0, 3, 0},        {-0.0, 3, -0.0},  {0, 2, 0},        {-0.0, 2, 0},     {0, -3, inf},
         {-0.0, -3, -inf}, {-0.0, -2, inf},  {0, -0.5, inf},   {0, -inf, inf},   {-0.0, inf, 0},
         {-1, inf, 1},     {-1, -inf, 1},    {1, NaN, 1},      {1, inf, 1},      {NaN, 0, 1},
         {NaN, -0.0, 1},   {inf, 0, 1},      {0, 0, 1},        {-1, NaN, NaN},   {NaN, 1, NaN},
         {-2, 0.5, NaN},   {0.5, -inf, inf}, {2, -inf, 0},     {0.5, inf, 0},    {2, inf, inf},
         {-inf, -3, -0.0}, {-inf, -2, 0},    {-inf, 3, -inf},  {-inf, 2, inf},   {inf, -1, 0},
         {inf, 2, inf},    {-inf, 0.5, inf}, {-2, 3, -8},      {-2, -3, -0.125}, {2, 10, 1024},
         {10, 2, 100},     {4, 0.5, 2},      {-inf, inf, inf}, {-inf, -inf, 0},  {-8, 1e30, inf},
         {2, 1e9, inf},    {-2, 1025, -inf}});
  const Unary square = [](Arithmetic& m, Num x) { return math::integer_pow(m, x, 2); };
  const Unary zeroth = [](Arithmetic& m, Num x) { return math::integer_pow(m, x, 0); };
  const Unary cube_inverse = [](Arithmetic& m, Num x) { return math::integer_pow(m, x, -3); };
  const Unary ninth_inverse = [](Arithmetic& m, Num x) { return math::integer_pow(m, x, -9); };
  const Unary odd = [](Arithmetic& m, Num x) { return math::integer_pow(m, x, 10001); };
  check("x^2", square, {{-3, 9}, {-0.0, 0}, {-inf, inf}, {NaN, NaN}});
  check("x^0", zeroth, {{0, 1}, {NaN, 1}, {inf, 1}});
  check("x^-3", cube_inverse,
        {{2, 0.125}, {-2, -0.125}, {0, inf}, {-0.0, -inf}, {inf, 0}, {-inf, -0.0}, {NaN, NaN}});
  check("x^-9", ninth_inverse,
        {{2, 0x1p-9}, {-1, -1}, {0, inf}, {-0.0, -inf}, {inf, 0}, {-inf, -0.0}, {NaN, NaN}});
  check("x^10001", odd,
        {{-1, -1}, {2, inf}, {-2, -inf}, {0.5, 0}, {-0.5, -0.0}, {-0.0, -0.0}, {-inf, -inf}, {NaN, NaN}});
  check("cbrt", math::cbrt, {{0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {NaN, NaN}, {27, 3}, {-8, -2}});
  check("hypot", math::hypot,
        {{0, 0, 0}, {-0.0, 0, 0}, {inf, NaN, inf}, {NaN, -inf, inf}, {NaN, 1, NaN}, {3, -4, 5}});
  check("rsqrt", math::rsqrt, {{0, inf}, {-0.0, -inf}, {inf, 0}, {-1, NaN}, {NaN, NaN}, {4, 0.5}});
  check("reciprocal", math::reciprocal,
        {{0, inf}, {-0.0, -inf}, {inf, 0}, {-inf, -0.0}, {NaN, NaN}, {4, 0.25}});
}

TEST_CASE("remainders, rounding and sign") {
  check("fmod", math::fmod,
        {{7, -3, 1},
         {-7, 3, -1},
         {0, 3, 0},
         {-0.0, 3, -0.0},
         {6, 3, 0},
         {-6, 3, -0.0},
         {1, 0, NaN},
         {1, -0.0, NaN},
         {inf, 1, NaN},
         {1, inf, 1},
         {-1, -inf, -1},
         {inf, inf, NaN},
         {NaN, 1, NaN},
         {1, NaN, NaN},
         {0, 0, NaN},
         {0x1p120, 3, 1},
         {0x1p121, 3, 2},
         {-0x1p121, 7, -2},
         {0x1p127, 0x1.8p-148, 0x1p-149}});
  check("floor_mod", math::floor_mod,
        {{7, -3, -2},
         {-7, 3, 2},
         {6, -3, -0.0},
         {-6, 3, 0},
         {0, -3, -0.0},
         {-0.0, 3, 0},
         {-1, inf, inf},
         {1, inf, 1},
         {1, -inf, -inf},
         {1, 0, NaN},
         {inf, 1, NaN},
         {NaN, 1, NaN},
         {1, NaN, NaN}});
  check("round_afz", math::round_afz,
        {{0.5, 1},
         {-0.5, -1},
         {2.5, 3},
         {-2.5, -3},
         {-0.0, -0.0},
         {-0.25, -0.0},
         {0x1.fffffep-2, 0},
         {8388609, 8388609},
         {inf, inf},
         {-inf, -inf},
         {NaN, NaN}});
  check("sign", math::sign, {{0, 0}, {-0.0, -0.0}, {3, 1}, {-1e-40, -1}, {inf, 1}, {-inf, -1}, {NaN, NaN}});
}
