// The logistic function and its relatives, all from e^-|x|, which does not overflow.
#include "ir/math/exponential.h"
#include "ir/math/functions.h"
#include "ir/math/logarithm.h"

namespace wengert::math {

Num logistic(Arithmetic& m, Num x) {
  const Num z = exp(m, -m.absolute(x));
  return m.select(x < 0.0, z, m.like(x, 1)) / (1.0 + z);
}

Num softplus(Arithmetic& m, Num x) {
  return at_least(m, x, 0) + log1p_of_fraction(m, exp(m, -m.absolute(x)));
}

Num log_sigmoid(Arithmetic& m, Num x) {
  return at_most(m, x, 0) - log1p_of_fraction(m, exp(m, -m.absolute(x)));
}

// Near zero log(-(e^x - 1)), below log(1 - e^x); one exponential and one logarithm serve both.
Num log1mexp(Arithmetic& m, Num x) {
  const Num near = x > -0x1.62e42fefa39efp-1;
  const ScaledExp e = scaled_exp(m, at_least(m, at_most(m, x, 0), x.type == Dtype::f64 ? -746 : -104));
  const Num z = scale(m, 1.0 + (e.p.high + e.p.low), e.n);
  const Pair far = fast_two_sum(m.like(x, 1), -z);
  // e^x - 1 = 2^n (p + 1) - 1, where n is 0 or -1.
  const Num up = power_of_two(m, m.maximum(e.n, m.like(e.n, -2)), x.type);
  const Pair difference = add(fast_two_sum(m.like(x, 1), -up), Pair{-e.p.high * up, -e.p.low * up});
  const Pair sum{m.select(near, difference.high, far.high), m.select(near, difference.low, far.low)};
  const Num value = log_of_sum(m, sum, -z);
  return m.select(x < 0.0, value, m.select(x == 0.0, -infinity(m, x), nan(m, x)));
}

// The difference keeps its rounding error: where it is large, e^difference feels it.
Num logaddexp(Arithmetic& m, Num x, Num y) {
  const Num high = m.maximum(x, y), low = m.minimum(x, y), zero = m.like(x, 0);
  const Pair gap = two_sum(low, -high);
  const Num same = x == y;  // also equal infinities
  const Num z = exp_pair(m, {m.select(same, zero, gap.high), m.select(same, zero, gap.low)});
  return high + log1p_of_fraction(m, z);
}

}  // namespace wengert::math
