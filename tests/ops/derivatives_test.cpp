// First and second derivatives of every elementwise op on floats, in reverse and forward mode and all four
// mixes, against differences at 400 bits; and vjp against jvp.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "backends.h"
#include "cases.h"
#include "exact.h"
#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

using namespace wengert;
using namespace wengert::tests;

namespace {

constexpr int64_t count = 24;

// What a case is differentiated with: operands, two directions for the floats among them.
struct Probe {
  std::vector<Tensor> arguments;
  std::vector<std::vector<double>> at, u, v;  // [element][operand]; zero for operands that are not floats

  explicit Probe(const Case& c, std::mt19937_64& random) : at(count), u(count), v(count) {
    std::uniform_real_distribution<double> unit(0.25, 1);
    for (size_t i = 0; i < c.operands.size(); i++) arguments.push_back(samples(c, i, count, random));
    for (const bool second : {false, true})
      for (size_t i = 0; i < c.operands.size(); i++) {
        if (!is_float(c.operands[i])) {
          for (auto& row : second ? v : u) row.push_back(0);
          continue;
        }
        Tensor direction(c.operands[i], {count});
        for (int64_t k = 0; k < count; k++) {
          direction.set(k, unit(random));
          (second ? v : u)[k].push_back(direction.at(k));
        }
        arguments.push_back(std::move(direction));
      }
    for (int64_t k = 0; k < count; k++)
      for (size_t i = 0; i < c.operands.size(); i++) at[k].push_back(arguments[i].at(k));
  }
};

// The bench with direction inputs behind the operands.
struct DerivativeBench : Bench {
  std::vector<Expr> u, v;
  explicit DerivativeBench(const Case& c) : Bench(c, {count}) {
    for (const char* letter : {"u", "v"})
      for (size_t i = 0; i < floats.size(); i++)
        (*letter == 'u' ? u : v)
            .push_back(graph().input(fmt::format("{}{}", letter, i), floats[i].dtype(), {count}));
  }
};

// Σ a_i b_i.
Expr paired(const std::vector<Expr>& a, const std::vector<Expr>& b) {
  Expr total;
  for (size_t i = 0; i < a.size(); i++) {
    const Expr term = a[i].dtype() == Dtype::f64 && b[i].dtype() == Dtype::f64
                          ? a[i] * b[i]
                          : convert(a[i], Dtype::f64) * convert(b[i], Dtype::f64);
    total = total.present() ? total + term : term;
  }
  return total;
}

std::vector<Expr> gradients_of(Expr y, const std::vector<Expr>& xs) {
  return gradients(std::span(&y, 1), xs);
}
Expr jvp_of(Expr y, const std::vector<Expr>& xs, const std::vector<Expr>& tangents) {
  return jvp(std::span(&y, 1), xs, tangents)[0];
}

double magnitude(const std::vector<double>& v) {
  double largest = 0;
  for (double x : v) largest = std::max(largest, std::fabs(x));
  return largest;
}

double tolerance(const Case& c) {
  bool wide = c.result == Dtype::f64;
  for (Dtype dtype : c.operands) wide &= dtype != Dtype::f32;
  return wide ? 0x1p-52 : 0x1p-23;
}

bool differentiable(const Case& c) {
  bool some = false;
  for (Dtype dtype : c.operands) some |= is_float(dtype);
  return some && c.floating();
}

// The real derivatives, zero where the record says so (stop_gradient is not its value's derivative).
Exact exact_slope(const Case& c, const Reference& f, const std::vector<double>& x,
                  const std::vector<double>& u) {
  return c.op->derivative == Derivative::zero ? Exact(0.0) : slope(f, x, u, c.attributes);
}
Exact exact_curvature(const Case& c, const Reference& f, const std::vector<double>& x,
                      const std::vector<double>& u, const std::vector<double>& v) {
  return c.op->derivative == Derivative::zero ? Exact(0.0) : curvature(f, x, u, v, c.attributes);
}

}  // namespace

