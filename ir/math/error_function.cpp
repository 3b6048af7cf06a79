// erf and erfc: a polynomial below 1, and beyond e^(-x^2) times a smooth function of (x - 4) / (x + 4).
#include "ir/math/exponential.h"
#include "ir/math/functions.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// erf x = x + x p(x^2), |x| <= 1
static constexpr double near_coefficients[] = {
    0x1.06eba8214db69p-3,  -0x1.812746b0379fdp-2,  0x1.ce2f21a04360fp-4,  -0x1.b82ce312ab0a3p-6,
    0x1.565bcd126d6edp-8,  -0x1.c02db49229b1fp-11, 0x1.f9a3342152cf7p-14, -0x1.f4d31d85b4f84p-17,
    0x1.b9ed71fb0fe73p-20, -0x1.5f8e4d2412c71p-23, 0x1.fc0d5c2f2905ap-27, -0x1.452ac54ffba4cp-30,
    0x1.25ec3cb74ee9fp-34};
// (1 + 2x) e^(x^2) erfc x = p((x - 4) / (x + 4)), 1 <= x <= 28 (M. Shepherd and J. Laframboise, 1981)
static constexpr double tail_coefficients[] = {
    0x1.3ba5916e9fd7fp0,    -0x1.1df1ad154a28ep-3,  0x1.f7f5df66fd81bp-7,   0x1.16ecefcfa532ep-4,
    -0x1.9ddb23c3e950cp-4,  0x1.7fee004e13b75p-4,   -0x1.0fb06dfe40396p-4,  0x1.3079edf63b762p-5,
    -0x1.0962388782f4cp-6,  0x1.49c672a6414a7p-8,   -0x1.8d4a96ec05df5p-11, -0x1.a1df48d49f65ap-13,
    0x1.3bdff77344942p-13,  -0x1.99530bab053e5p-16, -0x1.787557dbeea4ep-17, 0x1.7ecee848a1404p-18,
    0x1.35c56e03c9cacp-22,  -0x1.b4bceb4174db3p-21, 0x1.56aba3af459acp-24,  0x1.96e18f219a068p-24,
    -0x1.3f31d9d637d05p-26, -0x1.42a99d444f807p-28};

/// erf x - x for |x| <= 1.
static Num near_rest(Arithmetic& m, Num x) { return x * polynomial(m, x * x, near_coefficients); }

/// erfc a for a >= 1. The square carries its rounding error into the exponential.
static Num tail(Arithmetic& m, Num a) {
  const Num x = at_most(m, a, 28);
  const Pair square = two_product(m, x, x);
  const Num decay = exp_pair(m, negate(square));
  const Num t = (x - 4.0) / (x + 4.0);
  return decay * (polynomial(m, t, tail_coefficients) / m.fma(x, m.like(x, 2), m.like(x, 1)));
}

Num erf(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, erf, x);
  const Num a = m.absolute(x);
  return m.select(a < 1.0, x + near_rest(m, x), m.copysign(1.0 - tail(m, a), x));
}

Num erfc(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, erfc, x);
  const Num a = m.absolute(x), one = m.like(x, 1);
  const Pair difference = fast_two_sum(one, -x);
  const Num beyond = tail(m, a);
  return m.select(a < 1.0, difference.high + (difference.low - near_rest(m, x)),
                  m.select(x < 0.0, 2.0 - beyond, beyond));
}

}  // namespace wengert::math
