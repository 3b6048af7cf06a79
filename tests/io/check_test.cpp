// The derivative checker: right derivatives pass, wrong ones are found, kinks are told apart.
#include "frontend/check.h"

#include <cmath>

#include "frontend/ridders.h"
#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/reductions.h"
#include "tests/io/folder.h"

using namespace wengert;

namespace {

/// x² with the derivative 3x.
const Op wrong_square = {
    .name = "test_wrong_square",
    .summary = "a square whose derivative is wrong",
    .type = [](const Call& call) { return std::vector<Type>{call[0]}; },
    .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0] * x[0]; },
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) { return std::vector<Expr>{3 * x[0]}; },
};

/// A body and no derivative.
const Op ruleless = {
    .name = "test_ruleless",
    .summary = "a square without a rule",
    .type = [](const Call& call) { return std::vector<Type>{call[0]}; },
    .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0] * x[0]; },
};

Program program(const std::function<Expr(Graph&)>& build) {
  Program out;
  const Expr y = build(*out.graph);
  out.outputs.push_back({"y", y.value()});
  return out;
}

const CheckRow& row(const std::vector<CheckRow>& rows, std::string_view what) {
  for (const CheckRow& one : rows)
    if (one.what == what) return one;
  FAIL("no row " << what);
  return rows[0];
}

}  // namespace

TEST_CASE("extrapolated differences") {
  CHECK(std::abs(differentiate([](double t) { return std::exp(1 + t); }, 0.1).value - std::exp(1.0)) < 1e-10);
  CHECK(differentiate([](double) { return 2.0; }, 0.1).value == 0);
  // The domain ends 1e-3 away.
  const Difference near_edge = differentiate([](double t) { return std::log(1e-3 + t); }, 0.1);
  CHECK(std::abs(near_edge.value - 1000) < 1e-4);
  CHECK(differentiate([](double t) { return std::sqrt(-1 - t * t); }, 0.1).error == INFINITY);
}

TEST_CASE("right derivatives pass") {
  const Program p = program([](Graph& graph) {
    const Expr x = graph.input("x", f64, {Extent::symbol("N")});
    return sum(exp(x) * x * graph.input("k", f64));
  });
  const Tensor arguments[] = {Tensor::vector({0.3, -1, 2}), Tensor::scalar(Dtype::f64, 1e5)};
  const auto rows = check_derivatives(p, arguments);
  CHECK(rows.size() == 8);
  for (const CheckRow& one : rows) {
    CAPTURE(one.what);
    CAPTURE(one.note);
    CHECK(one.verdict == Verdict::right);
    CHECK(one.compared > 0);
  }
}

TEST_CASE("a wrong derivative is found") {
  const Program p = program(
      [](Graph& graph) { return sum(graph.make(wrong_square, {graph.input("x", f64, {Extent(2)})}) * 2); });
  const Tensor arguments[] = {Tensor::vector({0.3, -1})};
  const auto rows = check_derivatives(p, arguments);
  CHECK(row(rows, "gradient in x").verdict == Verdict::wrong);
  CHECK(has(row(rows, "gradient in x").note, "differences give"));
  CHECK(row(rows, "gradient in x").worst > 0.3);
  CHECK(row(rows, "jvp against vjp in x").verdict == Verdict::right);  // consistently wrong
}

TEST_CASE("the worst error is that of the comparisons with the verdict") {
  const Program p = program([](Graph& graph) {
    const Expr x = graph.input("x", f64, {Extent(2)});
    return sum(graph.make(wrong_square, {x}) + sqrt(x));
  });
  const Tensor arguments[] = {Tensor::vector({0, 1})};  // no derivative at 0, a wrong one at 1
  const auto rows = check_derivatives(p, arguments);
  CHECK(row(rows, "gradient in x").verdict == Verdict::wrong);
  CAPTURE(row(rows, "gradient in x").note);
  CHECK(row(rows, "gradient in x").worst == doctest::Approx(1 / 3.5));
}

TEST_CASE("a kink is unsettled or wrong, not right") {
  const Program p = program([](Graph& graph) { return abs(graph.input("x", f64) - 1) * 3; });
  const Tensor arguments[] = {Tensor::scalar(Dtype::f64, 1 + 1e-9)};
  CHECK(row(check_derivatives(p, arguments), "gradient in x").verdict != Verdict::right);
}