TEST_CASE("first derivatives: reverse and forward against differences and each other") {
  std::mt19937_64 random(2);
  for (const Case& c : elementwise_cases()) {
    if (!differentiable(c)) continue;
    CAPTURE(c.text());
    const Reference* reference = reference_of(*c.op);
    REQUIRE(reference);
    const Probe probe(c, random);
    DerivativeBench bench(c);
    const Expr y = bench.call(c);
    const std::vector<Expr> gradient = gradients_of(y, bench.floats);
    bench.output(paired(gradient, bench.u));
    bench.output(jvp_of(y, bench.floats, bench.u));
    for (const Expr& g : gradient) {
      CHECK(g.type() == bench.floats[&g - gradient.data()].type());
      bench.output(g);
    }
    const std::vector<Tensor> out = run(bench.program, probe.arguments);
    for (int64_t k = 0; k < count; k++) {
      const double expected = exact_slope(c, *reference, probe.at[k], probe.u[k]).number();
      std::vector<double> parts{expected};
      for (size_t i = 2; i < out.size(); i++) parts.push_back(out[i].at(k));
      const double allowed = 64 * tolerance(c) * (magnitude(parts) + 1e-300);
      CAPTURE(fmt::format("{}", fmt::join(probe.at[k], ", ")));
      CAPTURE(expected);
      CAPTURE(out[0].at(k));
      CAPTURE(out[1].at(k));
      CHECK(std::fabs(out[0].at(k) - expected) <= allowed);
      CHECK(std::fabs(out[1].at(k) - expected) <= allowed);
    }
  }
}

TEST_CASE("second derivatives in all four mode pairs against differences") {
  std::mt19937_64 random(3);
  for (const Case& c : elementwise_cases()) {
    if (!differentiable(c)) continue;
    CAPTURE(c.text());
    const Reference* reference = reference_of(*c.op);
    REQUIRE(reference);
    const Probe probe(c, random);
    DerivativeBench bench(c);
    const Expr y = bench.call(c);
    const std::vector<Expr>& xs = bench.floats;
    const std::vector<Expr> gradient = gradients_of(y, xs);
    const Expr slope_v = jvp_of(y, xs, bench.v);
    // over the gradient: reverse, then forward; over the tangent: reverse, then forward
    bench.output(paired(gradients_of(paired(gradient, bench.v), xs), bench.u));
    bench.output(jvp_of(paired(gradient, bench.v), xs, bench.u));
    bench.output(paired(gradients_of(slope_v, xs), bench.u));
    bench.output(jvp_of(slope_v, xs, bench.u));
    const std::vector<Tensor> out = run(bench.program, probe.arguments);
    for (int64_t k = 0; k < count; k++) {
      const double expected = exact_curvature(c, *reference, probe.at[k], probe.u[k], probe.v[k]).number();
      const double first = exact_slope(c, *reference, probe.at[k], probe.v[k]).number();
      const double allowed = 1024 * tolerance(c) * (std::fabs(expected) + std::fabs(first) + 1e-300);
      CAPTURE(fmt::format("{}", fmt::join(probe.at[k], ", ")));
      CAPTURE(expected);
      for (size_t mode = 0; mode < out.size(); mode++) {
        CAPTURE(mode);
        CAPTURE(out[mode].at(k));
        CHECK(std::fabs(out[mode].at(k) - expected) <= allowed);
      }
    }
  }
}

TEST_CASE("an op without a rule is an error that names it") {
  static const Op bare{
      .name = "test_bare",
      .summary = "x, with no derivative rule",
      .type = build::same_float_type,
      .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0]; },
  };
  Graph graph;
  const Expr x = graph.input("x", Dtype::f64, {3}), y = graph.make(bare, {x});
  for (const bool forward : {false, true}) {
    try {
      if (forward)
        jvp_of(y, {x}, {x});
      else
        gradients_of(y, {x});
      FAIL("accepted ", bare.name);
    } catch (const Error& error) {
      CHECK(error.code() == Code::no_rule);
      CHECK(std::string(error.what()).find(bare.name) != std::string::npos);
    }
  }
}
