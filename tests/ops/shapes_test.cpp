// Every elementwise op over broadcast operands, empty extents and a symbolic extent, with its gradient.
#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "backends.h"
#include "cases.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"

using namespace wengert;
using namespace wengert::tests;

static bool differentiable(const Case& c) {
  const Op& op = *c.op;
  const bool rule =
      op.partials || op.bprop || op.linearity != Linearity::none || op.derivative == Derivative::zero;
  return rule && c.floating() && is_float(c.operands.back());
}

static Tensor reshaped(Tensor t, std::vector<int64_t> shape) {
  t.shape = std::move(shape);
  return t;
}

TEST_CASE("operands of shapes (3, 1) and (1, 4) broadcast, and gradients are summed back") {
  std::mt19937_64 random(4);
  const Shape shapes[] = {{3, 1}, {1, 4}, {4}}, whole{3, 4};
  for (const Case& c : elementwise_cases()) {
    CAPTURE(c.text());
    Bench small(c, whole), large(c, whole);  // small's operands are replaced by broadcast ones
    std::vector<Expr> inputs, operands;
    std::vector<Tensor> arguments, dense;
    Program program;
    for (size_t i = 0; i < c.operands.size(); i++) {
      const Shape& shape = shapes[i % 3];
      inputs.push_back(program.graph->input(fmt::format("x{}", i), c.operands[i], shape));
      operands.push_back(broadcast_to(inputs.back(), whole));
      std::vector<int64_t> numbers;
      for (const Extent& extent : shape) numbers.push_back(*extent.number());
      const int64_t count = i % 3 == 0 ? 3 : 4;
      arguments.push_back(reshaped(samples(c, i, count, random), numbers));
      Tensor spread(c.operands[i], {3, 4});
      for (int64_t k = 0; k < 12; k++) spread.set(k, arguments.back().at(i % 3 == 0 ? k / 4 : k % 4));
      dense.push_back(std::move(spread));
    }
    std::vector<Value> values;
    for (const Expr& e : operands) values.push_back(e.value());
    const Expr y = program.graph->make(*c.op, values, c.attributes);
    program.outputs.push_back({"y", y.value()});
    large.output(large.call(c));
    if (differentiable(c)) {
      std::vector<Expr> xs;
      for (const Expr& e : inputs)
        if (is_float(e.dtype())) xs.push_back(e);
      for (const Expr& g : gradients(std::span(&y, 1), xs)) program.outputs.push_back({"g", g.value()});
      const Expr whole_y = large.program.expr(large.program.outputs[0].value);
      for (const Expr& g : gradients(std::span(&whole_y, 1), large.floats)) large.output(g);
    }
    for (size_t i = 0; i < program.outputs.size(); i++) program.outputs[i].name += std::to_string(i);
    const std::vector<Tensor> got = run(program, arguments), expected = run(large.program, dense);
    REQUIRE(got.size() == expected.size());
    CHECK(got[0].same_bits(expected[0]));
    size_t next = 1;
    for (size_t i = 0; i < c.operands.size() && got.size() > 1; i++) {
      if (!is_float(c.operands[i])) continue;
      const Tensor& g = got[next];
      REQUIRE(g.shape == arguments[i].shape);
      for (int64_t k = 0; k < g.count(); k++) {
        double sum = 0, size = 0;
        for (int64_t e = 0; e < 12; e++)
          if ((i % 3 == 0 ? e / 4 : e % 4) == k)
            sum += expected[next].at(e), size += std::abs(expected[next].at(e));
        CHECK(std::abs(g.at(k) - sum) <= (g.dtype == Dtype::f64 ? 1e-13 : 1e-5) * size);
      }
      next++;
    }
  }
}

TEST_CASE("a symbolic extent: many elements, one, none; and an extent that is 0") {
  std::mt19937_64 random(5);
  for (const Case& c : elementwise_cases()) {
    CAPTURE(c.text());
    for (const Shape& shape : {Shape{Extent::symbol("N")}, Shape{3, 0}}) {
      Bench bench(c, shape);
      const Expr y = bench.call(c);
      bench.output(y);
      if (differentiable(c))
        for (const Expr& g : gradients(std::span(&y, 1), bench.floats)) bench.output(g);
      const Runner runner(bench.program);
      for (const int64_t n : {37, 1, 0}) {
        std::vector<Tensor> arguments;
        const bool symbolic = shape.size() == 1;
        for (size_t i = 0; i < c.operands.size(); i++) {
          Tensor t = samples(c, i, symbolic ? n : 0, random);
          if (!symbolic) t.shape = {3, 0};
          arguments.push_back(std::move(t));
        }
        for (const Tensor& t : runner(arguments)) CHECK(t.shape == arguments[0].shape);
      }
    }
  }
}

TEST_CASE("every other element of an axis that is too short for one, to second order") {
  Program program;
  Graph& graph = *program.graph;
  const Extent n = Extent::symbol("N");
  const Expr x = graph.input("x", f64, {n});
  const Expr y = sum(integer_pow(slice_axis(x, 0, 1, n, 2), 3));
  program.outputs = {{"Hx", hvp(y, x, x).value()}};
  const Runner runner(program);
  CHECK(runner(std::vector<Tensor>{Tensor::vector({3})})[0] == Tensor::vector({0}));
  CHECK(runner(std::vector<Tensor>{Tensor::vector({3, 4})})[0] == Tensor::vector({0, 96}));
  CHECK(runner(std::vector<Tensor>{Tensor::vector({3, 4, 5, 6})})[0] == Tensor::vector({0, 96, 0, 216}));
}
