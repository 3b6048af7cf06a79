// Hyperbolic functions from e^x = 2^n (1 + p), kept as a pair where cancellation would cost.
#include "ir/math/exponential.h"
#include "ir/math/functions.h"
#include "ir/math/logarithm.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// E 2^-n for E = e^x - 1, exactly enough: p + (1 - 2^-n).
static Pair scaled_expm1(Num down, Pair p) {
  return add(fast_two_sum(down.arithmetic->like(down, 1), -down), p);
}

// (E + E / (E + 1)) / 2 with E = e^|x| - 1 = 2^n F, which is F (2^n + 1 / (1 + p)) / 2.
Num sinh(Arithmetic& m, Num x) {
  const bool wide = x.type == Dtype::f64;
  const ScaledExp e = scaled_exp(m, at_most(m, m.absolute(x), wide ? 711.5 : 90));
  const Num capped = m.minimum(e.n, m.like(e.n, wide ? 60 : 30));
  const Pair f = scaled_expm1(power_of_two(m, -capped, x.type), e.p);
  // 2^n overflows before the product does: half of it is multiplied in last.
  const Num half = m.shift_right_arithmetic(e.n, m.like(e.n, 1));
  const Num inverse = 0.5 / (1.0 + e.p.high);
  const Num factor =
      m.fma(inverse, power_of_two(m, -half, x.type), power_of_two(m, e.n - half - 1.0, x.type));
  return m.copysign((f.high + f.low) * factor * power_of_two(m, half, x.type), x);
}

// (2^n (1 + p) + 2^-n / (1 + p)) / 2.
Num cosh(Arithmetic& m, Num x) {
  const bool wide = x.type == Dtype::f64;
  const ScaledExp e = scaled_exp(m, at_most(m, m.absolute(x), wide ? 711.5 : 90));
  const Num capped = m.minimum(e.n, m.like(e.n, wide ? 60 : 30));
  const Pair u = add(e.p, m.like(x, 1));
  const Num sum = u.high + m.fma(power_of_two(m, capped * -2.0, x.type), 1.0 / u.high, u.low);
  return scale(m, sum, e.n - 1.0);
}

// tanh x = x + x^3 p(x^2) for |x| < 0.55
static constexpr double tanh_f32[] = {-0x1.55554ap-2, 0x1.110dp-3, -0x1.b92358p-5, 0x1.5918a4p-6,
                                      -0x1.9a79bap-8};

// A polynomial near 0, elsewhere 1 - 2 / (e^(2|x|) + 1).
static Num tanh_of_f32(Arithmetic& m, Num x) {
  const Num a = at_most(m, m.absolute(x), 10), z = a * a;  // beyond, 1 to the last bit
  const Num near = m.fma(a * z, polynomial(m, z, tanh_f32), a);
  const ShortExp e = short_exp_of_f32(m, a + a);
  const Num far = 1.0 - 2.0 / m.fma(e.power, e.p, e.power + 1.0);
  return m.copysign(m.select(a < 0.55, near, far), x);
}

// With E = e^(2|x|) - 1: E / (E + 2).
Num tanh(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return tanh_of_f32(m, x);
  const Num inside = at_most(m, m.absolute(x), 20);  // beyond, 1 to the last bit
  const Pair e = expm1_moderate(m, inside + inside);
  const Num two = m.like(x, 2), large = e.high > two;
  const Pair below = fast_two_sum(m.select(large, e.high, two), m.select(large, two, e.high));
  const Num inverse = 1.0 / below.high, quotient = e.high * inverse;
  const Num rest = m.fma(-quotient, below.low, m.fma(-quotient, below.high, e.high)) + e.low;
  return m.copysign(m.fma(rest, inverse, quotient), x);
}

static Num large(Num x) { return x > (x.type == Dtype::f64 ? 0x1p30 : 0x1p14); }

/// log(1 + u), or log(2 x) where x is large.
static Num log_of_twice(Arithmetic& m, Num x, Num u) {
  const Pair sum = two_sum(m.like(x, 1), u);
  const Num many = large(x), zero = m.like(x, 0);
  const Num ln2 = m.select(many, m.like(x, 0x1.62e42fefa39efp-1), zero);
  return log_of_sum(m, {m.select(many, x, sum.high), m.select(many, zero, sum.low)}, u) + ln2;
}

// log(x + sqrt(1 + x^2)) = log(1 + (x + x^2 / (1 + sqrt(1 + x^2)))).
Num asinh(Arithmetic& m, Num x) {
  const Num a = m.absolute(x), square = a * a;
  const Num value = log_of_twice(m, a, a + square / (1.0 + m.sqrt(1.0 + square)));
  return m.select(a < infinity(m, x), m.copysign(value, x), x);
}

// log(x + sqrt(x^2 - 1)) = log(1 + (t + sqrt(t (t + 2)))) with t = x - 1, which is exact where it matters.
Num acosh(Arithmetic& m, Num x) {
  const Num t = x - 1.0;
  const Num value = log_of_twice(m, x, t + m.sqrt(t * (x + 1.0)));
  return m.select(x >= 1.0, m.select(x == infinity(m, x), x, value), nan(m, x));
}

Num atanh(Arithmetic& m, Num x) {
  const Num a = m.absolute(x);
  return m.copysign(0.5 * log1p(m, (a + a) / (1.0 - a)), x);
}

}  // namespace wengert::math
