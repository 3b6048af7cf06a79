#include "hard_point.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "backends.h"
#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

namespace wengert::tests {
namespace {

struct Setup {
  Program program;
  std::vector<Expr> x;

  explicit Setup(const std::vector<Tensor>& at) {
    for (const Tensor& t : at)
      x.push_back(
          program.graph->input(fmt::format("x{}", x.size()), t.dtype, Shape(t.shape.begin(), t.shape.end())));
  }
  void output(Expr e) { program.outputs.push_back({fmt::format("y{}", program.outputs.size()), e.value()}); }
};

/// A unit vector along one coordinate of all inputs; absent for the inputs it does not move.
std::vector<Expr> unit(Graph& graph, const std::vector<Tensor>& at, int64_t coordinate) {
  std::vector<Expr> out;
  for (const Tensor& t : at) {
    Tensor direction(t.dtype, t.shape);
    const bool moves = coordinate >= 0 && coordinate < t.count();
    if (moves) direction.set(coordinate, 1);
    coordinate -= t.count();
    out.push_back(moves ? constant(graph, std::move(direction)) : Expr());
  }
  return out;
}

/// The coordinate of `a` that `direction` picks. A product with the zeros of the direction would turn a NaN
/// elsewhere into NaN here.
Expr picked(const std::vector<Expr>& a, const std::vector<Expr>& direction) {
  Expr out;
  for (size_t i = 0; i < a.size(); i++)
    if (direction[i].present())
      out = sum(select(direction[i] == 0.0, zeros(a[i].graph(), a[i].type()), a[i]));
  return out;
}

std::vector<double> flattened(std::span<const Tensor> tensors) {
  std::vector<double> out;
  for (const Tensor& t : tensors)
    for (int64_t i = 0; i < t.count(); i++) out.push_back(t.at(i));
  return out;
}

void compare(const std::string& mode, const std::vector<double>& got, const std::vector<double>& expected,
             double relative) {
  CAPTURE(mode);
  CAPTURE(fmt::format("{}", fmt::join(got, ", ")));
  CAPTURE(fmt::format("{}", fmt::join(expected, ", ")));
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); i++) CHECK(close(got[i], expected[i], relative));
}

}  // namespace

bool close(double got, double expected, double relative) {
  if (std::isnan(expected)) return std::isnan(got);
  if (expected == 0 || std::isinf(expected)) return got == expected;
  return std::fabs(got - expected) <= relative * std::fabs(expected);
}

std::vector<Tensor> outputs_at(const std::function<std::vector<Expr>(const std::vector<Expr>&)>& f,
                               const std::vector<Tensor>& at) {
  Setup setup(at);
  for (const Expr& y : f(setup.x)) setup.output(y);
  return run(setup.program, at);
}

void check_point(const std::string& what, const Formula& f, const std::vector<Tensor>& at,
                 const Expected& expected) {
  CAPTURE(what);
  int64_t size = 0;
  for (const Tensor& t : at) size += t.count();
  const auto scalar = [&](const std::vector<Expr>& x) {
    const Expr y = f(x);
    return y.rank() == 0 ? y : sum(y);
  };
  const auto gradient = [](Expr y, const std::vector<Expr>& x) { return gradients(std::span(&y, 1), x); };
  const auto tangent = [](Expr y, const std::vector<Expr>& x, const std::vector<Expr>& t) {
    return jvp(std::span(&y, 1), x, t)[0];
  };

  if (expected.value) {
    const double got = outputs_at([&](const auto& x) { return std::vector{scalar(x)}; }, at)[0].at(0);
    compare("value", {got}, {*expected.value}, expected.relative);
  }
  if (!expected.first.empty()) {
    const auto reverse = outputs_at([&](const auto& x) { return gradient(scalar(x), x); }, at);
    compare("reverse", flattened(reverse), expected.first, expected.relative);
    const auto forward = outputs_at(
        [&](const auto& x) {
          const Expr y = scalar(x);
          std::vector<Expr> out;
          for (int64_t i = 0; i < size; i++) out.push_back(tangent(y, x, unit(y.graph(), at, i)));
          return out;
        },
        at);
    compare("forward", flattened(forward), expected.first, expected.relative);
  }
  for (int64_t row = 0; row < static_cast<int64_t>(expected.second.size()); row++) {
    CAPTURE(row);
    const auto& exact = expected.second[row];
    const auto over_reverse = [&](const std::vector<Expr>& x) {
      const Expr y = scalar(x);
      return picked(gradient(y, x), unit(y.graph(), at, row));
    };
    const auto over_forward = [&](const std::vector<Expr>& x) {
      const Expr y = scalar(x);
      return tangent(y, x, unit(y.graph(), at, row));
    };
    const auto each = [&](const Formula& first) {
      return outputs_at(
          [&](const auto& x) {
            const Expr y = first(x);
            std::vector<Expr> out;
            for (int64_t i = 0; i < size; i++) out.push_back(tangent(y, x, unit(y.graph(), at, i)));
            return out;
          },
          at);
    };
    const auto reverse = [&](const Formula& first) {
      return outputs_at([&](const auto& x) { return gradient(first(x), x); }, at);
    };
    compare("reverse over reverse", flattened(reverse(over_reverse)), exact, expected.relative);
    compare("forward over reverse", flattened(each(over_reverse)), exact, expected.relative);
    compare("reverse over forward", flattened(reverse(over_forward)), exact, expected.relative);
    compare("forward over forward", flattened(each(over_forward)), exact, expected.relative);
  }
}

void check_point(const std::string& what, const Formula& f, std::initializer_list<double> at,
                 const Expected& expected) {
  std::vector<Tensor> point;
  for (double x : at) point.push_back(Tensor::scalar(Dtype::f64, x));
  check_point(what, f, point, expected);
}

}  // namespace wengert::tests
