#include "frontend/ridders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace wengert {

Difference differentiate(const std::function<double(double)>& f, double step) {
  constexpr int rows = 10, shortenings = 60;
  constexpr double ratio = 1.4, give_up = 2;
  const auto quotient = [&](double h) { return (f(h) - f(-h)) / (2 * h); };
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
    double factor = ratio * ratio;
    for (int j = 1; j <= i; j++, factor *= ratio * ratio) {
      row[j] = (row[j - 1] * factor - above[j - 1]) / (factor - 1);
      const double error = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - above[j - 1]));
      if (error <= best.error) best = {row[j], error};
    }
    if (std::abs(row[i] - above[i - 1]) >= give_up * best.error) break;
    above = row;
  }
  return best;
}

}  // namespace wengert