TEST_CASE("f32 is checked with its own tolerance") {
  const Program p = program([](Graph& graph) { return sum(sin(graph.input("x", f32, {Extent(3)}))); });
  Tensor x(Dtype::f32, {3});
  for (int i = 0; i < 3; i++) x.set(i, 0.3 + i);
  const Tensor arguments[] = {x};
  for (const CheckRow& one : check_derivatives(p, arguments)) CHECK(one.verdict == Verdict::right);
}

TEST_CASE("what cannot be checked is said") {
  const Program p = program([](Graph& graph) { return graph.make(ruleless, {graph.input("x", f64)}); });
  const Tensor arguments[] = {Tensor::scalar(Dtype::f64, 1)};
  CHECK_MESSAGE_HAS(check_derivatives(p, arguments), "test_ruleless");
  const Program integers = program([](Graph& graph) { return graph.input("k", i64) * 2; });
  const Tensor k[] = {Tensor::scalar(Dtype::i64, 1)};
  CHECK_MESSAGE_HAS(check_derivatives(integers, k), "has no input of floats");
  CHECK_MESSAGE_HAS(check_derivatives(p, {}), "takes 1 arguments, not 0");
}

static const CheckRow& first_row_at(const std::function<Expr(Expr)>& f, double x,
                                    std::vector<CheckRow>& rows) {
  const Program p = program([&](Graph& graph) { return f(graph.input("x", f64)); });
  const Tensor arguments[] = {Tensor::scalar(Dtype::f64, x)};
  rows = check_derivatives(p, arguments);
  return row(rows, "gradient in x");
}

TEST_CASE("what is not finite is not compared") {
  std::vector<CheckRow> rows;
  const std::function<Expr(Expr)> functions[] = {
      [](Expr x) { return sqrt(x); }, [](Expr x) { return log(x); }, [](Expr x) { return 1.0 / x; },
      [](Expr x) { return x + stop_gradient(log(x)); }};
  for (const auto& f : functions) {
    const CheckRow one = first_row_at(f, 0, rows);
    CAPTURE(one.note);
    CHECK(one.verdict == Verdict::unsettled);
    CHECK(has(one.note, "not finite here"));
    if (&f != &functions[3])  // whose derivatives are finite
      for (const CheckRow& other : rows) CHECK(other.verdict != Verdict::right);
  }
  CHECK(first_row_at([](Expr x) { return exp(x * 1000.0); }, 1, rows).verdict == Verdict::unsettled);
  // A finite slope is enough to refuse a NaN.
  CHECK(first_row_at([](Expr x) { return x + 0.0 * sqrt(x * x); }, 0, rows).verdict == Verdict::wrong);
}

TEST_CASE("a kink is told by its two slopes") {
  std::vector<CheckRow> rows;
  const CheckRow relu_at_0 = first_row_at([](Expr x) { return relu(x); }, 0, rows);
  CHECK(relu_at_0.verdict == Verdict::unsettled);
  CHECK(has(relu_at_0.note, "a kink?"));
  CHECK(has(relu_at_0.note, "0 to the left and 1 to the right"));
  // Huber's loss has a slope at 1, and no curvature.
  const auto huber = [](Expr x) { return select(abs(x) < 1.0, 0.5 * x * x, abs(x) - 0.5); };
  CHECK(first_row_at(huber, 1, rows).verdict == Verdict::right);
  CHECK(row(rows, "hvp in x").verdict == Verdict::unsettled);
  CHECK(has(row(rows, "hvp in x").note, "a kink?"));
  // Two slopes excuse no derivative outside of them.
  const auto wrong = [](Expr x) { return x.graph().make(wrong_square, {x + 2.0}) + abs(x); };
  CHECK(first_row_at(wrong, 0, rows).verdict == Verdict::wrong);
}

TEST_CASE("stop_gradient is named where differences see through it") {
  std::vector<CheckRow> rows;
  const CheckRow one = first_row_at([](Expr x) { return x * stop_gradient(x); }, 2, rows);
  CHECK(one.verdict == Verdict::wrong);
  CHECK(has(one.note, "stop_gradient"));
}

TEST_CASE("differences from one side") {
  const auto f = [](double t) { return t < 0 ? std::exp(2 * t) : std::exp(t); };
  CHECK(std::abs(differentiate_one_side(f, 0.1).value - 1) < 1e-8);
  CHECK(std::abs(differentiate_one_side(f, -0.1).value - 2) < 1e-8);
}
