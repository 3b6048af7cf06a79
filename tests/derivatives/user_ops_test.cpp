// Ops that a user registers from outside the library: a scalar one with a body and a gradient rule of its
// own, and a layer made of other nodes whose backward is written by hand. Each is checked against
// differences.
#include <cmath>

#include <doctest/doctest.h>

#include "frontend/check.h"
#include "frontend/compile.h"
#include "ir/evaluate.h"
#include "ir/math/functions.h"
#include "ir/ops/build.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/registry.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

using namespace wengert;

namespace {

int backward_calls = 0;

/// log(1 + x), by the logarithm of the rounded sum and a correction for what rounding lost.
const Op user_log1p{
    .name = "user_log1p",
    .summary = "log(1 + x)",
    .type = build::same_float_type,
    .body =
        [](Arithmetic& m, std::span<const Num> in, const Attributes&) {
          const Num x = in[0], u = 1.0 + x;
          return m.select(u == 1.0, x, math::log(m, u) * (x / (u - 1.0)));
        },
    // As registered in TensorFlow: grad * inv(1 + x).
    .bprop = [](const Pull& pull) -> std::vector<Cotangent> {
      backward_calls++;
      return {{pull.cotangents[0] * reciprocal(1.0 + pull.inputs[0]), {}}};
    },
    .jvp = [](const Push& push) -> std::vector<Cotangent> {
      return {{push.tangents[0] * reciprocal(1.0 + push.inputs[0]), {}}};
    },
    .samples = {{-0.9, 5}},
};

/// x W + b for x [N, I], W [I, O], b [O].
std::vector<Type> linear_type(const Call& call) {
  for (int i = 0; i < 3; i++)
    call.require(is_float(call[i].dtype) && call[i].dtype == call[0].dtype, "wants floats of one dtype");
  call.require(call[0].rank() == 2 && call[1].rank() == 2 && call[2].rank() == 1,
               "wants x[N, I], W[I, O], b[O]");
  call.require(call[0].shape[1] == call[1].shape[0] && call[1].shape[1] == call[2].shape[0],
               "the extents do not fit");
  return {{call[0].dtype, {call[0].shape[0], call[1].shape[1]}}};
}

/// `right` false: the mistake that is easily made, a mean over the batch instead of its sum.
Op linear_layer(std::string_view name, bool right) {
  return {
      .name = name,
      .summary = "x W + b",
      .kind = Kind::composite,
      .arity = 3,
      .type = linear_type,
      .expand = [](std::span<const Expr> in,
                   const Attributes&) { return std::vector<Expr>{matmul(in[0], in[1]) + in[2]}; },
      .bprop = [right](const Pull& pull) -> std::vector<Cotangent> {
        backward_calls++;
        const Expr g = pull.cotangents[0];
        const Expr of_bias = right ? sum(g, Axes{0}) : mean(g, Axes{0});
        return {{matmul(g, transpose(pull.inputs[1])), {}},
                {matmul(transpose(pull.inputs[0]), g), {}},
                {of_bias, {}}};
      },
  };
}
const Op user_linear = linear_layer("user_linear", true),
         user_linear_wrong = linear_layer("user_linear_wrong", false);

Expr reverse_mode(Expr y, Expr x) { return gradients({&y, 1}, {&x, 1})[0]; }

Program layer_program(const Op& op) {
  Program program;
  const Extent N = Extent::symbol("N");
  const Expr x = program.graph->input("x", f64, {N, 3}), W = program.graph->input("W", f64, {3, 2}),
             b = program.graph->input("b", f64, {2});
  program.outputs = {{"y", tanh(program.graph->make(op, {x, W, b})).value()}};
  return program;
}

const std::vector<Tensor> layer_arguments = {
    Tensor::of({4, 3}, {1, -2, .5, .25, .75, -1, 0, 1, 2, -.5, .125, 1}),
    Tensor::of({3, 2}, {.5, -.25, 1, .75, -.5, .125}), Tensor::vector({.25, -1})};

}  // namespace

TEST_CASE(
    "a user's log1p: value, its own gradient rule, second order, forward, compiled, printed and parsed") {
  register_op(user_log1p);
  Program program;
  const Expr x = program.graph->input("x", f64, {Extent::symbol("N")});
  const Expr y = program.graph->make(user_log1p, {x});
  backward_calls = 0;
  const Expr slope = reverse_mode(y, x);
  CHECK(backward_calls == 1);
  const Expr one = x * 0.0 + 1.0;
  program.outputs = {{"y", y.value()},
                     {"slope", slope.value()},
                     {"curve", reverse_mode(slope, x).value()},
                     {"tangent", jvp({&y, 1}, {&x, 1}, {&one, 1})[0].value()}};
  const Tensor at = Tensor::vector({-0.75, -1e-3, 0, 1e-17, 1e-9, 0.5, 3, 1e10});
  const CompiledFunction compiled = jit(program);
  const std::vector<Tensor> out = evaluate(compiled.program(), std::vector{at}).outputs,
                            native = compiled(std::vector{at});
  for (size_t k = 0; k < out.size(); k++) CHECK(native[k].same_bits(out[k]));
  for (int64_t i = 0; i < at.count(); i++) {
    const double v = at.at(i), r = 1 / (1 + v);
    CHECK(out[0].at(i) == doctest::Approx(std::log1p(v)).epsilon(1e-15));
    CHECK(out[1].at(i) == doctest::Approx(r).epsilon(1e-15));
    CHECK(out[2].at(i) == doctest::Approx(-r * r).epsilon(1e-15));
    CHECK(out[3].at(i) == doctest::Approx(r).epsilon(1e-15));
  }
  CHECK(out[0].at(3) == 1e-17);
  const std::string printed = print(program);
  CHECK(printed.find("user_log1p") != std::string::npos);
  CHECK(print(parse(printed)) == printed);
}

