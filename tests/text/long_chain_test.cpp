// A chain of a million nodes prints, parses and verifies, without deep recursion and in seconds.
#include <doctest/doctest.h>

#include <chrono>

#include "ir/error.h"
#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"

using namespace wengert;

TEST_CASE("200,000 inputs are found by their names") {
  constexpr int count = 200'000;
  const auto start = std::chrono::steady_clock::now();
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
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 20);
}

TEST_CASE("a chain of 1,000,000 nodes") {
  constexpr uint32_t length = 1'000'000;
  const auto start = std::chrono::steady_clock::now();
  auto last = start;
  auto lap = [&](const std::string& what) {
    const auto now = std::chrono::steady_clock::now();
    MESSAGE(what << ": " << std::chrono::duration<double>(now - last).count() << " s");
    last = now;
  };
  Program program;
  const Expr x = program.graph->input("x", f64, {});
  Expr y = x;
  for (uint32_t i = 1; i < length; i++) y = i % 2 ? y * x : y + x;
  program.outputs = {{"y", y.value()}};
  REQUIRE(program.graph->size() == length);
  lap("build");
  const std::string text = print(program);
  lap("print");
  const Program again = parse(text);
  lap("parse");
  verify(again);
  lap("verify");
  CHECK(print(again) == text);
  // Generous: this is to notice quadratic time, on a slow machine as well.
  CHECK(std::chrono::duration<double>(last - start).count() < 60);
}
