// Hyperbolic functions from e^x = 2^n (1 + p), kept as a pair where cancellation would cost.
#include "ir/math/exponential.h"
#include "ir/math/functions.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// With E = e^(2|x|) - 1: E / (E + 2). Dividing by 2^n first, E 2^-n = p + (1 - 2^-n).
Num tanh(Arithmetic& m, Num x) {
  const Num inside = at_most(m, m.absolute(x), x.type == Dtype::f64 ? 20 : 10);  // beyond, 1 to the last bit
  const ScaledExp e = scaled_exp(m, inside + inside);
  const Num down = power_of_two(m, -e.n, x.type);
  const Pair numerator = add(Pair{1.0 - down, m.like(x, 0)}, e.p);
  const Pair denominator = add(Pair{1.0 + down, m.like(x, 0)}, e.p);
  const Pair quotient = divide(m, numerator, denominator);
  return m.copysign(quotient.high + quotient.low, x);
}

}  // namespace wengert::math
