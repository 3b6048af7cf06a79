// A branch that is not taken leaves no NaN behind in either mode, whatever ops are in it.
#include <cmath>

#include <doctest/doctest.h>

#include "ir/evaluate.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

using namespace wengert;

namespace {

struct Point {
  Program program;
  Expr x = program.graph->input("x", Dtype::f64, {3});
  Tensor at(Expr y, std::initializer_list<double> values) {
    program.outputs = {{"y", y.value()}};
    return evaluate(program, std::vector{Tensor::vector(values)}).outputs[0];
  }
  Expr reversed() { return 2 - iota(*program.graph, Dtype::i64, {3}, 0); }
  Expr first() { return constant(*program.graph, Dtype::i64, int64_t{0}); }
};

using Branch = Expr (*)(Point&);

const std::pair<const char*, Branch> branches[] = {
    {"dot", [](Point& p) { return dot(log(p.x), p.x); }},
    {"prod", [](Point& p) { return prod(log(p.x)); }},
    {"logsumexp", [](Point& p) { return logsumexp(log(p.x)); }},
    {"max", [](Point& p) { return max(1 / p.x); }},
    {"norm", [](Point& p) { return norm(1 / p.x); }},
    {"softmax", [](Point& p) { return sum(softmax(log(p.x), 0) * log(p.x)); }},
    {"take", [](Point& p) { return take(1 / p.x, p.first()); }},
    {"scatter_add", [](Point& p) { return sum(scatter_add(p.x, p.first(), take(sqrt(p.x), p.first()))); }},
};

}  // namespace

TEST_CASE("a whole branch that is not taken") {
  for (const auto& [name, branch] : branches) {
    CAPTURE(name);
    Point p;
    const Expr y = select(sum(p.x) > 100, branch(p), 0.0);
    const Expr g = gradients({&y, 1}, {&p.x, 1})[0];
    for (int i = 0; i < 3; i++) CHECK(p.at(g, {0, 1, 2}).at(i) == 0);
    const Expr ones_ = ones(*p.program.graph, p.x.type());
    CHECK(p.at(jvp({&y, 1}, {&p.x, 1}, {&ones_, 1})[0], {0, 1, 2}).at(0) == 0);
  }
}

TEST_CASE("elements of a branch that is not taken") {
  Point p;
  const Expr picked = take(log(p.x), p.reversed()), where = take(p.x, p.reversed()) > 0;
  const Expr y = sum(select(where, picked, 0.0));
  const Tensor g = p.at(gradients({&y, 1}, {&p.x, 1})[0], {0, 1, 2});
  CHECK(g.at(0) == 0);
  CHECK(g.at(1) == 1);
  CHECK(g.at(2) == 0.5);
}

TEST_CASE("rows of a branch that is not taken") {
  Program program;
  const Expr x = program.graph->input("x", Dtype::f64, {2, 2});
  const Expr rows = prod(log(x), Axes{1});
  const Expr y = sum(select(min(x, Axes{1}) > 0, rows, 0.0));
  program.outputs = {{"g", gradients({&y, 1}, {&x, 1})[0].value()}};
  const Tensor at = Tensor::of({2, 2}, {0, 2, std::exp(1.0), std::exp(2.0)});
  const Tensor g = evaluate(program, std::vector{at}).outputs[0];
  CHECK(g.at(0) == 0);
  CHECK(g.at(1) == 0);
  CHECK(g.at(2) == doctest::Approx(2 / std::exp(1.0)));
  CHECK(g.at(3) == doctest::Approx(1 / std::exp(2.0)));
}

TEST_CASE("a branch that is taken keeps its derivatives, first and second") {
  Point p;
  const Expr y = select(sum(p.x) > 0, 0.5 * dot(log(p.x), log(p.x)), 0.0);
  const Expr g = gradients({&y, 1}, {&p.x, 1})[0];
  const Expr total = sum(g);
  const Tensor first = p.at(g, {1, 2, 4}), second = p.at(gradients({&total, 1}, {&p.x, 1})[0], {1, 2, 4});
  for (int i = 0; i < 3; i++) {
    const double x = std::pow(2.0, i);
    CHECK(first.at(i) == doctest::Approx(std::log(x) / x));
    CHECK(second.at(i) == doctest::Approx((1 - std::log(x)) / (x * x)));
  }
}
