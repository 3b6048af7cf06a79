// Checks the derivatives of a program at a point: gradients and Hessian-vector products against extrapolated
// differences of the evaluator, forward mode against reverse, and second order in both mixes.
//
// All float results are checked together, summed with fixed random weights (a single number as it is); every
// float input by itself.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert {

struct CheckOptions {
  double tolerance = 0;  ///< relative; 0: 1e-6 where all is f64, 1e-3 where an f32 is involved
  int elements = 16;     ///< how many single elements of an input are moved, spread evenly
  int directions = 4;    ///< how many random directions it is moved in
  uint64_t seed = 1;
};

enum class Verdict : uint8_t {
  right,
  wrong,
  unsettled,  ///< no derivative here to compare with: a kink, an edge of the domain, a value that is not
              ///< finite
  no_rule     ///< an op on the way has no rule for this mode
};

struct CheckRow {
  std::string what;  ///< "gradient in w", "jvp against vjp in w" ...
  int compared = 0;  ///< numbers compared
  /// The largest relative error of the comparisons with this verdict; infinite where something isn't finite.
  double worst = 0;
  Verdict verdict = Verdict::right;
  std::string note = {};  ///< the worst comparison, when it isn't right
};

/// Throws Error(not_differentiable) when the program has no float input or no float result, and what
/// evaluate() throws.
std::vector<CheckRow> check_derivatives(const Program& program, std::span<const Tensor> arguments,
                                        const CheckOptions& options = {});

}  // namespace wengert
