// One spelling for each idea, so that the other rows and merging see only one. All exact.
#include <cmath>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

// A tensor of one repeated value (by bits). Empty tensors stay.
bool is_uniform(const Match& m) {
  const Tensor& value = m.attributes().get<Tensor>("value");
  return !value.shape.empty() && value.is_uniform();
}
Expr uniform_constant(const Match& m) {
  return broadcast_to(constant(m.graph(), m.attributes().get<Tensor>("value").element(0)), m.type().shape);
}

bool has_small_power(const Match& m) {
  const int64_t exponent = m.attributes().get<int64_t>("exponent");
  return exponent >= -1 && exponent <= 2;
}
Expr small_power(const Match& m) {
  switch (m.attributes().get<int64_t>("exponent")) {
    case 0: return ones(m.graph(), m.type());
    case 1: return m['x'];
    case 2: return m.make(ops::square, {m['x']});
    default: return reciprocal(m['x']);
  }
}

const Row rows[] = {
    {"x - c is x + (-c)", "subtract(x, c)", exact, [](const Match& m) { return m['x'] + -m.number('c'); },
     of_floats},
    {"x * -1 is -x", "multiply(x, -1)", exact, [](const Match& m) { return -m['x']; }},
    {"x * x is a square", "multiply(x, x)", exact,
     [](const Match& m) { return m.make(ops::square, {m['x']}); }},
    {"x + x is 2 x", "add(x, x)", exact, [](const Match& m) { return m['x'] * 2; }},
    {"1 / x is a reciprocal", "divide(1, x)", exact, [](const Match& m) { return reciprocal(m['x']); }},
    {"1 / sqrt(x) is rsqrt", "reciprocal(sqrt(x))", exact, [](const Match& m) { return rsqrt(m['x']); }},
    {"small integer powers", "integer_pow(x)", exact, small_power, has_small_power},
    {"x ** 0", "power(x, 0)", exact, [](const Match& m) { return ones(m.graph(), m.type()); }},
    {"x ** 1", "power(x, 1)", exact, [](const Match& m) { return m['x']; }},
    {"x + (-y) is x - y", "add(x, negate(y))", exact, [](const Match& m) { return m['x'] - m['y']; }},
    {"x - (-y) is x + y", "subtract(x, negate(y))", exact, [](const Match& m) { return m['x'] + m['y']; }},
    {"not equal", "bit_not(equal(x, y))", exact, [](const Match& m) { return m['x'] != m['y']; }},
    {"not not_equal", "bit_not(not_equal(x, y))", exact, [](const Match& m) { return m['x'] == m['y']; }},
    {"select by a negation", "select(bit_not(p), x, y)", exact,
     [](const Match& m) { return select(m['p'], m['y'], m['x']); }},
    {"a repeated literal is a broadcast scalar", "constant(...)", exact, uniform_constant, is_uniform},
};

}  // namespace

std::span<const Row> spelling() { return rows; }

}  // namespace wengert::rules
