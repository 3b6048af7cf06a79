// Random programs differentiated both ways: u · (J t) = (Jᵀ u) · t, for the derivatives as built and after
// the pipeline.
#include <doctest/doctest.h>

#include <cmath>

#include <fmt/format.h>

#include "../passes/random_values.h"
#include "ir/evaluate.h"
#include "ir/print.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"
#include "passes/tangents.h"
#include "random_program.h"

using namespace wengert;
using namespace wengert::fuzz;
using namespace wengert::testing;

namespace {

constexpr uint64_t programs = 1000;

// The program with tangents t and cotangents u as further inputs, and J t and Jᵀ u as its outputs.
Program both_ways(const Program& program) {
  Program out = bind(program, {});
  Graph& graph = *out.graph;
  std::vector<Expr> xs, ys, tangents, cotangents;
  for (Value input : program.inputs()) xs.push_back(out.expr(input));
  for (const Output& output : out.outputs) ys.push_back(out.expr(output.value));
  for (size_t i = 0; i < xs.size(); i++)
    tangents.push_back(graph.input("t" + std::to_string(i), f64, xs[i].shape()));
  for (size_t i = 0; i < ys.size(); i++)
    cotangents.push_back(graph.input("u" + std::to_string(i), f64, ys[i].shape()));
  const std::vector<Expr> forward = jvp(ys, xs, tangents);
  const std::vector<Expr> reverse = gradients(ys, xs, {.grad_ys = cotangents});
  // behind the program's own outputs
  for (size_t i = 0; i < ys.size(); i++) out.outputs.push_back({"f" + std::to_string(i), forward[i].value()});
  for (size_t i = 0; i < xs.size(); i++) out.outputs.push_back({"r" + std::to_string(i), reverse[i].value()});
  return out;
}

struct Sums {
  double sum = 0, magnitude = 0;
  void add(const Tensor& a, const Tensor& b) {
    for (int64_t i = 0; i < a.count(); i++)
      sum += a.at(i) * b.at(i), magnitude += std::fabs(a.at(i) * b.at(i));
  }
};

// How many programs had a say.
struct Tally {
  int compared = 0, no_rule = 0, not_a_number = 0, too_large = 0, empty = 0;
};

// Empty when both ways agree, or when a value is too large or not a number, which then has no say.
std::string disagree(const Program& program, uint64_t seed, bool optimized, Tally& tally) {
  Program built;
  try {
    built = both_ways(program);
  } catch (const Error& e) {
    if (e.code() != Code::no_rule) throw;
    tally.no_rule++;  // an op may say that it has none yet
    return "";
  }
  const Program derivatives = optimized ? optimize(built) : bind(built, {});
  const Bindings symbols = random_symbols(seed);
  std::mt19937_64 random(seed);
  const std::vector<Tensor> arguments = random_arguments(derivatives, symbols, {false, 0.2, 1.5}, random);
  const Evaluation out = evaluate(derivatives, arguments, symbols);
  const size_t xs = program.inputs().size(), ys = program.outputs.size();
  Sums forward, reverse;
  for (size_t i = 0; i < ys; i++) forward.add(out.outputs[ys + i], arguments[2 * xs + i]);
  for (size_t i = 0; i < xs; i++) reverse.add(out.outputs[2 * ys + i], arguments[xs + i]);
  for (size_t i = 0; i < ys; i++)  // there is no derivative at NaN
    for (int64_t k = 0; k < out.outputs[i].count(); k++)
      if (std::isnan(out.outputs[i].at(k))) {
        tally.not_a_number++;
        return "";
      }
  const double scale = forward.magnitude + reverse.magnitude;
  if (!std::isfinite(scale) || scale > 1e100) {
    tally.too_large++;
    return "";
  }
  (scale == 0 ? tally.empty : tally.compared)++;
  // f32 values on the way round to 1e-7; what cancels on the way is small, and right only beside 1
  if (std::fabs(forward.sum - reverse.sum) <= 1e-4 * scale + 1e-9) return "";
  return fmt::format("forward gives {}, reverse {}", forward.sum, reverse.sum);
}

}  // namespace

TEST_CASE("random programs: vjp against jvp") {
  for (const bool optimized : {false, true}) {
    int failures = 0;
    Tally tally, shrinking;
    for (uint64_t seed = 1; seed <= programs && failures < 5; seed++) {
      const Program program = random_program(seed, {.nodes = 25, .doubles = true});
      const bool agree = disagree(program, seed, optimized, tally).empty();
      CHECK(agree);
      if (agree) continue;
      failures++;
      const auto wrong = [&](const Program& p) { return disagree(p, seed, optimized, shrinking); };
      const Program small = shrink(program, [&](const Program& p) { return !wrong(p).empty(); });
      const std::string text = print(small), why = wrong(small);
      CAPTURE(optimized);
      CAPTURE(seed);
      CAPTURE(text);
      FAIL_CHECK(why);
    }
    MESSAGE(
        fmt::format("{} programs{}: {} compared; {} with derivatives that are all zero, {} with NaN, {} too "
                    "large, {} with an op that has no rule",
                    programs, optimized ? ", optimized" : "", tally.compared, tally.empty, tally.not_a_number,
                    tally.too_large, tally.no_rule));
    CHECK(tally.compared >= static_cast<int>(programs) * 2 / 5);
  }
}
