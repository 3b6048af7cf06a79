// Losses and activations with their derivatives against closed forms, which are evaluated in long double:
// reverse and forward mode, second derivatives in all four mixes, by evaluator and by compiled kernel.
#include <cmath>
#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "frontend/compile.h"
#include "frontend/losses.h"
#include "ir/evaluate.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/reductions.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

using namespace wengert;

namespace {

using Real = long double;
using Closed = std::function<Real(Real)>;

const std::vector<double> points = {-30, -3.5, -1, -0.25, 0.125, 0.75, 2, 6, 30};

std::vector<Tensor> run(Program& program, const std::vector<Expr>& outputs,
                        const std::vector<Tensor>& arguments) {
  for (const Expr& e : outputs)
    program.outputs.push_back({fmt::format("o{}", program.outputs.size()), e.value()});
  const CompiledFunction compiled = jit(program);
  std::vector<Tensor> out = evaluate(compiled.program(), arguments).outputs;
  const std::vector<Tensor> native = compiled(arguments);
  for (size_t i = 0; i < out.size(); i++) CHECK(native[i].same_bits(out[i]));
  return out;
}

Expr reverse_mode(Expr y, Expr x) { return gradients({&y, 1}, {&x, 1})[0]; }
Expr forward_mode(Expr y, Expr x) {
  const Expr one = ones(x.graph(), x.type());
  return jvp({&y, 1}, {&x, 1}, {&one, 1})[0];
}

/// f, elementwise over the points, against its value and derivatives.
void compare(const char* what, const std::function<Expr(Expr)>& f, const Closed& value, const Closed& first,
             const Closed& second) {
  for (Dtype dtype : {f32, f64}) {
    CAPTURE(what);
    CAPTURE(name(dtype));
    Program program;
    const Expr x = program.graph->input("x", dtype, {Extent::symbol("N")});
    Tensor at(dtype, {static_cast<int64_t>(points.size())});
    for (size_t i = 0; i < points.size(); i++) at.set(static_cast<int64_t>(i), points[i]);
    const Expr y = f(x), r = reverse_mode(y, x), t = forward_mode(y, x);
    const auto out =
        run(program,
            {y, r, t, reverse_mode(r, x), reverse_mode(t, x), forward_mode(r, x), forward_mode(t, x)}, {at});
    const double relative = dtype == f32 ? 2e-6 : 4e-15;
    for (size_t i = 0; i < points.size(); i++) {
      CAPTURE(points[i]);
      const int64_t k = static_cast<int64_t>(i);
      const double wanted[] = {static_cast<double>(value(points[i])), static_cast<double>(first(points[i])),
                               static_cast<double>(second(points[i]))};
      for (size_t o = 0; o < out.size(); o++) {
        CAPTURE(o);
        const double w = wanted[o == 0 ? 0 : o < 3 ? 1 : 2];
        CHECK(std::fabs(out[o].at(k) - w) <= relative * std::fabs(w));
      }
    }
  }
}

Real sigma(Real x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("sigmoid: s, s (1 - s), s (1 - s) (1 - 2 s)") {
  compare(
      "sigmoid", [](Expr x) { return sigmoid(x); }, sigma, [](Real x) { return sigma(x) * sigma(-x); },
      [](Real x) { return sigma(x) * sigma(-x) * -std::tanh(x / 2); });
}

TEST_CASE("tanh: t, 1 - t², -2 t (1 - t²)") {
  const Closed slope = [](Real x) { return 1 / (std::cosh(x) * std::cosh(x)); };
  compare(
      "tanh", [](Expr x) { return tanh(x); }, [](Real x) { return std::tanh(x); }, slope,
      [&](Real x) { return -2 * std::tanh(x) * slope(x); });
}

TEST_CASE("ReLU and leaky ReLU") {
  const Closed none = [](Real) { return Real(0); };
  compare(
      "relu", [](Expr x) { return relu(x); }, [](Real x) { return x > 0 ? x : 0; },
      [](Real x) { return x > 0 ? 1 : 0; }, none);
  compare(
      "leaky relu", [](Expr x) { return leaky_relu(x, 0.125); }, [](Real x) { return x > 0 ? x : x / 8; },
      [](Real x) { return x > 0 ? 1 : Real(0.125); }, none);
}

TEST_CASE("squared loss ½ (p - t)²: p - t, 1; in the target with the other sign") {
  compare(
      "in the prediction", [](Expr x) { return squared_loss(x, 0.5); },
      [](Real x) { return (x - 0.5L) * (x - 0.5L) / 2; }, [](Real x) { return x - 0.5L; },
      [](Real) { return Real(1); });
  compare(
      "in the target", [](Expr x) { return squared_loss(0.5, x); },
      [](Real x) { return (x - 0.5L) * (x - 0.5L) / 2; }, [](Real x) { return x - 0.5L; },
      [](Real) { return Real(1); });
}

TEST_CASE("logistic loss log(1 + exp(-y s)): -y sigmoid(-y s), sigmoid(s) sigmoid(-s)") {
  for (double label : {-1.0, 1.0})
    compare(
        "logistic loss", [&](Expr s) { return logistic_loss(s, label); },
        [&](Real s) { return std::log1p(std::exp(-label * s)); },
        [&](Real s) { return -label * sigma(-label * s); }, [](Real s) { return sigma(s) * sigma(-s); });
}

TEST_CASE("mean squared error: 2 (p - t) / n") {
  Program program;
  const Expr p = program.graph->input("p", f64, {3}), t = program.graph->input("t", f64, {3});
  const Expr loss = mean_squared_error(p, t);
  const auto out = run(program, {loss, reverse_mode(loss, p), hessian(loss, p)},
                       {Tensor::vector({1, 2, 6}), Tensor::vector({1, 5, 0})});
  CHECK(out[0].at(0) == 15);
  CHECK(out[1] == Tensor::vector({0, -2, 4}));
  for (int i = 0; i < 9; i++) CHECK(out[2].at(i) == doctest::Approx(i % 4 == 0 ? 2.0 / 3 : 0).epsilon(1e-15));
}

TEST_CASE(
    "softmax: its Jacobian is diag(s) - s sᵀ; of logsumexp and the cross entropy the Hessian is the same") {
  const double at[] = {1, -2, 0.5, 3};
  Real s[4], total = 0;
  for (int i = 0; i < 4; i++) total += std::exp(Real(at[i]));
  for (int i = 0; i < 4; i++) s[i] = std::exp(Real(at[i])) / total;
  for (double shift : {0.0, 1000.0}) {  // exp alone overflows at 1000, where half an ulp is 6e-14
    CAPTURE(shift);
    Program program;
    const Expr x = program.graph->input("x", f64, {4}), v = program.graph->input("v", f64, {4}),
               label = program.graph->input("label", i64);
    const Expr y = softmax(x), l = logsumexp(x), c = cross_entropy(x, label);
    const std::vector<Tensor> arguments = {
        Tensor::vector({at[0] + shift, at[1] + shift, at[2] + shift, at[3] + shift}),
        Tensor::vector({1, 2, -1, 0.5}), Tensor::scalar(i64, 2)};
    const auto out = run(program,
                         {y, jacobian(y, x), jvp({&y, 1}, {&x, 1}, {&v, 1})[0], reverse_mode(l, x),
                          hessian(l, x), c, reverse_mode(c, x), hessian(c, x)},
                         arguments);
    const auto near = [shift](double got, Real wanted) {
      CHECK(std::fabs(got - static_cast<double>(wanted)) <= (shift == 0 ? 4e-15 : 6e-14));
    };
    Real moved = 0;
    for (int i = 0; i < 4; i++) moved += s[i] * static_cast<Real>(arguments[1].at(i));
    near(out[5].at(0), std::log(total) - Real(at[2]));
    for (int i = 0; i < 4; i++) {
      near(out[0].at(i), s[i]);
      near(out[2].at(i), s[i] * (static_cast<Real>(arguments[1].at(i)) - moved));
      near(out[3].at(i), s[i]);
      near(out[6].at(i), s[i] - (i == 2 ? 1 : 0));
      for (int j = 0; j < 4; j++)
        for (int o : {1, 4, 7})
          near(out[static_cast<size_t>(o)].at(4 * i + j), (i == j ? s[i] : 0) - s[i] * s[j]);
    }
  }
}
