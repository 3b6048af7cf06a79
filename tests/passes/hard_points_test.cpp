// Hard points that need a rewrite: what the default pipeline makes of them.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ir/evaluate.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"

using namespace wengert;

namespace {

// f and its derivative at x, after the pipeline.
struct Both {
  double value, derivative;
};
Both at(Expr (*f)(Expr), double x, bool stable = true) {
  Program program;
  const Expr input = program.graph->input("x", f64);
  const Expr y = f(input);
  program.outputs = {{"y", y.value()}, {"dy", gradients({{y}}, {{input}})[0].value()}};
  RunOptions options;
  options.stable = stable;
  const Tensor argument = Tensor::scalar(f64, x);
  const Evaluation out = evaluate(optimize(program, options), {{argument}});
  return {out.outputs[0].at(0), out.outputs[1].at(0)};
}

}  // namespace

TEST_CASE("log(1 + x) and exp(x) - 1 near 0") {
  CHECK(at([](Expr x) { return log(1 + x); }, 1e-20).value == 1e-20);
  CHECK(at([](Expr x) { return log(1 + x); }, 1e-17).value == 1e-17);
  CHECK(at([](Expr x) { return log(1 + x); }, 1e-20).derivative == 1);
  CHECK(at([](Expr x) { return log(1 + x); }, 1e-20, false).value == 0);
  CHECK(at([](Expr x) { return exp(x) - 1; }, 1e-20).value == 1e-20);
}

TEST_CASE("the logistic family, written by hand") {
  CHECK(at([](Expr x) { return log(1 + exp(x)); }, 800).value == 800);
  CHECK(at([](Expr x) { return log(1 / (1 + exp(-x))); }, -800).value == -800);
  CHECK(at([](Expr x) { return 1 - 1 / (1 + exp(-x)); }, 40).value ==
        doctest::Approx(4.248354255291589e-18).epsilon(1e-14));
  CHECK(at([](Expr x) { return log(1 - exp(x)); }, -1e-20).value ==
        doctest::Approx(-46.051701859880914).epsilon(1e-14));
}

TEST_CASE("(1 - cos x) / x^2 near 0") {
  CHECK(at([](Expr x) { return (1 - cos(x)) / (x * x); }, 1e-9).value == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(at([](Expr x) { return (1 - cos(x)) / (x * x); }, 1e-9, false).value == 0);
}

TEST_CASE("sqrt(x)^2 stays NaN below 0") {
  CHECK(std::isnan(at([](Expr x) { return sqrt(x) * sqrt(x); }, -1).value));
}

TEST_CASE("seeds of a jacobian are structural: what they don't reach, they don't poison") {
  Program program;
  const Expr x = program.graph->input("x", f64, {3}), a = program.graph->input("a", f64, {3, 3});
  program.outputs = {{"j", jacobian(matmul(a, x), x).value()}, {"e", jacobian(exp(matmul(a, x)), x).value()}};
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor point = Tensor::vector({0, 0, 0});
  const Tensor matrix = Tensor::of({3, 3}, {1, 2, -0.0, infinity, 5, 6, 7, 8, 9});
  const Program optimized = optimize(program);
  const Evaluation out = evaluate(optimized, {{point, matrix}});
  CHECK(out.outputs[0].same_bits(matrix));
  // nothing is contracted any more but a @ x itself
  int contractions = 0;
  for (uint32_t id = 0; id < optimized.graph->size(); id++)
    contractions += optimized.graph->node(id).op == &ops::dot_general;
  CHECK(contractions == 1);
}
