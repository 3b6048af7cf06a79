#include "frontend/ridders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace wengert {
namespace {

constexpr double ratio = 1.4;

/// The limit of quotient(h) at 0. Its error has the powers of h that `order` is the ratio's power of: all of
/// them, or the even ones.
Difference extrapolate(const std::function<double(double)>& quotient, double step, double order) {
  constexpr int rows = 10, shortenings = 60;
  constexpr double give_up = 2;
  Difference best{0, std::numeric_limits<double>::infinity()};
  double first = quotient(step);
  if (!std::isfinite(first)) {
    for (int i = 0; !std::isfinite(first) && i < shortenings; i++) first = quotient(step /= ratio);
    first = quotient(step /= 8);  // away from the edge of the domain
  }
  if (!std::isfinite(first)) return best;
  // Row i has the extrapolations of order 0..i that end at step i.
  std::array<double, rows> above{first}, row{};
  for (int i = 1; i < rows; i++) {
    step /= ratio;
    row[0] = quotient(step);
    double factor = order;
    for (int j = 1; j <= i; j++, factor *= order) {
      row[j] = (row[j - 1] * factor - above[j - 1]) / (factor - 1);
      const double error = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - above[j - 1]));
      if (error <= best.error) best = {row[j], error};
    }
    if (std::abs(row[i] - above[i - 1]) >= give_up * best.error) break;
    above = row;
  }
  return best;
}

}  // namespace

Difference differentiate(const std::function<double(double)>& f, double step) {
  return extrapolate([&](double h) { return (f(h) - f(-h)) / (2 * h); }, step, ratio * ratio);
}

Difference differentiate_one_side(const std::function<double(double)>& f, double step) {
  const double start = f(0);
  return extrapolate([&](double h) { return (f(h) - start) / h; }, step, ratio);
}

}  // namespace wengert
