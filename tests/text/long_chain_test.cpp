// A chain of a million nodes prints, parses and verifies, without deep recursion and in seconds.
#include <doctest/doctest.h>

#include "../long_chain.h"
#include "ir/error.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"

using namespace wengert;

TEST_CASE("200,000 inputs are found by their names") {
  constexpr int count = 200'000;
  const tests::Stopwatch time;
  Program program;
  for (int i = 0; i < count; i++) program.graph->input("x" + std::to_string(i), f64, {});
  program.outputs = {{"y", program.inputs()[7]}};
  CHECK_THROWS_WITH_AS(program.graph->input("x77", f64, {}, std::source_location()),
                       doctest::Contains("there is already an input 'x77'"), Error);
  const Program again = parse(print(program));
  REQUIRE(again.inputs().size() == count);
  for (const int i : {0, 1, count / 2, count - 1})
    CHECK(again.graph->find_input("x" + std::to_string(i)) == again.inputs()[static_cast<size_t>(i)]);
  CHECK_FALSE(again.graph->find_input("x").has_value());
  // Generous, as below.
  CHECK(time.seconds() < 20);
}

TEST_CASE("a chain of 1,000,000 nodes") {
  constexpr int length = 1'000'000;
  tests::Stopwatch time;
  Program program;
  const Expr x = program.graph->input("x", f64, {});
  program.outputs = {{"y", tests::long_chain(x, length).value()}};
  REQUIRE(program.graph->size() == length);
  time.lap("build");
  const std::string text = print(program);
  time.lap("print");
  const Program again = parse(text);
  time.lap("parse");
  verify(again);
  time.lap("verify");
  CHECK(print(again) == text);
  // Generous: this is to notice quadratic time, on a slow machine as well.
  CHECK(time.seconds() < 60);
}
