// log and log1p: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), log x = k ln2 + log(1 + f).
#include "ir/math/float_bits.h"
#include "ir/math/functions.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// log(1 + f) = 2s + s^3 p(s^2) with s = f / (2 + f)
static constexpr double log_f64[] = {0x1.5555555555593p-1, 0x1.999999997f9dep-2, 0x1.249249422d42ep-2,
                                     0x1.c71c51d420fb7p-3, 0x1.74664ab096d6p-3,  0x1.39a07573a5416p-3,
                                     0x1.2f12fea12e3e7p-3};
// log(1 + f) = f - f^2/2 + f^3 p(f)
static constexpr double log_f32[] = {0x1.55555cp-2, -0x1.000236p-2, 0x1.999cf8p-3, -0x1.546bfp-3,
                                     0x1.2307b2p-3, -0x1.0de8cp-3,  0x1.048f56p-3, -0x1.351686p-4};
static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;

/// k ln2 + log(1 + f) + extra, where extra is a small correction.
static Num combine(Arithmetic& m, Num k, Num f, Num extra) {
  const Num ln2_high = constant(m, f.type, 0x1.62e42fefa38p-1, 0x1.62ep-1);  // k ln2_high is exact
  const Num ln2_low = constant(m, f.type, 0x1.ef35793c7673p-45, 0x1.0bfbe8p-15);
  const Num half_square = 0.5 * (f * f);
  const Num low = m.mul_add(k, ln2_low, extra);
  Num tail;
  if (f.type == Dtype::f64) {
    // f = 2s + s f, hence 2s + s^3 p = f - f^2/2 + s (f^2/2 + s^2 p): the leading terms carry no error of s.
    const Num s = f / (2.0 + f), z = s * s;
    tail = m.mul_add(s, m.mul_add(z, polynomial(m, z, log_f64), half_square), low);
  } else {
    tail = m.mul_add(f * f * f, polynomial(m, f, log_f32), low);
  }
  return m.fma(k, ln2_high, f - (half_square - tail));
}

Num log(Arithmetic& m, Num x) {
  const Split s = split(m, x, sqrt_half);
  const Num finite = combine(m, to_float(m, s.exponent), s.significand - 1.0, m.like(x, 0));
  const Num edge = m.select(x == 0.0, -infinity(m, x), nan(m, x));
  return m.select(x > 0.0, m.select(x == infinity(m, x), x, finite), edge);
}

// 1 + x rounded is 2^k (1 + f), and what rounding lost goes into the correction; where k = 0, f is x itself.
Num log1p(Arithmetic& m, Num x) {
  const Num sum = 1.0 + x;
  const Split s = split(m, sum, sqrt_half);
  const Num k = to_float(m, s.exponent);
  const Num zero = m.like(x, 0), small = k == 0.0;
  const Num part = sum - x;
  const Num lost = m.select(x > 1.0, 1.0 - part, x - (sum - 1.0));
  const Num f = m.select(small, x, s.significand - 1.0);
  // log(sum + lost) - log(sum) = lost / sum, and 1 / (1 + f) is needed to a few bits only.
  const bool wide = x.type == Dtype::f64;
  const Num down = power_of_two(m, -s.exponent, x.type);
  const Num extra =
      m.select(small | (x > (wide ? 0x1p60 : 0x1p30)), zero, lost * down * m.mul_add(f, f, 1.0 - f));
  const Num finite = m.copysign(combine(m, k, f, extra), x);  // keeps -0
  const Num edge = m.select(x == -1.0, -infinity(m, x), nan(m, x));
  return m.select(x > -1.0, m.select(x == infinity(m, x), x, finite), edge);
}

}  // namespace wengert::math
