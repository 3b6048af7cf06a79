// Forms that are nearer to the real value: no cancellation, no overflow on the way.
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

Expr x_of(const Match& m) { return m['x']; }

const Row rows[] = {
    // exponentials and logarithms near 0 and 1
    {"log(1 + x)", "log(add(x, 1))", stable, [](const Match& m) { return log1p(m['x']); }},
    {"log(1 - x)", "log(subtract(1, x))", stable, [](const Match& m) { return log1p(-m['x']); }},
    {"exp(x) - 1", "add(exponential(x), -1)", stable, [](const Match& m) { return expm1(m['x']); }},
    {"1 - exp(x)", "subtract(1, exponential(x))", stable, [](const Match& m) { return -expm1(m['x']); }},
    {"expm1(x) + 1", "add(exponential_minus_one(x), 1)", stable, [](const Match& m) { return exp(m['x']); }},
    {"log(exp(x))", "log(exponential(x))", stable, x_of},
    {"log1p(expm1(x))", "log_plus_one(exponential_minus_one(x))", stable, x_of},
    {"log1p(exp(x))", "log_plus_one(exponential(x))", stable,
     [](const Match& m) { return softplus(m['x']); }},
    {"log1p(-exp(x))", "log_plus_one(negate(exponential(x)))", stable,
     [](const Match& m) { return log1mexp(m['x']); }},
    {"log(-expm1(x))", "log(negate(exponential_minus_one(x)))", stable,
     [](const Match& m) { return log1mexp(m['x']); }},
    {"log(exp(x) + exp(y))", "log(add(exponential(x), exponential(y)))", stable,
     [](const Match& m) { return logaddexp(m['x'], m['y']); }},
    // the logistic function, also written by hand
    {"1/(1 + exp(-x))", "reciprocal(add(exponential(negate(x)), 1))", stable,
     [](const Match& m) { return logistic(m['x']); }},
    {"1/(1 + exp(x))", "reciprocal(add(exponential(x), 1))", stable,
     [](const Match& m) { return logistic(-m['x']); }},
    {"exp(x)/(1 + exp(x))", "divide(exponential(x), add(exponential(x), 1))", stable,
     [](const Match& m) { return logistic(m['x']); }},
    {"exp(x) logistic(-x)", "multiply(exponential(x), logistic(negate(x)))", stable,
     [](const Match& m) { return logistic(m['x']); }},
    {"exp(-x) logistic(x)", "multiply(exponential(negate(x)), logistic(x))", stable,
     [](const Match& m) { return logistic(-m['x']); }},
    {"exp(x) (y logistic(-x))", "multiply(exponential(x), multiply(y, logistic(negate(x))))", stable,
     [](const Match& m) { return m['y'] * logistic(m['x']); }},
    {"exp(-x) (y logistic(x))", "multiply(exponential(negate(x)), multiply(y, logistic(x)))", stable,
     [](const Match& m) { return m['y'] * logistic(-m['x']); }},
    {"1 - logistic(x)", "subtract(1, logistic(x))", stable, [](const Match& m) { return logistic(-m['x']); }},
    {"log(logistic(x))", "log(logistic(x))", stable, [](const Match& m) { return log_sigmoid(m['x']); }},
    // roots, powers
    {"sqrt(x^2)", "sqrt(square(x))", stable, [](const Match& m) { return abs(m['x']); }},
    {"x ** 2", "power(x, 2)", stable, [](const Match& m) { return square(m['x']); }},
    {"x ** -1", "power(x, -1)", stable, [](const Match& m) { return reciprocal(m['x']); }},
    // complements
    {"1 - erf(x)", "subtract(1, erf(x))", stable, [](const Match& m) { return erfc(m['x']); }},
    {"1 - erfc(x)", "subtract(1, erfc(x))", stable, [](const Match& m) { return erf(m['x']); }},
    {"1 - tanh(x)^2", "subtract(1, square(tanh(x)))", stable,
     [](const Match& m) { return square(reciprocal(cosh(m['x']))); }},
    {"1 - cos(x)", "subtract(1, cosine(x))", stable,
     [](const Match& m) { return square(sin(m['x'] * 0.5)) * 2.0; }},
};

}  // namespace

std::span<const Row> stable_forms() { return rows; }

}  // namespace wengert::rules
