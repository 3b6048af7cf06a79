// Steps of the optimisers against steps taken by hand, in the evaluator and compiled; and minima they reach.
#include <cmath>
#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "frontend/compile.h"
#include "frontend/optimizers.h"
#include "ir/evaluate.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"

using namespace wengert;

namespace {

/// The new parameter and state from the parameter, gradient, two states and the number of the step.
using Update = std::function<std::vector<Expr>(Expr p, Expr g, Expr a, Expr b, Expr step)>;

const Update descend = [](Expr p, Expr g, Expr, Expr, Expr) {
  return std::vector{gradient_descent(p, g, 0.25)};
};
const Update with_momentum = [](Expr p, Expr g, Expr a, Expr, Expr) {
  const VelocityStep s = momentum(p, g, a, 0.25, 0.5);
  return std::vector{s.parameter, s.velocity};
};
const Update with_nesterov = [](Expr p, Expr g, Expr a, Expr, Expr) {
  const VelocityStep s = nesterov(p, g, a, 0.25, 0.5);
  return std::vector{s.parameter, s.velocity};
};
const Update with_adagrad = [](Expr p, Expr g, Expr a, Expr, Expr) {
  const AdagradStep s = adagrad(p, g, a, 0.5, 1.0);
  return std::vector{s.parameter, s.squares};
};
const Update with_adam = [](Expr p, Expr g, Expr a, Expr b, Expr step) {
  const AdamStep s = adam(p, g, a, b, step, 0.5, 0.5, 0.75, 0.0);
  return std::vector{s.parameter, s.first, s.second};
};

/// One step from parameter p, gradient g and states a, b (vectors of two), by the evaluator and by a kernel.
std::vector<Tensor> step(const Update& update, Dtype dtype, Tensor p, Tensor g, Tensor a, Tensor b,
                         double t) {
  Program program;
  std::vector<Expr> in;
  std::vector<Tensor> arguments;
  for (auto& [name, value] : {std::pair{"p", p}, {"g", g}, {"a", a}, {"b", b}}) {
    in.push_back(program.graph->input(name, dtype, {2}));
    arguments.emplace_back(dtype, std::vector<int64_t>{2});
    for (int i = 0; i < 2; i++) arguments.back().set(i, value.at(i));
  }
  in.push_back(program.graph->input("t", f64));
  arguments.push_back(Tensor::scalar(f64, t));
  for (const Expr& e : update(in[0], in[1], in[2], in[3], in[4])) {
    CHECK(e.type() == in[0].type());
    program.outputs.push_back({fmt::format("o{}", program.outputs.size()), e.value()});
  }
  const CompiledFunction compiled = jit(program);
  std::vector<Tensor> out = evaluate(compiled.program(), arguments).outputs;
  const std::vector<Tensor> native = compiled(arguments);
  for (size_t i = 0; i < out.size(); i++) CHECK(native[i].same_bits(out[i]));
  return out;
}

// An epsilon of 0 wants the value itself.
void check(const Tensor& got, double first, double second, double epsilon = 0) {
  const double wanted[] = {first, second};
  for (int i = 0; i < 2; i++) CHECK(std::fabs(got.at(i) - wanted[i]) <= epsilon * std::fabs(wanted[i]));
}

const Tensor zeros2 = Tensor::vector({0, 0});

}  // namespace

TEST_CASE("gradient descent: p - rate g") {
  for (Dtype dtype : {f32, f64})
    check(step(descend, dtype, Tensor::vector({1, -2}), Tensor::vector({4, 2}), zeros2, zeros2, 1)[0], 0,
          -2.5);
}

TEST_CASE("momentum: the velocity keeps half and takes -rate g") {
  for (Dtype dtype : {f32, f64}) {
    // v = 0.5·{2, 0} - 0.25·{4, 2} = {0, -0.5}
    const auto out = step(with_momentum, dtype, Tensor::vector({1, -2}), Tensor::vector({4, 2}),
                          Tensor::vector({2, 0}), zeros2, 1);
    check(out[0], 1, -2.5);
    check(out[1], 0, -0.5);
  }
}

TEST_CASE("Nesterov: the parameter is where the next velocity will carry it") {
  for (Dtype dtype : {f32, f64}) {
    // v = {0, -0.5}; p + 0.5 v - {1, 0.5} = {0, -2.75}
    const auto out = step(with_nesterov, dtype, Tensor::vector({1, -2}), Tensor::vector({4, 2}),
                          Tensor::vector({2, 0}), zeros2, 1);
    check(out[0], 0, -2.75);
    check(out[1], 0, -0.5);
  }
}

TEST_CASE("Nesterov at the shifted point is Nesterov with the look-ahead gradient") {
  // theta' = theta + v', v' = mu v - rate f'(theta + mu v), f = theta²/2, whose shifted point is theta + mu
  // v.
  double theta = 3, v = 0;
  Tensor p = Tensor::vector({3, 3}), velocity = zeros2;
  for (int i = 0; i < 5; i++) {
    CHECK(p.at(0) == doctest::Approx(theta + 0.5 * v).epsilon(1e-15));
    const auto out = step(with_nesterov, f64, p, p, velocity, zeros2, 1);
    p = out[0], velocity = out[1];
    v = 0.5 * v - 0.25 * (theta + 0.5 * v);
    theta += v;
  }
}

