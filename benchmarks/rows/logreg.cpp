#include <cmath>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t rows = 10000, features = 100;

// log(1 + exp(-m)) and its slope, each margin m by itself.
void plain(const double* X, const double* y, const double* w, double* value, double* gradient) {
  double loss = 0, penalty = 0;
  for (int64_t j = 0; j < features; j++) gradient[j] = 0;
  for (int64_t i = 0; i < rows; i++) {
    const double* x = X + i * features;
    double score = 0;
    for (int64_t j = 0; j < features; j++) score += x[j] * w[j];
    const double power = std::exp(-y[i] * score);
    loss += std::log1p(power);
    const double slope = -y[i] * power / (1 + power) / rows;
    for (int64_t j = 0; j < features; j++) gradient[j] += slope * x[j];
  }
  for (int64_t j = 0; j < features; j++) {
    penalty += w[j] * w[j];
    gradient[j] += 0.02 * w[j];
  }
  *value = loss / rows + 0.01 * penalty;
}

}  // namespace

Row logreg_row(const Context& context) {
  Row row{.name = "logreg"};
  Random random(1);
  const Array w = normal_array(random, f64, {features}, 0.1), X = normal_array(random, f64, {rows, features});
  const Array y(f64, {rows}), truth = normal_array(random, f64, {features});
  for (int64_t i = 0; i < rows; i++) {
    double score = 0.5 * random.normal();
    for (int64_t j = 0; j < features; j++) score += X.f64()[i * features + j] * truth.f64()[j];
    y.f64()[i] = score < 0 ? -1 : 1;
  }
  row.inputs = {{"w", w}, {"X", X}, {"y", y}};
  row.outputs = {Array(f64, {}), Array(f64, {features})};
  expect(row, context, [&](const std::vector<Array>& expected) {
    plain(X.f64(), y.f64(), w.f64(), expected[0].f64(), expected[1].f64());
  });

  add_wengert(row, context,
              {.program = from_text("logreg.wg", "loss", {{"D", features}}),
               .derivatives = {.grad = {"w"}},
               .sizes = {{"N", rows}}});
  if (context.only_wengert) return row;
  double *value = row.outputs[0].f64(), *gradient = row.outputs[1].f64();
  using ByHand = double(int, int, const double*, const double*, const double*, double*);
  const auto by_hand = [=](ByHand* f) { *value = f(rows, features, X.f64(), y.f64(), w.f64(), gradient); };
  add_by_hand<ByHand>(row, context, "by hand", "man_logreg", by_hand);
  add_by_hand<ByHand>(row, context, "by hand, BLAS", "man_logreg_blas", by_hand);
  row.contenders.push_back(
      {"plain C++", each([=] { plain(X.f64(), y.f64(), w.f64(), value, gradient); }), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
