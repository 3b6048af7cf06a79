// Derivatives of a function of one number by differences, extrapolated to step 0 (Ridders 1982): central ones
// give about ten digits where the function is smooth, one-sided ones eight; both estimate their error.
#pragma once
#include <functional>

namespace wengert {

struct Difference {
  double value = 0;
  double error = 0;  ///< estimated; infinite when no step gave finite values
};

/// f'(0), from steps of `step` and smaller. A step at which f is not finite is shortened.
Difference differentiate(const std::function<double(double)>& f, double step);
/// The derivative of f at 0 from one side alone: the right one, or for a negative step the left one.
Difference differentiate_one_side(const std::function<double(double)>& f, double step);

}  // namespace wengert