TEST_CASE("Adagrad: rate g / (root of the sum of squares + epsilon)") {
  for (Dtype dtype : {f32, f64}) {
    // s = {9, 0} + {16, 4} = {25, 4}; 0.5·{4, 2} / ({5, 2} + 1)
    const auto out = step(with_adagrad, dtype, Tensor::vector({1, 1}), Tensor::vector({4, 2}),
                          Tensor::vector({9, 0}), zeros2, 1);
    check(out[0], 1 - 2.0 / 6, 1 - 1.0 / 3, dtype == f32 ? 1e-7 : 1e-15);
    check(out[1], 25, 4);
  }
}

TEST_CASE("Adam: the first step is of length rate, the second weighs both gradients") {
  for (Dtype dtype : {f32, f64}) {
    const double epsilon = dtype == f32 ? 3e-7 : 3e-15;
    // m = g/2, v = g²/4; m/(1 - 1/2) = g, v/(1 - 3/4) = g²: the sign of g
    const auto first =
        step(with_adam, dtype, Tensor::vector({1, 1}), Tensor::vector({4, -2}), zeros2, zeros2, 1);
    check(first[0], 0.5, 1.5, epsilon);
    check(first[1], 2, -1, epsilon);
    check(first[2], 4, 1, epsilon);
    // g = {0, 6}: m = {1, 2.5}, v = {3, 9.75}; over 3/4 and 7/16
    const auto second = step(with_adam, dtype, first[0], Tensor::vector({0, 6}), first[1], first[2], 2);
    check(second[1], 1, 2.5, epsilon);
    check(second[2], 3, 9.75, epsilon);
    check(second[0], 0.5 - 0.5 * (1 / 0.75) / std::sqrt(3 / 0.4375),
          1.5 - 0.5 * (2.5 / 0.75) / std::sqrt(9.75 / 0.4375), epsilon);
  }
}

TEST_CASE("Adam in f32 keeps the digits of 1 - beta2") {
  const Update usual = [](Expr p, Expr g, Expr a, Expr b, Expr t) {
    return std::vector{adam(p, g, a, b, t, 1.0).parameter};
  };
  check(step(usual, f32, zeros2, Tensor::vector({0.5, -0.25}), zeros2, zeros2, 1)[0], -1, 1, 3e-7);
}

TEST_CASE("every optimiser descends a bowl") {
  // At a constant rate Adam ends within about that of the minimum.
  const Update patient_adam = [](Expr p, Expr g, Expr a, Expr b, Expr t) {
    const AdamStep s = adam(p, g, a, b, t, 0.01);
    return std::vector{s.parameter, s.first, s.second};
  };
  for (const Update& update : {descend, with_momentum, with_nesterov, with_adagrad, patient_adam}) {
    Program program;
    Graph& g = *program.graph;
    const Expr p = g.input("p", f64, {2}), a = g.input("a", f64, {2}), b = g.input("b", f64, {2}),
               t = g.input("t", f64);
    const Expr loss = sum(square(p - 3.0));
    program.outputs.push_back({"loss", loss.value()});
    for (const Expr& e : update(p, gradients({&loss, 1}, {&p, 1})[0], a, b, t))
      program.outputs.push_back({fmt::format("o{}", program.outputs.size()), e.value()});
    const CompiledFunction f = jit(program);
    std::vector<Tensor> arguments = {Tensor::vector({1, 7}), zeros2, zeros2, Tensor::scalar(f64, 1)};
    for (int i = 1; i <= 2000; i++) {
      arguments[3].set(0, i);
      std::vector<Tensor> out = f(arguments);
      for (size_t k = 1; k < out.size(); k++) arguments[k - 1] = std::move(out[k]);
    }
    CHECK(arguments[0].at(0) == doctest::Approx(3).epsilon(1e-3));
    CHECK(arguments[0].at(1) == doctest::Approx(3).epsilon(1e-3));
  }
}

TEST_CASE("a rate that is an input of the kernel") {
  Program program;
  const Expr p = program.graph->input("p", f32, {2}), g = program.graph->input("g", f32, {2}),
             rate = program.graph->input("rate", f64);
  program.outputs = {{"p", gradient_descent(p, g, rate).value()}};
  const Tensor p_value = [] {
    Tensor t(f32, {2});
    t.set(0, 1);
    return t;
  }();
  const Tensor out = evaluate(program, std::vector{p_value, p_value, Tensor::scalar(f64, 0.5)}).outputs[0];
  CHECK(out.dtype == f32);
  CHECK(out.at(0) == 0.5);
}

TEST_CASE("a state of another type is refused") {
  Graph g;
  const Expr p = g.input("p", f64, {2}), scalar = g.input("s", f64), narrow = g.input("n", f32, {2}),
             whole = g.input("i", i64, {2});
  CHECK_THROWS_WITH_AS(
      momentum(p, p, scalar, 0.1),
      doctest::Contains("momentum: the parameter is f64[2], so the gradient and the state must be, not f64"),
      Error);
  CHECK_THROWS_WITH_AS(gradient_descent(p, narrow, 0.1), doctest::Contains("not f32[2]"), Error);
  CHECK_THROWS_WITH_AS(gradient_descent(whole, whole, 0.1),
                       doctest::Contains("the parameter is i64[2], not of floats"), Error);
  CHECK_THROWS_WITH_AS(adam(p, p, p, p, p, 0.1), doctest::Contains("adam: the step is f64[2], not a scalar"),
                       Error);
}
