// Compiled functions as their callers use them.
#include <cmath>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "frontend/measure.h"
#include "ir/evaluate.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"

using namespace wengert;

TEST_CASE("any number of symbols") {
  constexpr int64_t count = 40;
  Program program;
  std::vector<Expr> parts;
  std::vector<Tensor> arguments;
  Bindings symbols;
  int64_t elements = 0;
  for (int64_t i = 0; i < count; i++) {
    const std::string number = std::to_string(i);
    parts.push_back(program.graph->input("x" + number, f64, {Extent::symbol("N" + number)}));
    symbols["N" + number] = i + 1;
    elements += i + 1;
    Tensor& argument = arguments.emplace_back(f64, std::vector<int64_t>{i + 1});
    for (int64_t k = 0; k <= i; k++) argument.set(k, 2);
  }
  const Expr whole = concatenate(parts, 0);  // it lies in the workspace
  program.outputs = {{"total", sum(whole * whole).value()}, {"largest", max(whole).value()}};
  const CompiledFunction compiled = jit(program);
  const std::vector<Tensor> results = compiled(arguments);
  CHECK(results[0].at(0) == static_cast<double>(4 * elements));
  CHECK(results[1].at(0) == 2);
  CHECK(compiled.workspace(symbols) < 1'000'000);
  symbols["N7"] = INT64_MAX / 4;
  CHECK_THROWS_AS(compiled.workspace(symbols), Error);
  symbols.erase("N7");
  CHECK_THROWS_WITH_AS(compiled.workspace(symbols), "the symbol N7 has no value", Error);
}

TEST_CASE("many inputs and outputs") {
  constexpr int count = 300;
  Program program;
  std::vector<Tensor> arguments;
  for (int i = 0; i < count; i++) {
    const Expr x = program.graph->input("x" + std::to_string(i), f64);
    program.outputs.push_back({"y" + std::to_string(i), (x * 2).value()});
    arguments.push_back(Tensor::scalar(f64, i));
  }
  const std::vector<Tensor> results = jit(program)(arguments);
  REQUIRE(results.size() == count);
  for (int i = 0; i < count; i++) CHECK(results[static_cast<size_t>(i)].at(0) == 2 * i);
}

TEST_CASE("stable folds of an axis that turns out to be empty") {
  Program program;
  const Expr x = program.graph->input("x", f64, {Extent::symbol("M"), Extent::symbol("N")});
  const Expr rows = logsumexp(x, Axes{1}), lengths = norm(x, Axes{1});
  const Expr total = sum(rows) + sum(lengths);
  program.outputs = {{"rows", rows.value()},
                     {"lengths", lengths.value()},
                     {"softmax", softmax(x).value()},
                     {"log_softmax", log_softmax(x).value()},
                     {"gradient", gradients({&total, 1}, {&x, 1})[0].value()}};
  const CompiledFunction compiled = jit(program);
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 0}, {0, 3}, {0, 0}, {3, 5}}) {
    Tensor argument(f64, shape);
    for (int64_t i = 0; i < argument.count(); i++) argument.set(i, static_cast<double>(i % 4));
    const std::vector<Tensor> arguments = {argument}, got = compiled(arguments);
    const Evaluation wanted = evaluate(program, arguments);
    for (size_t i = 0; i < got.size(); i++) {
      CAPTURE(program.outputs[i].name);
      REQUIRE(got[i].shape == wanted.outputs[i].shape);
      for (int64_t k = 0; k < got[i].count(); k++)
        CHECK((got[i].at(k) == wanted.outputs[i].at(k) ||
               got[i].at(k) == doctest::Approx(wanted.outputs[i].at(k)).epsilon(1e-14)));
    }
    if (shape == std::vector<int64_t>{2, 0}) {
      CHECK(got[0].at(1) == -HUGE_VAL);
      CHECK(got[1].at(1) == 0);
    }
  }
}

TEST_CASE("a time to measure for is a number of seconds") {
  Program program;
  const Expr x = program.graph->input("x", f64, {Extent::symbol("N")});
  program.outputs = {{"y", sum(x).value()}};
  const std::vector<Tensor> arguments = {Tensor::vector({1, 2})};
  for (double seconds : {HUGE_VAL, -HUGE_VAL, std::nan(""), -1.0})
    CHECK_THROWS_AS(measure(program, arguments, {}, {}, seconds), Error);
  CHECK(measure(program, arguments, {}, {}, 0).calls >= 3);
}
