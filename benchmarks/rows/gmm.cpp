// A Gaussian mixture (ADBench's objective). The parameters lie one behind the other, as do their gradients:
// alphas, means, and for each component its D logarithms and its strictly lower triangle by columns.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <fmt/format.h>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 1000;
constexpr double gamma_ = 1, m = 0;

struct Mixture {
  int64_t D, K;
  int64_t triangle() const { return D * (D + 1) / 2; }
  int64_t size() const { return K * (1 + D + triangle()); }
  int64_t mean(int64_t k) const { return K + k * D; }
  int64_t factor(int64_t k) const { return K + K * D + k * triangle(); }
  /// Where entry (j, i) below the diagonal stands in a component's factor.
  int64_t below(int64_t j, int64_t i) const { return D + i * (2 * D - i - 1) / 2 + j - i - 1; }
  /// The terms without parameters.
  double constant() const {
    const double freedom = static_cast<double>(D) + m + 1, d = static_cast<double>(D);
    double log_gamma = 0.25 * d * (d - 1) * std::log(std::numbers::pi);
    for (int64_t j = 0; j < D; j++) log_gamma += std::lgamma(0.5 * (freedom - static_cast<double>(j)));
    const double wishart = freedom * d * std::log(gamma_ / std::numbers::sqrt2) - log_gamma;
    return -0.5 * n * d * std::log(2 * std::numbers::pi) - static_cast<double>(K) * wishart;
  }
};

double softmax(std::vector<double>& terms) {
  const double top = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (double& term : terms) sum += term = std::exp(term - top);
  for (double& term : terms) term /= sum;
  return top + std::log(sum);
}

double plain(const Mixture& mix, const double* points, const double* theta, double* gradient) {
  const int64_t D = mix.D, K = mix.K;
  std::fill_n(gradient, mix.size(), 0.0);
  std::vector<double> terms(K), centred(K * D), y(K * D);
  double value = mix.constant();
  for (int64_t p = 0; p < n; p++) {
    for (int64_t k = 0; k < K; k++) {
      const double* factor = theta + mix.factor(k);
      double *c = &centred[k * D], *out = &y[k * D], squares = 0, scale = 0;
      for (int64_t j = 0; j < D; j++) c[j] = points[p * D + j] - theta[mix.mean(k) + j];
      for (int64_t j = 0; j < D; j++) {
        out[j] = std::exp(factor[j]) * c[j];
        for (int64_t i = 0; i < j; i++) out[j] += factor[mix.below(j, i)] * c[i];
        squares += out[j] * out[j];
        scale += factor[j];
      }
      terms[k] = theta[k] + scale - 0.5 * squares;
    }
    value += softmax(terms);
    for (int64_t k = 0; k < K; k++) {
      const double *factor = theta + mix.factor(k), *c = &centred[k * D];
      double *to_mean = gradient + mix.mean(k), *to_factor = gradient + mix.factor(k);
      gradient[k] += terms[k];
      for (int64_t j = 0; j < D; j++) {
        const double weighted = terms[k] * y[k * D + j], diagonal = std::exp(factor[j]);
        to_factor[j] += terms[k] - weighted * diagonal * c[j];
        to_mean[j] += weighted * diagonal;
        for (int64_t i = 0; i < j; i++) {
          to_factor[mix.below(j, i)] -= weighted * c[i];
          to_mean[i] += weighted * factor[mix.below(j, i)];
        }
      }
    }
  }
  std::vector<double> alphas(theta, theta + K);
  value -= n * softmax(alphas);
  for (int64_t k = 0; k < K; k++) {
    gradient[k] -= n * alphas[k];
    for (int64_t j = 0; j < mix.triangle(); j++) {
      const double factor = theta[mix.factor(k) + j], entry = j < D ? std::exp(factor) : factor;
      value += 0.5 * gamma_ * gamma_ * entry * entry - (j < D ? m * factor : 0);
      gradient[mix.factor(k) + j] += j < D ? gamma_ * gamma_ * entry * entry - m : gamma_ * gamma_ * entry;
    }
  }
  return value;
}

Array number(double value) {
  Array out(f64, {});
  out.f64()[0] = value;
  return out;
}

}  // namespace

Row gmm_row(const Context& context, int64_t dimensions, int64_t components) {
  const Mixture mix{dimensions, components};
  const int64_t D = mix.D, K = mix.K;
  Row row{.name = fmt::format("gmm-d{}k{}", D, K)};
  Random random(3);
  const Array theta = normal_array(random, f64, {mix.size()}), x = normal_array(random, f64, {n, D});
  for (int64_t i = mix.factor(0); i < mix.size(); i++) theta.f64()[i] *= 0.2;
  auto parts = [&](const Array& whole) {
    return std::vector<Array>{Array::view(whole, 0, {K}), Array::view(whole, K, {K, D}),
                              Array::view(whole, mix.factor(0), {K, mix.triangle()})};
  };
  const std::vector<Array> parameters = parts(theta);
  row.inputs = {{"alphas", parameters[0]},
                {"means", parameters[1]},
                {"icf", parameters[2]},
                {"x", x},
                {"gamma", number(gamma_)},
                {"m", number(m)},
                {"constant", number(mix.constant())}};
  const Array gradient(f64, {mix.size()});
  row.outputs = parts(gradient);
  row.outputs.insert(row.outputs.begin(), number(0));
  expect(row, context, [&](std::vector<Array>& expected) {
    const Array whole(f64, {mix.size()});
    const double value = plain(mix, x.f64(), theta.f64(), whole.f64());
    expected = parts(whole);
    expected.insert(expected.begin(), number(value));
  });

  add_wengert(row, context,
              {.program = from_text("gmm.wg", "likelihood", {{"D", D}, {"K", K}}),
               .derivatives = {.grad = {"alphas", "means", "icf"}},
               .sizes = {{"N", n}}});
  if (context.only_wengert) return row;
  double *value = row.outputs[0].f64(), *out = gradient.f64();
  const double *points = x.f64(), *at = theta.f64();
  using ByHand = double(int, int, int, double, int, double, const double*, const double*, double*);
  const auto by_hand = [=, constant = mix.constant()](ByHand* f) {
    *value = f(static_cast<int>(D), static_cast<int>(K), n, gamma_, static_cast<int>(m), constant, points, at,
               out);
  };
  add_by_hand<ByHand>(row, context, "by hand, points across lanes", "man_gmm_soa", by_hand);
  add_by_hand<ByHand>(row, context, "by hand, BLAS", "man_gmm_blas", by_hand);
  row.contenders.push_back({"plain C++", each([=] { *value = plain(mix, points, at, out); }), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
