// erf: one of 16 polynomials. erfc: a polynomial below 1, and beyond e^(-x^2) times a smooth function of
// (x - 4) / (x + 4).
#include <iterator>

#include "ir/math/erf_table.h"
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
// (1 + 2x) e^(x^2) erfc x = c + t p(t), t = (x - 4)/(x + 4), 1 <= x <= 28 (M. Shepherd and J. Laframboise,
// 1981)
static constexpr double tail_constant_high = 0x1.3ba5916e9fd7fp0, tail_constant_low = -0x1.aa9c415679e6fp-55;
static constexpr double tail_coefficients[] = {
    -0x1.1df1ad154a28ep-3,  0x1.f7f5df66fd7cp-7,    0x1.16ecefcfa5397p-4,   -0x1.9ddb23c3e912dp-4,
    0x1.7fee004e124d2p-4,   -0x1.0fb06dfe4842ap-4,  0x1.3079edf684622p-5,   -0x1.096238856f003p-6,
    0x1.49c6728559db1p-8,   -0x1.8d4a995303255p-11, -0x1.a1df24941e6b4p-13, 0x1.3be02aff358c2p-13,
    -0x1.995960eb5904p-16,  -0x1.787ef2af15d53p-17, 0x1.7f291c4326cbp-18,   0x1.37450e80a9c7ep-22,
    -0x1.baee2e85eaabdp-21, 0x1.5be1ede0ff9aep-24,  0x1.d40cd958feeb9p-24,  -0x1.9e24cef2e3b5dp-26,
    -0x1.a5055fe5a1ff4p-27, 0x1.3ac68188180e5p-28};

/// erf x - x for |x| <= 1.
static Num near_rest(Arithmetic& m, Num x) { return x * polynomial(m, x * x, near_coefficients); }

/// erfc a for a >= 1: 2^n (1 + p) q / (1 + 2a), with the rounding errors of each factor carried along.
static Num tail(Arithmetic& m, Num a) {
  const Num x = at_most(m, a, 28), two = m.like(x, 2), one = m.like(x, 1);
  const ScaledExp e = scaled_exp(m, negate(two_product(m, x, x)));
  const Num t = (x - 4.0) / (x + 4.0);
  const Num rest = m.mul_add(t, polynomial(m, t, tail_coefficients), m.like(x, tail_constant_low));
  const Pair q = fast_two_sum(m.like(x, tail_constant_high), rest);
  const Num high = m.fma(q.high, e.p.high, q.high);
  const Num low = m.fma(q.high, e.p.high, q.high - high) + m.fma(q.high, e.p.low, q.low * (1.0 + e.p.high));
  const Num denominator = m.fma(x, two, one);
  const Pair quotient = divide(m, {high, low}, {denominator, m.fma(x, two, one - denominator)});
  return scale(m, quotient.high + quotient.low, e.n);
}

// erf x = x + x p(x^2), x < 0.95; 1 - e^q(x), x <= 4
static constexpr double near_f32[] = {0x1.06eba8p-3, -0x1.812742p-2,  0x1.ce2ddep-4, -0x1.b80ae4p-6,
                                      0x1.54a34p-8,  -0x1.a8f0c8p-11, 0x1.586cfp-14};
static constexpr double log_of_rest_f32[] = {-0x1.f5c45p-13, -0x1.20a38ep0,  -0x1.466478p-1, -0x1.a89d66p-4,
                                             0x1.6a110cp-6,  -0x1.8aab26p-9, 0x1.940ab6p-13};

static Num erf_of_f32(Arithmetic& m, Num x) {
  const Num a = at_most(m, m.absolute(x), 4);  // beyond, 1 to the last bit
  const Num near = m.fma(a, polynomial(m, a * a, near_f32), a);
  const ShortExp e = short_exp_of_f32(m, polynomial(m, a, log_of_rest_f32));
  const Num far = 1.0 - m.fma(e.power, e.p, e.power);
  return m.copysign(m.select(a < 0.95, near, far), x);
}

// A polynomial around each of 16 centres, its coefficients from tables; 1 to the last bit beyond 6.
Num erf(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return erf_of_f32(m, x);
  const Num a = at_most(m, m.absolute(x), 6);
  const Rounded centre = round_product(m, a, 1 / erf_width);
  const Num index = centre.integer & m.like(centre.integer, 15);
  const Num d = m.fma(centre.value, m.like(x, -erf_width), a);  // exact
  const auto coefficient = [&](size_t k) { return m.table(Dtype::f64, erf_slope[k], index); };
  const Num square = d * d;
  const auto chain = [&](size_t k) {  // every second power, from the k-th down
    Num sum = coefficient(k);
    while (k >= 2) sum = m.mul_add(sum, square, coefficient(k -= 2));
    return sum;
  };
  static_assert(std::size(erf_slope) % 2 == 1);
  const Num even = chain(std::size(erf_slope) - 1), odd = chain(std::size(erf_slope) - 2);
  const Num slope = m.mul_add(odd, d, even);
  return m.copysign(m.fma(d, slope, m.table(Dtype::f64, erf_value, index)), x);
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
