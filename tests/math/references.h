// What the accuracy sweep compares with: for each function its body, an MPFR reference, its bound and the
// arguments that deserve samples beside the usual ones.
#pragma once
#include <mpfr.h>

#include <vector>

#include "ir/arithmetic.h"

namespace wengert::tests {

/// Values with a random significand between low and high: exponents uniform if both have one sign, else
/// uniform.
struct Interval {
  double low, high;
};

struct Reference {
  const char* name;
  int arity;
  Num (*body)(Arithmetic& m, Num x, Num y);
  void (*exact)(mpfr_t out, mpfr_t x, mpfr_t y);
  double bound;  ///< in ulp
  std::vector<Interval> intervals{};
  std::vector<double> near{};    ///< points around which samples crowd
  std::vector<double> points{};  ///< hard cases, taken as they are
  double floor_below_zero = 0;   ///< where no argument is positive the unit is ulp(max(|f|, this))
};

const std::vector<Reference>& references();

}  // namespace wengert::tests
