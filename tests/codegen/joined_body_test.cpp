// Bodies of several nodes: the bits of each, and what they share only once.
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "codegen/plan/joined_body.h"
#include "ir/interpret.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"

using namespace wengert;

namespace {

template <class T = double>
std::vector<std::vector<T>> run(const Body& body, const std::vector<std::vector<T>>& inputs) {
  std::vector<std::vector<T>> out(body.outputs.size(), std::vector<T>(inputs[0].size()));
  std::vector<const void*> in;
  for (const auto& input : inputs) in.push_back(input.data());
  std::vector<void*> to;
  for (auto& output : out) to.push_back(output.data());
  interpret(body, in, std::vector<int>(in.size(), 1), to, inputs[0].size());
  return out;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  for (size_t i = 0; i < a.size(); i++)
    if (std::signbit(a[i]) != std::signbit(b[i]) || !(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))))
      return false;
  return true;
}

}  // namespace

// Both are the logarithm in twice the precision, times a number.
TEST_CASE("log2 and log10 of one argument share its logarithm, rare paths included") {
  Graph graph;
  const Expr x = graph.input("x", f32), two = log2(x), ten = log10(x);
  const uint32_t stream[] = {x.value().node}, both[] = {two.value().node, ten.value().node};
  const char stored[] = {1, 1};
  const Body first = joined_body(graph, {both, 1}, stream, {stored, 1});
  const Body second = joined_body(graph, {both + 1, 1}, stream, {stored, 1});
  const Body joined = joined_body(graph, both, stream, stored);
  CHECK(joined.code.size() * 4 < (first.code.size() + second.code.size()) * 3);
  CHECK(first.regions.size() > 0);
  CHECK(joined.regions.size() == std::max(first.regions.size(), second.regions.size()));
  std::vector<float> at{0.0f, -0.0f, 1e-30f, 0.5f, 1e5f, 1e22f, -1e30f, INFINITY, NAN};
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; i++) at.push_back(std::uniform_real_distribution<float>(-100, 100)(random));
  const std::vector<std::vector<float>> points{at};
  const auto together = run(joined, points);
  CHECK(same_bits(together[0], run(first, points)[0]));
  CHECK(same_bits(together[1], run(second, points)[0]));
}

TEST_CASE("a value that only the unit reads is no output, a constant no input") {
  Graph graph;
  const Expr a = graph.input("a", f64), b = graph.input("b", f64);
  const Expr product = a * b, sum = product + 2.0;
  const uint32_t streams[] = {a.value().node, b.value().node},
                 unit[] = {product.value().node, sum.value().node};
  const char stored[] = {0, 1};
  const Body body = joined_body(graph, unit, streams, stored);
  CHECK(body.inputs.size() == 2);
  CHECK(body.outputs.size() == 1);
  CHECK(run(body, {{3}, {4}})[0][0] == 14);
}

TEST_CASE("merge_equal keeps what differs in a constant or an operand alone") {
  const Dtype dtypes[] = {f64, f64};
  Arithmetic m(dtypes);
  const Num a = m.input(0), b = m.input(1);
  const Num outputs[] = {a * b + 1.0, a * b + 2.0, b * a + 1.0, a * b + 1.0};
  const Body before = m.finish(outputs), after = merge_equal(before);
  CHECK(after.code.size() < before.code.size());
  CHECK(after.outputs[0] == after.outputs[3]);
  CHECK(run(after, {{3}, {5}}) == run(before, {{3}, {5}}));
}
