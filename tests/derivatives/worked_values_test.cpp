// Numbers worked by hand in the texts we follow: derivatives of small functions, by evaluator and kernel.
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "ir/evaluate.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

using namespace wengert;

namespace {

/// A program under construction, with its arguments.
struct Trial {
  Program program;
  std::vector<Tensor> arguments;
  Expr input(const char* name, Tensor value) {
    Shape shape(value.shape.begin(), value.shape.end());
    Expr x = program.graph->input(name, value.dtype, shape);
    arguments.push_back(std::move(value));
    return x;
  }
  Expr scalar(const char* name, double value) { return input(name, Tensor::scalar(f64, value)); }
  /// By the evaluator; the kernel gives the same but for roundings that the passes may change.
  Tensor value(Expr e) {
    program.outputs = {{"y", e.value()}};
    const Tensor out = evaluate(program, arguments).outputs[0];
    const Tensor compiled = jit(program)(arguments)[0];
    REQUIRE(compiled.shape == out.shape);
    for (int64_t i = 0; i < out.count(); i++) {
      const double a = out.at(i), b = compiled.at(i);
      CHECK((a == b || std::abs(a - b) <= 1e-14 * std::abs(a) || (std::isnan(a) && std::isnan(b))));
    }
    return out;
  }
  double number(Expr e) { return value(e).at(0); }
};

std::vector<Expr> grad(Expr y, std::vector<Expr> xs) { return gradients({&y, 1}, xs); }
Expr along(Expr y, std::vector<Expr> xs, std::vector<Expr> ts) { return jvp({&y, 1}, xs, ts)[0]; }

}  // namespace

TEST_CASE("x^2 y + y + 2 at (3, 4)") {
  Trial t;
  const Expr x = t.scalar("x", 3), y = t.scalar("y", 4);
  const Expr f = x * x * y + y + 2;
  CHECK(t.number(f) == 42);
  const std::vector<Expr> g = grad(f, {x, y});
  CHECK(t.number(g[0]) == 24);
  CHECK(t.number(g[1]) == 10);
  CHECK(t.number(grad(g[0], {x, y})[0]) == 8);
  CHECK(t.number(grad(g[0], {x, y})[1]) == 6);
  CHECK(t.number(grad(g[1], {x, y})[0]) == 6);
  CHECK(t.number(grad(g[1], {x, y})[1]) == 0);
}

TEST_CASE("dual numbers: (3 + 4e)(5 + 7e) = 15 + 41e") {
  Trial t;
  const Expr a = t.scalar("a", 3), b = t.scalar("b", 5);
  const Expr f = a * b, four = constant(*t.program.graph, f64, 4.0),
             seven = constant(*t.program.graph, f64, 7.0);
  CHECK(t.number(f) == 15);
  CHECK(t.number(along(f, {a, b}, {four, seven})) == 41);
}

TEST_CASE("gradient descent on w^2 - 2w + 5 reaches w = 1, J = 4") {
  Trial t;
  const Expr w = t.scalar("w", 0);
  const Expr loss = w * w - 2.0 * w + 5.0;
  t.program.outputs = {{"J", loss.value()}, {"next", (w - 0.1 * grad(loss, {w})[0]).value()}};
  const CompiledFunction kernel = jit(t.program);
  for (const bool compiled : {false, true}) {
    auto outputs = [&] { return compiled ? kernel(t.arguments) : evaluate(t.program, t.arguments).outputs; };
    t.arguments[0] = Tensor::scalar(f64, 0);
    for (int i = 0; i < 200; i++) t.arguments[0] = outputs()[1];
    CHECK(t.arguments[0].at(0) == doctest::Approx(1).epsilon(1e-12));
    CHECK(outputs()[0].at(0) == doctest::Approx(4).epsilon(1e-12));
  }
}

TEST_CASE("3x + 2 and 5x^2 + 4x + 1") {
  for (double at : {4.0, 5.0}) {
    Trial t;
    const Expr x = t.scalar("x", at);
    const Expr f = 3.0 * x + 2.0;
    CHECK(t.number(f) == 3 * at + 2);
    CHECK(t.number(grad(f, {x})[0]) == 3);
  }
  Trial t;
  const Expr x = t.scalar("x", 2);
  const Expr f = 5.0 * x * x + 4.0 * x + 1.0;
  CHECK(t.number(f) == 29);
  CHECK(t.number(grad(f, {x})[0]) == 24);
}

