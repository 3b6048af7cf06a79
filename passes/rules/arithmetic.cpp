// Rows on + - * / and signs. All exact: for floats x + 0, x * 0 and x - x stay as they are, since x may be
// -0, infinite or NaN.
#include <cmath>
#include <limits>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

Expr x_of(const Match& m) { return m['x']; }
Expr zeros_of(const Match& m) { return zeros(m.graph(), m.type()); }

// Whether multiplying by 1/c rounds as dividing by c does: c and 1/c are powers of two in the normal range.
bool has_exact_reciprocal(const Match& m) {
  int exponent = 0;
  const double c = m.number('c');
  if (std::fabs(std::frexp(c, &exponent)) != 0.5) return false;
  const int limit = m.dtype() == Dtype::f32 ? 125 : 1021;
  return exponent > -limit && exponent < limit;
}

// Whether c only scales x up, and so does d: then x c is exact unless x c d overflows too.
bool scales_up(const Match& m) {
  if (!of_floats(m)) return false;
  int exponent = 0;
  const double c = m.number('c'), d = m.number('d'),
               largest = m.dtype() == Dtype::f32 ? std::numeric_limits<float>::max()
                                                 : std::numeric_limits<double>::max();
  return std::fabs(std::frexp(c, &exponent)) == 0.5 && std::fabs(c) >= 1 && std::fabs(d) >= 1 &&
         std::fabs(c * d) <= largest;
}

const Row rows[] = {
    // neutral elements
    {"x * 1", "multiply(x, 1)", exact, x_of},
    {"x / 1", "divide(x, 1)", exact, x_of},
    {"x / -1", "divide(x, -1)", exact, [](const Match& m) { return -m['x']; }},
    {"x + -0", "add(x, -0)", exact, x_of},
    {"x - 0", "subtract(x, 0)", exact, x_of},
    {"-0 - x", "subtract(-0, x)", exact, [](const Match& m) { return -m['x']; }, of_floats},
    {"integer x + 0", "add(x, 0)", exact, x_of, of_integers},
    {"integer x * 0", "multiply(x, 0)", exact, zeros_of, of_integers},
    {"integer x - x", "subtract(x, x)", exact, zeros_of, of_integers},
    {"integer 0 - x", "subtract(0, x)", exact, [](const Match& m) { return -m['x']; }, of_integers},
    // signs
    {"-(-x)", "negate(negate(x))", exact, x_of},
    {"-x * c", "multiply(negate(x), c)", exact, [](const Match& m) { return m['x'] * -m.number('c'); },
     of_floats},
    {"-(x * c)", "negate(multiply(x, c))", exact, [](const Match& m) { return m['x'] * -m.number('c'); },
     of_floats},
    {"-x / c", "divide(negate(x), c)", exact, [](const Match& m) { return m['x'] / -m.number('c'); }},
    {"c / -x", "divide(c, negate(x))", exact, [](const Match& m) { return -m.number('c') / m['x']; }},
    {"-x * y", "multiply(negate(x), y)", exact, [](const Match& m) { return -(m['x'] * m['y']); }},
    {"-x / y", "divide(negate(x), y)", exact, [](const Match& m) { return -(m['x'] / m['y']); }},
    {"x / -y", "divide(x, negate(y))", exact, [](const Match& m) { return -(m['x'] / m['y']); }},
    {"|-x|", "abs(negate(x))", exact, [](const Match& m) { return abs(m['x']); }},
    {"||x||", "abs(abs(x))", exact, [](const Match& m) { return abs(m['x']); }},
    {"(-x)^2", "square(negate(x))", exact, [](const Match& m) { return square(m['x']); }},
    {"|x|^2", "square(abs(x))", exact, [](const Match& m) { return square(m['x']); }, of_floats},
    {"|x^2|", "abs(square(x))", exact, [](const Match& m) { return square(m['x']); }, of_floats},
    {"-1 / x", "divide(-1, x)", exact, [](const Match& m) { return -reciprocal(m['x']); }},
    {"1 / -x", "reciprocal(negate(x))", exact, [](const Match& m) { return -reciprocal(m['x']); }},
    // division by a power of two is a product
    {"x / 2^k", "divide(x, c)", exact, [](const Match& m) { return m['x'] * (1 / m.number('c')); },
     has_exact_reciprocal},
    {"(x * 2^k) * d", "multiply(multiply(x, c), d)", exact,
     [](const Match& m) { return m['x'] * (m.number('c') * m.number('d')); }, scales_up},
    // roundings of what is round
    {"floor of floor", "floor(floor(x))", exact, [](const Match& m) { return floor(m['x']); }},
    {"ceil of ceil", "ceil(ceil(x))", exact, [](const Match& m) { return ceil(m['x']); }},
    {"trunc of trunc", "trunc(trunc(x))", exact, [](const Match& m) { return trunc(m['x']); }},
    {"relu of relu", "relu(relu(x))", exact, [](const Match& m) { return relu(m['x']); }},
    {"stop_gradient twice", "stop_gradient(stop_gradient(x))", exact,
     [](const Match& m) { return stop_gradient(m['x']); }},
};

}  // namespace

std::span<const Row> arithmetic() { return rows; }

}  // namespace wengert::rules
