// Compiled functions as their callers use them.
#include <cmath>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "frontend/measure.h"
#include "ir/evaluate.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
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

namespace {

/// w, g, rate -> w - rate g, |g|^2
Program descent() {
  Program program;
  const Extent n = Extent::symbol("N");
  const Expr w = program.graph->input("w", f64, {n}), g = program.graph->input("g", f64, {n}),
             rate = program.graph->input("rate", f64);
  program.outputs = {{"w_new", (w - rate * g).value()}, {"squares", sum(g * g).value()}};
  return program;
}

std::string refusal(const Program& program, std::vector<DonatedInput> donate, Code code) {
  try {
    jit(program, {.donate = std::move(donate)});
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.message();
  }
  FAIL("no error");
  return "";
}

}  // namespace

TEST_CASE("donated inputs") {
  const Program program = descent();
  const CompiledFunction plain = jit(program), compiled = jit(program, {.donate = {{"w", "w_new"}}});
  CHECK(plain.donated().empty());
  CHECK(compiled.donated() == std::vector<std::pair<size_t, size_t>>{{0, 0}});
  const std::vector<Tensor> arguments = {Tensor::vector({1, 2, 3}), Tensor::vector({4, 0, 8}),
                                         Tensor::scalar(f64, 0.25)};
  const std::vector<Tensor> wanted = plain(arguments);
  CHECK(compiled(arguments) == wanted);  // on copies
  CHECK(arguments[0] == Tensor::vector({1, 2, 3}));
  std::vector<Tensor> given = arguments;
  const std::byte* storage = given[0].bytes.data();
  const std::vector<Tensor> results = compiled(std::move(given));
  CHECK(results == wanted);
  CHECK(results[0].bytes.data() == storage);
  CHECK(plain(std::vector<Tensor>(arguments)) == wanted);

  double w[] = {1, 2, 3}, squares = 0;
  const void* inputs[] = {w, arguments[1].bytes.data(), arguments[2].bytes.data()};
  const int64_t n = 3;
  void* outputs[] = {nullptr, &squares};
  CHECK(compiled.call(inputs, &n, outputs, compiled.make_workspace({{"N", 3}}).data()) == 0);
  CHECK((w[0] == 0 && w[1] == 2 && w[2] == 1 && squares == 80));
  CHECK(measure(program, arguments, {}, {.donate = {{"g", "w_new"}}}, 0).calls >= 3);
  CHECK(arguments[1] == Tensor::vector({4, 0, 8}));
}

TEST_CASE("a donated kernel is measured on the same arguments each time") {
  Program program;
  const Expr x = program.graph->input("x", f64, {3}), at = program.graph->input("at", i64, {2});
  program.outputs = {{"y", take(x, at, 0).value()}, {"next", (at + 1).value()}};
  std::vector<Tensor> arguments = {Tensor::vector({1, 2, 3}), Tensor(i64, {2})};
  arguments[1].set(0, 2);  // the next time it would be out of range
  CHECK(measure(program, arguments, {}, {.donate = {{"at", "next"}}}, 0).flags == 0);
}

TEST_CASE("arguments that are given away are not lost when the call fails") {
  Program program = descent();
  const Extent rows = Extent::symbol("M");
  const Expr rate = program.expr(program.inputs()[2]);
  program.outputs.push_back({"long", broadcast_in_dim(rate, {rows}, {}).value()});
  const CompiledFunction compiled = jit(program, {.donate = {{"w", "w_new"}}});
  const std::vector<Tensor> arguments = {Tensor::vector({1, 2, 3}), Tensor::vector({4, 0, 8}),
                                         Tensor::scalar(f64, 0.25)};
  std::vector<Tensor> given = arguments;
  CHECK_THROWS(compiled(std::move(given), {{"M", int64_t{1} << 50}}));
  CHECK(given == arguments);
}

TEST_CASE("donations that cannot be") {
  Program program = descent();
  CHECK(refusal(program, {{"v", "w_new"}}, Code::name) ==
        "donate v:w_new: there is no input 'v'; inputs: w, g, rate");
  CHECK(refusal(program, {{"w", "w_mew"}}, Code::name) ==
        "donate w:w_mew: there is no output 'w_mew'; did you mean 'w_new'?; outputs: w_new, squares");
  CHECK(refusal(program, {{"w", "squares"}}, Code::type) ==
        "donate w:squares: squares is a scalar; only an array's place can be taken");
  CHECK(refusal(program, {{"rate", "squares"}}, Code::type) ==
        "donate rate:squares: rate is a scalar; only an array's place can be taken");
  CHECK(refusal(program, {{"w", "w_new"}, {"w", "w_new"}}, Code::argument) ==
        "donate w:w_new: the input w is donated to w_new already");
  CHECK(refusal(program, {{"w", "w_new"}, {"g", "w_new"}}, Code::argument) ==
        "donate g:w_new: the output w_new gets the array of w already");
  const Expr x = program.graph->input("x", f64, {Extent::symbol("N"), 3});
  program.outputs.push_back({"t", transpose(x).value()});
  CHECK(refusal(program, {{"x", "t"}}, Code::type) ==
        "donate x:t: x is f64[N, 3] and t is f64[3, N]; one element type and one shape are wanted, and no "
        "input is f64[3, N]");
  // Of several programs those take part that have both names.
  const Program other = descent();
  Program values;
  values.outputs = {{"y", (values.graph->input("w", f64, {3}) * 2).value()}};
  const NamedProgram both[] = {{"a", &other}, {"b", &values}};
  const std::string kinds[] = {"header"};
  const std::string header = build_object(both, "both", kinds, {.donate = {{"w", "w_new"}}}).header;
  CHECK(header.find("int a(double *w") != std::string::npos);
  CHECK(header.find("int b(const double *w") != std::string::npos);
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
