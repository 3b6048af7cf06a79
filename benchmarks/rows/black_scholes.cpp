// A million options, their prices' sum and five greeks.
#include <cmath>
#include <numbers>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 1000000;

// The textbook's greeks; the order is S, K, T, r, sigma, in `in` and in `out`.
void plain(const double* const* in, double* value, double* const* out) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    const double S = in[0][i], K = in[1][i], T = in[2][i], r = in[3][i], sigma = in[4][i];
    const double root = std::sqrt(T);
    const double d1 = std::log(S / K) / (sigma * root) + (r / sigma + 0.5 * sigma) * root;
    const double d2 = d1 - sigma * root;
    const double N1 = 0.5 * std::erfc(-d1 / std::numbers::sqrt2),
                 N2 = 0.5 * std::erfc(-d2 / std::numbers::sqrt2);
    const double density = std::exp(-0.5 * d1 * d1) / std::sqrt(2 * std::numbers::pi);
    const double discount = std::exp(-r * T);
    sum += S * N1 - K * discount * N2;
    out[0][i] = N1;
    out[1][i] = -discount * N2;
    out[2][i] = S * density * sigma / (2 * root) + r * K * discount * N2;
    out[3][i] = K * T * discount * N2;
    out[4][i] = S * density * root;
  }
  *value = sum;
}

}  // namespace

Row black_scholes_row(const Context& context) {
  Row row{.name = "black-scholes"};
  Random random(8);
  static constexpr struct {
    const char* name;
    double low, high;
  } ranges[] = {{"S", 80, 120}, {"K", 80, 120}, {"T", 0.2, 2}, {"r", 0, 0.08}, {"sigma", 0.1, 0.5}};
  row.outputs = {Array(f64, {})};
  std::vector<double*> in, out;
  for (const auto& [name, low, high] : ranges) {
    row.inputs.emplace_back(name, uniform_array(random, f64, {n}, low, high));
    in.push_back(row.inputs.back().second.f64());
    row.outputs.emplace_back(f64, std::vector<int64_t>{n});
    out.push_back(row.outputs.back().f64());
  }
  expect(row, context, [&](const std::vector<Array>& expected) {
    std::vector<double*> greeks;
    for (size_t i = 1; i < expected.size(); i++) greeks.push_back(expected[i].f64());
    plain(in.data(), expected[0].f64(), greeks.data());
  });
  add_wengert(row, context,
              {.program = from_text("black_scholes.wg", "total"),
               .derivatives = {.grad = {"S", "K", "T", "r", "sigma"}},
               .sizes = {{"N", n}}});
  if (context.only_wengert) return row;
  double* value = row.outputs[0].f64();
  using D = const double*;
  using ByHand = double(int, D, D, D, D, D, double*, double*, double*, double*, double*);
  const auto by_hand = [=](ByHand* f) {
    *value = f(n, in[0], in[1], in[2], in[3], in[4], out[0], out[1], out[2], out[3], out[4]);
  };
  add_by_hand<ByHand>(row, context, "by hand", "man_bs", by_hand);
  add_by_hand<ByHand>(row, context, "by hand, libm", "man_bs_libm", by_hand);
  row.contenders.push_back({"plain C++", each([=] { plain(in.data(), value, out.data()); }), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