TEST_CASE("the gradient checker passes a user's log1p") {
  Program program;
  const Expr x = program.graph->input("x", f64, {3});
  program.outputs = {{"y", program.graph->make(user_log1p, {x}).value()}};
  for (const CheckRow& row : check_derivatives(program, std::vector{Tensor::vector({-0.5, 0.25, 4})})) {
    CAPTURE(row.what);
    CAPTURE(row.note);
    CHECK(row.verdict == Verdict::right);
  }
}

TEST_CASE("a user's linear layer with a backward of its own, checked by the gradient checker") {
  register_op(user_linear);
  backward_calls = 0;
  for (const CheckRow& row : check_derivatives(layer_program(user_linear), layer_arguments)) {
    CAPTURE(row.what);
    CAPTURE(row.note);
    CHECK(row.verdict == Verdict::right);
    CHECK(row.compared > 0);
  }
  CHECK(backward_calls > 0);
}

TEST_CASE("the gradient checker finds a wrong backward, and only in the operand that has it") {
  bool found = false;
  for (const CheckRow& row : check_derivatives(layer_program(user_linear_wrong), layer_arguments)) {
    CAPTURE(row.what);
    if (row.what == "gradient in b") {
      found = true;
      CHECK(row.verdict == Verdict::wrong);
    }
    if (row.what == "gradient in x" || row.what == "gradient in W") CHECK(row.verdict == Verdict::right);
  }
  CHECK(found);
}

TEST_CASE("the layer's derivatives are those of x W + b, compiled as well") {
  const auto outputs = [](const std::function<Expr(Expr, Expr, Expr)>& layer) {
    Program program;
    const Expr x = program.graph->input("x", f64, {Extent::symbol("N"), 3}),
               W = program.graph->input("W", f64, {3, 2}), b = program.graph->input("b", f64, {2});
    const Expr y = sum(tanh(layer(x, W, b)));
    program.outputs = {{"y", y.value()}};
    for (const Expr& e : {x, W, b})
      program.outputs.push_back({"d" + program.graph->input_name(e.value()), reverse_mode(y, e).value()});
    program.outputs.push_back({"Hv", hvp(y, W, W).value()});
    const CompiledFunction compiled = jit(program);
    const std::vector<Tensor> native = compiled(layer_arguments),
                              by_evaluator = evaluate(compiled.program(), layer_arguments).outputs;
    for (size_t i = 0; i < native.size(); i++) CHECK(native[i].same_bits(by_evaluator[i]));
    return native;
  };
  const auto own = outputs([](Expr x, Expr W, Expr b) { return x.graph().make(user_linear, {x, W, b}); });
  const auto composed = outputs([](Expr x, Expr W, Expr b) { return matmul(x, W) + b; });
  for (size_t i = 0; i < own.size(); i++)
    for (int64_t k = 0; k < own[i].count(); k++)
      CHECK(own[i].at(k) == doctest::Approx(composed[i].at(k)).epsilon(1e-13));
}

namespace {

/// x + y and x - y.
const Op user_sum_and_difference{
    .name = "user_sum_and_difference",
    .summary = "x + y and x - y",
    .kind = Kind::composite,
    .arity = 2,
    .type = [](const Call& call) -> std::vector<Type> { return {call[0], call[1]}; },
    .expand = [](std::span<const Expr> in,
                 const Attributes&) { return std::vector<Expr>{in[0] + in[1], in[0] - in[1]}; },
};

}  // namespace

TEST_CASE("a user's op of two results, by the evaluator, compiled and differentiated") {
  Program program;
  const Expr x = program.graph->input("x", f64), y = program.graph->input("y", f64);
  const Expr both = program.graph->make(user_sum_and_difference, {x, y});
  const Expr first(*program.graph, {both.value().node, 0}), second(*program.graph, {both.value().node, 1});
  const Expr product = first * second;  // x^2 - y^2
  program.outputs = {{"first", first.value()},
                     {"second", second.value()},
                     {"dx", reverse_mode(product, x).value()},
                     {"dy", reverse_mode(product, y).value()}};
  const std::vector<Tensor> at = {Tensor::scalar(f64, 5), Tensor::scalar(f64, 3)};
  const std::vector<Tensor> direct = evaluate(program, at).outputs, native = jit(program)(at);
  const double expected[] = {8, 2, 10, -6};
  for (size_t i = 0; i < 4; i++) {
    CHECK(direct[i].at(0) == expected[i]);
    CHECK(native[i].at(0) == expected[i]);
  }
}