TEST_CASE("ln x1 + x1 x2 - sin x2 at (2, 5), forward and reverse") {
  Trial t;
  const Expr x1 = t.scalar("x1", 2), x2 = t.scalar("x2", 5);
  const Expr f = log(x1) + x1 * x2 - sin(x2);
  const Expr one = constant(*t.program.graph, f64, 1.0), zero = constant(*t.program.graph, f64, 0.0);
  CHECK(t.number(f) == doctest::Approx(11.652071455223084).epsilon(1e-15));
  CHECK(t.number(grad(f, {x1, x2})[0]) == doctest::Approx(5.5).epsilon(1e-15));
  CHECK(t.number(grad(f, {x1, x2})[1]) == doctest::Approx(1.7163378145367738).epsilon(1e-15));
  CHECK(t.number(along(f, {x1, x2}, {one, zero})) == doctest::Approx(5.5).epsilon(1e-15));
  CHECK(t.number(along(f, {x1, x2}, {zero, one})) == doctest::Approx(1.7163378145367738).epsilon(1e-15));
}

TEST_CASE("(w·x - y)^2 + lambda w·w, with its intermediate nodes") {
  Trial t;
  const Expr x = t.input("x", Tensor::vector({1, 2})), w = t.input("w", Tensor::vector({3, 4}));
  const Expr y = t.scalar("y", 0), lambda = t.scalar("lambda", 5);
  const Expr a = dot(w, x), b = a - y, c = b * b, d = dot(w, w), e = lambda * d, loss = c + e;
  CHECK(t.number(a) == 11);
  CHECK(t.number(b) == 11);
  CHECK(t.number(c) == 121);
  CHECK(t.number(d) == 25);
  CHECK(t.number(e) == 125);
  CHECK(t.number(loss) == 246);
  CHECK(t.value(grad(loss, {w})[0]) == Tensor::vector({52, 84}));
  const Expr e1 = constant(*t.program.graph, Tensor::vector({1, 0})),
             e2 = constant(*t.program.graph, Tensor::vector({0, 1}));
  CHECK(t.number(along(loss, {w}, {e1})) == 52);
  CHECK(t.number(along(loss, {w}, {e2})) == 84);
}

TEST_CASE("x^2 + xy at (2, 3)") {
  Trial t;
  const Expr x = t.scalar("x", 2), y = t.scalar("y", 3);
  const Expr f = x * x + x * y;
  const Expr one = constant(*t.program.graph, f64, 1.0), zero = constant(*t.program.graph, f64, 0.0);
  CHECK(t.number(f) == 10);
  CHECK(t.number(grad(f, {x, y})[0]) == 7);
  CHECK(t.number(grad(f, {x, y})[1]) == 2);
  CHECK(t.number(along(f, {x, y}, {one, zero})) == 7);
  CHECK(t.number(along(f, {x, y}, {zero, one})) == 2);
}

TEST_CASE("ln(t)(t + x1), t = x1 + 2 x2 at (2, 3)") {
  Trial t;
  const Expr x1 = t.scalar("x1", 2), x2 = t.scalar("x2", 3);
  const Expr s = x1 + 2.0 * x2;
  const Expr f = log(s) * (s + x1);
  CHECK(t.number(f) == doctest::Approx(20.79441541679836).epsilon(1e-15));
  CHECK(t.number(grad(f, {x1, x2})[0]) == doctest::Approx(5.4088830833596715).epsilon(1e-15));
  CHECK(t.number(grad(f, {x1, x2})[1]) == doctest::Approx(6.6588830833596715).epsilon(1e-15));
}

TEST_CASE("mul(x, x): bprop gives x for both operands and the driver adds them") {
  Trial t;
  const Expr x = t.scalar("x", 7);
  const Expr y = x * x;
  const std::vector<Expr> partials = ops::multiply.partials(std::vector<Expr>{x, x}, y, {});
  CHECK(partials[0].same(x));
  CHECK(partials[1].same(x));
  CHECK(t.number(grad(y, {x})[0]) == 14);
}

TEST_CASE("60 doublings of the paths: nodes grow with edges") {
  Trial t;
  const Expr x = t.scalar("x", 0.001);
  Expr y = x;
  for (int i = 0; i < 60; i++) y = y * y + y;
  const uint32_t primal = t.program.graph->size();
  const Expr first = grad(y, {x})[0];
  const uint32_t with_first = t.program.graph->size();
  const Expr second = grad(first, {x})[0];
  const Expr third = grad(second, {x})[0];
  CHECK(with_first < 6 * primal);
  CHECK(t.program.graph->size() < 200 * primal);
  // The same in plain arithmetic: coefficients of the Taylor series to third order.
  std::array<double, 4> c{0.001, 1, 0, 0};
  for (int i = 0; i < 60; i++) {
    std::array<double, 4> next = c;
    for (int k = 0; k < 4; k++)
      for (int j = 0; j <= k; j++) next[k] += c[j] * c[k - j];
    c = next;
  }
  REQUIRE(c[3] > 1);
  CHECK(t.number(y) == doctest::Approx(c[0]).epsilon(1e-12));
  CHECK(t.number(first) == doctest::Approx(c[1]).epsilon(1e-12));
  CHECK(t.number(second) == doctest::Approx(2 * c[2]).epsilon(1e-12));
  CHECK(t.number(third) == doctest::Approx(6 * c[3]).epsilon(1e-12));
}

