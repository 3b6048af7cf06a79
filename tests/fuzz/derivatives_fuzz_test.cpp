// Random programs differentiated both ways: u · (J t) = (Jᵀ u) · t, for the derivatives as built and after
// the pipeline.
#include <doctest/doctest.h>

#include <cmath>

#include <fmt/format.h>

#include "../passes/random_values.h"
#include "ir/evaluate.h"
#include "ir/ops/leaves.h"
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
  int compared = 0, no_rule = 0, not_a_number = 0, singular = 0, too_large = 0, empty = 0;
};

bool is_finite(const Tensor& tensor) {
  for (int64_t i = 0; i < tensor.count(); i++)
    if (!std::isfinite(tensor.at(i))) return false;
  return true;
}

// Whether a value on the way isn't finite, or the derivative of an op alone, such as that of sqrt at 0. Where
// such meets a derivative that is 0, one way multiplies the two and the other leaves both out.
bool is_singular(const Program& program, std::span<const Tensor> arguments, const Bindings& symbols) {
  Program all = bind(program, {});
  all.outputs.clear();
  std::vector<size_t> first;  // of each node's results
  for (uint32_t id = 0; id < all.graph->size(); id++) {
    first.push_back(all.outputs.size());
    for (uint32_t r = 0; r < all.graph->node(id).types->size(); r++)
      all.outputs.push_back({"v" + std::to_string(all.outputs.size()), {id, r}});
  }
  const std::vector<Tensor> values = evaluate(all, arguments, symbols).outputs;
  for (const Tensor& value : values)
    if (!is_finite(value)) return true;
  for (uint32_t id = 0; id < all.graph->size(); id++) {
    Program alone;
    std::vector<Value> operands;
    std::vector<Tensor> given;
    std::vector<Expr> xs, ones, ys;
    for (Value input : all.graph->inputs(id)) {
      const Type& type = all.graph->type(input);
      const Expr x = alone.graph->input("x" + std::to_string(operands.size()), type.dtype, type.shape);
      operands.push_back(x.value());
      given.push_back(values[first[input.node] + input.result]);
      if (is_float(type.dtype)) xs.push_back(x), ones.push_back(full(*alone.graph, type, 1));
    }
    if (xs.empty()) continue;
    const Node& node = all.graph->node(id);
    const uint32_t y = alone.graph->make(*node.op, operands, *node.attributes).value().node;
    for (uint32_t r = 0; r < node.types->size(); r++)
      if (is_float((*node.types)[r].dtype)) ys.push_back(alone.expr({y, r}));
    if (ys.empty()) continue;
    for (const Expr& slope : jvp(ys, xs, ones))
      alone.outputs.push_back({"d" + std::to_string(alone.outputs.size()), slope.value()});
    for (const Tensor& slope : evaluate(alone, given, symbols).outputs)
      if (!is_finite(slope)) return true;
  }
  return false;
}

// Empty when both ways agree, or when there is no derivative: a value is not a number, or the point singular;
// or when they are too large.
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
  if (!std::isfinite(scale)) {
    if (!is_singular(program, std::span(arguments).first(xs), symbols))
      return fmt::format("forward gives {}, reverse {}, where nothing is singular", forward.sum, reverse.sum);
    tally.singular++;
    return "";
  }
  if (scale > 1e100) {
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
        fmt::format("{} programs{}: {} compared; {} with derivatives that are all zero, {} with NaN, {} at "
                    "singular points, {} too large, {} with an op that has no rule",
                    programs, optimized ? ", optimized" : "", tally.compared, tally.empty, tally.not_a_number,
                    tally.singular, tally.too_large, tally.no_rule));
    CHECK(tally.compared >= static_cast<int>(programs) * 2 / 5);
  }
}
