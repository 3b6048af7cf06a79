// Derivatives of a function of one number by central differences, extrapolated to step 0 (Ridders 1982):
// about ten digits where the function is smooth, with an estimate of the error.
#pragma once
#include <functional>

namespace wengert {

struct Difference {
  double value = 0;
  double error = 0;  ///< estimated; infinite when no step gave finite values
};

/// f'(0), from steps of `step` and smaller. A step at which f is not finite is shortened.
Difference differentiate(const std::function<double(double)>& f, double step);

}  // namespace wengert