TEST_CASE("half log(x)^2 at 1: f' = 0, f'' = 1; sqrt(x)^2 at 0 has no finite slope") {
  Trial t;
  const Expr x = t.scalar("x", 1);
  const Expr l = log(x);
  const Expr f = 0.5 * (l * l);
  const Expr slope = grad(f, {x})[0];
  CHECK(t.number(slope) == 0);
  CHECK(t.number(grad(slope, {x})[0]) == 1);
  Trial at_zero;
  const Expr z = at_zero.scalar("z", 0);
  const Expr root = sqrt(z);
  CHECK(std::isnan(at_zero.number(grad(root * root, {z})[0])));
}

TEST_CASE("where guards the branch not taken, in every nesting") {
  Trial t;
  const Expr x = t.scalar("x", 0);
  const Expr f = where(x > 0.0, log(x), 0.0), h = where(x > 0.0, sqrt(x), 0.0);
  for (const Expr& y : {f, h}) {
    CHECK(t.number(y) == 0);
    const Expr g = grad(y, {x})[0];
    CHECK(t.number(g) == 0);
    CHECK(t.number(grad(g, {x})[0]) == 0);
    const Expr one = constant(*t.program.graph, f64, 1.0);
    CHECK(t.number(along(y, {x}, {one})) == 0);
    CHECK(t.number(along(g, {x}, {one})) == 0);
    CHECK(t.number(grad(along(y, {x}, {one}), {x})[0]) == 0);
  }
}

TEST_CASE("min shields a pole") {
  Trial t;
  const Expr x = t.scalar("x", 0);
  const Expr f = minimum(1.0, 1.0 / x);
  CHECK(t.number(f) == 1);
  CHECK(t.number(grad(f, {x})[0]) == 0);
}

TEST_CASE("a guard travels through a norm") {
  Trial t;
  const Expr v = t.input("v", Tensor::vector({0, 0}));
  const Expr n = sqrt(sum(v * v));
  const Expr f = where(n > 0.0, cos(n), 1.0);
  CHECK(t.value(grad(f, {v})[0]) == Tensor::vector({0, 0}));
}

TEST_CASE("hvp(f, w, w) is H·w") {
  Trial t;
  const Expr w = t.input("w", Tensor::vector({1, 2}));
  const Expr f = sum(w * w * w);
  CHECK(t.value(hvp(f, w, w)) == Tensor::vector({6, 24}));
}

TEST_CASE("jacobian and hessian, through a structural identity") {
  Trial t;
  const Expr x = t.input("x", Tensor::vector({0, 1, 4}));
  const Expr y = sqrt(x);
  const Tensor j = t.value(jacobian(y, x));
  CHECK(j.shape == std::vector<int64_t>{3, 3});
  CHECK(j.at(0) == INFINITY);
  for (int i : {1, 2, 3, 5, 6, 7}) CHECK(j.at(i) == 0);  // not NaN: the identity's zeros are structural
  CHECK(j.at(8) == 0.25);
}

TEST_CASE("the gradient of a broadcast sums a factor of the contraction, not its result") {
  Trial t;
  const Expr x = t.input("x", Tensor::of({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Expr shift = t.input("shift", Tensor::vector({1, 1, 2}));
  const Expr w = t.input("w", Tensor::of({3, 2}, {1, 2, 3, 4, 5, 6}));
  const Expr v = t.input("v", Tensor::of({2, 2}, {1, 2, 3, 4}));
  const Expr centred = x - broadcast_to(shift, x.shape());
  const Expr f = sum(einsum("ji,nj->in", w, centred) * v);
  const Expr g = grad(f, {shift})[0];
  CHECK(t.value(g) == Tensor::vector({-17, -37, -57}));
  // -w · (sums of v): the contraction is of a matrix and a vector.
  CHECK(&g.op() == &ops::negate);
  const Expr product(g.graph(), g.graph().inputs(g.value().node)[0]);
  CHECK(&product.op() == &ops::dot_general);
}
