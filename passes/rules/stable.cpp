// Forms that are nearer to the real value: no cancellation, no overflow on the way.
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using E = Exactness;

const Row rows[] = {
    {"log(1 + x)", "log(add(x, 1))", E::stable, [](const Match& m) { return log1p(m['x']); }},
    {"exp(x) - 1", "add(exponential(x), -1)", E::stable, [](const Match& m) { return expm1(m['x']); }},
    {"1 - exp(x)", "subtract(1, exponential(x))", E::stable, [](const Match& m) { return -expm1(m['x']); }},
    {"log(exp(x))", "log(exponential(x))", E::stable, [](const Match& m) { return m['x']; }},
    {"log1p(expm1(x))", "log_plus_one(exponential_minus_one(x))", E::stable,
     [](const Match& m) { return m['x']; }},
    {"sqrt(x^2)", "sqrt(square(x))", E::stable, [](const Match& m) { return abs(m['x']); }},
    {"log of a sum of exponentials", "log(reduce_sum(exponential(x)))", E::stable,
     [](const Match& m) { return logsumexp(m['x'], m.attributes(1).axes()); }},
    {"square of a norm", "square(norm(x))", E::stable,
     [](const Match& m) { return sum(square(m['x']), m.attributes(1).axes()); }},
    // (1 - cos x)/x^2 keeps its digits near 0
    {"1 - cos(x)", "subtract(1, cosine(x))", E::stable,
     [](const Match& m) { return square(sin(m['x'] * 0.5)) * 2.0; }},
};

}  // namespace

std::span<const Row> stable() { return rows; }

}  // namespace wengert::rules
