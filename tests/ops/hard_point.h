// A hard point of a derivative: a function, the point, and what value, first and second derivatives must be
// there. First derivatives are taken in reverse and in forward mode, second ones in all four mixes of the
// two.
#pragma once
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "ir/expr.h"
#include "ir/tensor.h"

namespace wengert::tests {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

struct Expected {
  std::optional<double> value = {};
  std::vector<double> first = {};  ///< by coordinates of all inputs in turn; empty: not looked at
  std::vector<std::vector<double>> second = {};  ///< rows of the Hessian; empty: not looked at
  double relative = 1e-15;  ///< a zero must be a zero, NaN a NaN, an infinity the same one
};

/// f of inputs like `at` (scalars or arrays; the result is summed if it is one).
using Formula = std::function<Expr(const std::vector<Expr>& x)>;
void check_point(const std::string& what, const Formula& f, const std::vector<Tensor>& at,
                 const Expected& expected);
/// The same at a point of scalars.
void check_point(const std::string& what, const Formula& f, std::initializer_list<double> at,
                 const Expected& expected);

/// The outputs of f at a point, as they are.
std::vector<Tensor> outputs_at(const std::function<std::vector<Expr>(const std::vector<Expr>&)>& f,
                               const std::vector<Tensor>& at);
bool close(double got, double expected, double relative);

}  // namespace wengert::tests
