// A chain of a million nodes prints, parses and verifies, without deep recursion and in seconds.
#include <doctest/doctest.h>

#include <chrono>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"

using namespace wengert;

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
