// A chain of a million nodes is differentiated, simplified and evaluated, without deep recursion, in seconds
// and under 4 GiB. Printing and parsing such a chain: tests/text/long_chain_test.cpp.
#include <sys/resource.h>

#include <doctest/doctest.h>

#include "../long_chain.h"
#include "ir/evaluate.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"

using namespace wengert;

TEST_CASE("a chain of 1,000,000 nodes and its derivative") {
#ifdef __SANITIZE_ADDRESS__
  constexpr int length = 100'000;  // sanitizers take many times the time and memory
#else
  constexpr int length = 1'000'000;
#endif
  tests::Stopwatch time;
  Program program;
  const Expr x = program.graph->input("x", f64, {});
  const Expr y = tests::long_chain(x, length);
  REQUIRE(program.graph->size() == length);
  const Expr slope = gradients({&y, 1}, {&x, 1})[0];
  program.outputs = {{"y", y.value()}, {"slope", slope.value()}};
  time.lap("build and differentiate");
  const Program simple = optimize(program);
  time.lap("simplify and verify");

  // The same in plain arithmetic, forwards.
  const double at = 0.75;
  double value = at, tangent = 1;
  for (int i = 1; i < length; i++) {
    tangent = i % 2 ? tangent * at + value : tangent + 1;
    value = i % 2 ? value * at : value + at;
  }
  const Tensor argument = Tensor::scalar(f64, at);
  for (const Program* p : {static_cast<const Program*>(&program), &simple}) {
    const Evaluation result = evaluate(*p, {&argument, 1});
    CHECK(result.outputs[0].at(0) == doctest::Approx(value).epsilon(1e-12));
    CHECK(result.outputs[1].at(0) == doctest::Approx(tangent).epsilon(1e-12));
    time.lap("evaluate");
  }
  // Generous: this is to notice quadratic time, on a slow machine as well.
  CHECK(time.seconds() < 120);
  rusage usage{};
  REQUIRE(getrusage(RUSAGE_SELF, &usage) == 0);
  MESSAGE("at most " << usage.ru_maxrss / 1024 << " MiB");
  CHECK(usage.ru_maxrss < 4L * 1024 * 1024);
}