TEST_CASE(
    "a user's op of two results: forward, second order, one result alone, an operand made of the other") {
  Program program;
  const Expr x = program.graph->input("x", f64), one = constant(*program.graph, f64, 1.0);
  const Expr both = program.graph->make(user_sum_and_difference, {x, square(x)});
  const Expr first(*program.graph, {both.value().node, 0}), second(*program.graph, {both.value().node, 1});
  const Expr product = first * second, slope = reverse_mode(product, x);  // x^2 - x^4
  program.outputs = {{"forward", jvp({&product, 1}, {&x, 1}, {&one, 1})[0].value()},
                     {"second alone", reverse_mode(second, x).value()},
                     {"forward alone", jvp({&second, 1}, {&x, 1}, {&one, 1})[0].value()},
                     {"reverse twice", reverse_mode(slope, x).value()},
                     {"forward over reverse", jvp({&slope, 1}, {&x, 1}, {&one, 1})[0].value()}};
  const std::vector<Tensor> at = {Tensor::scalar(f64, 3)};
  const std::vector<Tensor> direct = evaluate(program, at).outputs, native = jit(program)(at);
  const double expected[] = {6 - 108, 1 - 6, 1 - 6, 2 - 108, 2 - 108};
  for (size_t i = 0; i < 5; i++) {
    CHECK(direct[i].at(0) == expected[i]);
    CHECK(native[i].at(0) == expected[i]);
  }
}

namespace {

/// x y^2, with no rule of its own.
const Op user_weighted_square{
    .name = "user_weighted_square",
    .summary = "x y y",
    .kind = Kind::composite,
    .arity = 2,
    .type = build::same_float_type,
    .expand = [](std::span<const Expr> in,
                 const Attributes&) { return std::vector<Expr>{in[0] * square(in[1])}; },
};

}  // namespace

TEST_CASE("a user's op without rules, on operands that are made of one another") {
  const auto derivatives = [](Expr (*other)(Expr)) {
    Program program;
    const Expr x = program.graph->input("x", f64), one = constant(*program.graph, f64, 1.0);
    const Expr y = program.graph->make(user_weighted_square, {x, other(x)}), slope = reverse_mode(y, x);
    program.outputs = {{"reverse", slope.value()},
                       {"forward", jvp({&y, 1}, {&x, 1}, {&one, 1})[0].value()},
                       {"twice", reverse_mode(slope, x).value()}};
    const std::vector<Tensor> at = {Tensor::scalar(f64, 0.75)};
    const std::vector<Tensor> direct = evaluate(program, at).outputs, native = jit(program)(at);
    std::vector<double> out;
    for (size_t i = 0; i < 3; i++) {
      out.push_back(direct[i].at(0));
      CHECK(native[i].at(0) == doctest::Approx(out[i]).epsilon(1e-14));
    }
    return out;
  };
  const double x = 0.75, s = std::sin(x), c = std::cos(x);
  const auto check = [](const std::vector<double>& got, double first, double second) {
    CHECK(got[0] == doctest::Approx(first).epsilon(1e-14));
    CHECK(got[1] == doctest::Approx(first).epsilon(1e-14));
    CHECK(got[2] == doctest::Approx(second).epsilon(1e-14));
  };
  check(derivatives([](Expr v) { return sin(v); }), s * s + 2 * x * s * c,
        4 * s * c + 2 * x * (c * c - s * s));
  check(derivatives([](Expr v) { return stop_gradient(v); }), x * x, 0);
  check(derivatives([](Expr v) { return v; }), 3 * x * x, 6 * x);
}

TEST_CASE("a long chain of a user's ops: each is differentiated on its own") {
  Program program;
  const Expr x = program.graph->input("x", f64), w = program.graph->input("w", f64);
  Expr y = x;
  constexpr int length = 20000;
  for (int i = 0; i < length; i++) y = program.graph->make(user_weighted_square, {y, w});
  const Expr one = constant(*program.graph, f64, 1.0);
  program.outputs = {{"dx", reverse_mode(y, x).value()}, {"dw", jvp({&y, 1}, {&w, 1}, {&one, 1})[0].value()}};
  const std::vector<Tensor> out =
      evaluate(program, std::vector{Tensor::scalar(f64, 0.5), Tensor::scalar(f64, 1)}).outputs;
  CHECK(out[0].at(0) == 1);
  CHECK(out[1].at(0) == length);
}

TEST_CASE("operands that do not fit are refused with the call") {
  Graph g;
  const Expr x = g.input("x", f64, {4, 3}), W = g.input("W", f64, {2, 2}), b = g.input("b", f64, {2});
  CHECK_THROWS_WITH_AS(g.make(user_linear, {x, W, b}),
                       doctest::Contains("user_linear(f64[4, 3], f64[2, 2], f64[2]): the extents do not fit"),
                       Error);
}
