// asin and acos by a polynomial on [0, 1/2] and a square root beyond; atan and atan2 by the addition theorem.
#include "ir/math/float_bits.h"
#include "ir/math/functions.h"
#include "ir/math/pair.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// asin x = x + x^3 p(x^2), |x| <= 1/2
static constexpr double asin_f64[] = {0x1.5555555555579p-3, 0x1.333333332dca4p-4, 0x1.6db6db724bda4p-5,
                                      0x1.f1c71a7e51f3cp-6, 0x1.6e8be17a5ebb9p-6, 0x1.1c49bfc1baaccp-6,
                                      0x1.ca2444c7f2969p-7, 0x1.755dae37166c2p-7, 0x1.6222ba80e79f3p-7,
                                      0x1.d7fd609d49f6dp-9, 0x1.67f8f6d356be6p-6, -0x1.5e5124cff0224p-6,
                                      0x1.0d4d39fb7b232p-5};
static constexpr double asin_f32[] = {0x1.5555ccp-3, 0x1.3300c2p-4, 0x1.749c0ep-5, 0x1.8af43cp-6,
                                      0x1.5a7ef4p-5};
// atan t = t + t^3 p(t^2), |t| <= 1/5
static constexpr double atan_f64[] = {-0x1.5555555555555p-2, 0x1.99999999997d5p-3,  -0x1.2492492475ef9p-3,
                                      0x1.c71c71a9b25d7p-4,  -0x1.745d0e53542dbp-4, 0x1.3b120157cc383p-4,
                                      -0x1.10ddd3ff3a431p-4, 0x1.da6750ed8992fp-5,  -0x1.5fa3d0029ea89p-5};
static constexpr double atan_f32[] = {-0x1.555554p-2, 0x1.99975cp-3, -0x1.23f40ep-3, 0x1.a37dc2p-4};

static Pair half_pi(Arithmetic& m, Dtype type) {
  return {constant(m, type, 0x1.921fb54442d18p0, 0x1.921fb6p0),
          constant(m, type, 0x1.1a62633145c07p-54, -0x1.777a5cp-25)};
}

namespace {
// asin of s = |x|, or of sqrt((1 - |x|)/2) where |x| > 1/2, as s + rest.
struct Arc {
  Num outer, s, rest;
};
Arc arc(Arithmetic& m, Num x) {
  const Num a = m.absolute(x);
  const Num outer = a > 0.5, half = (1.0 - a) * 0.5;
  const Num z = m.select(outer, half, a * a), s = m.select(outer, m.sqrt(half), a);
  return {outer, s, s * z * polynomial(m, z, Coefficients{asin_f64, asin_f32})};
}
}  // namespace

// Beyond 1/2: pi/2 - 2 asin(s). Above 1 the square root makes NaN.
Num asin(Arithmetic& m, Num x) {
  const Arc t = arc(m, x);
  const Pair quarter = half_pi(m, x.type);
  const Pair far = fast_two_sum(quarter.high, -2.0 * t.s);
  const Num beyond = far.high + (far.low + m.mul_add(m.like(x, -2), t.rest, quarter.low));
  return m.copysign(m.select(t.outer, beyond, t.s + t.rest), x);
}

// Inside pi/2 -+ asin(|x|); beyond 2 asin(s), for negative x pi minus that.
Num acos(Arithmetic& m, Num x) {
  const Arc t = arc(m, x);
  const Pair quarter = half_pi(m, x.type);
  const Num zero = m.like(x, 0), negative = x < 0.0;
  const Num flip = m.select(negative ^ t.outer, m.like(x, 1), m.like(x, -1));
  const Num twice = m.select(t.outer, m.like(x, 2), m.like(x, 1)) * flip;
  // base + twice * asin(s): base is 0 (x > 1/2), pi (x < -1/2) or pi/2.
  const Num quarters = m.select(t.outer, m.select(negative, m.like(x, 2), zero), m.like(x, 1));
  const Pair sum = two_sum(quarters * quarter.high, twice * t.s);
  return sum.high + (sum.low + m.mul_add(twice, t.rest, quarters * quarter.low));
}

/// atan(a / b) for 0 <= a <= b, as a sum whose low part may be as large as a fifth of a radian.
static Pair atan_of_ratio(Arithmetic& m, Num a, Num b) {
  // atan(a/b) = atan c + atan((a - c b) / (b + c a)) for c in {0, 0.4140625, 1}.
  const Num middle = a > b * 0.198912, far = a > b * 0.668179;
  const auto choose = [&](Num near_value, Num middle_value, Num far_value) {
    return m.select(far, far_value, m.select(middle, middle_value, near_value));
  };
  const auto choose_constant = [&](double middle_value, double far_value) {
    return choose(m.like(a, 0), m.like(a, middle_value), m.like(a, far_value));
  };
  const bool wide = a.type == Dtype::f64;
  const Num c = m.like(a, 0.4140625);
  const Num t = choose(a, m.fma(-c, b, a), a - b) / choose(b, m.fma(c, a, b), b + a);
  const Num z = t * t;
  const Num high = wide ? choose_constant(0x1.91fde7cd0c662p-2, 0x1.921fb54442d18p-1)
                        : choose_constant(0x1.91fde8p-2, 0x1.921fb6p-1);
  const Num low = wide ? choose_constant(0x1.1074188054b53p-56, 0x1.1a62633145c07p-55)
                       : choose_constant(-0x1.979ccep-29, -0x1.777a5cp-26);
  const Pair sum = fast_two_sum(high, t);
  const Num rest = m.mul_add(t * z, polynomial(m, z, Coefficients{atan_f64, atan_f32}), low);
  return {m.select(middle, sum.high, t), m.select(middle, sum.low + rest, rest)};
}

/// base - angle where the mask holds, else angle.
static Pair reflect(Arithmetic& m, Num mask, Pair base, Pair angle) {
  const Pair difference = fast_two_sum(base.high, -angle.high);
  return {m.select(mask, difference.high, angle.high),
          m.select(mask, difference.low + (base.low - angle.low), angle.low)};
}

Num atan(Arithmetic& m, Num x) {
  const Num a = m.absolute(x), one = m.like(x, 1);
  const Num steep = a > 1.0;
  const Pair angle = atan_of_ratio(m, m.select(steep, one, a), m.select(steep, a, one));
  const Pair whole = reflect(m, steep, half_pi(m, x.type), angle);
  return m.copysign(whole.high + whole.low, x);
}

Num atan2(Arithmetic& m, Num y, Num x) {
  const Num ay = m.absolute(y), ax = m.absolute(x);
  const Num steep = ay > ax;
  const Num a = m.select(steep, ax, ay), b = m.select(steep, ay, ax);
  // Far from overflow and from subnormal sums; where a loses digits by this, a / b underflows.
  const bool wide = x.type == Dtype::f64;
  const Num big = b > (wide ? 0x1p1000 : 0x1p120), small = b < (wide ? 0x1p-900 : 0x1p-90);
  const Num factor =
      m.select(big, m.like(x, 0.25), m.select(small, m.like(x, wide ? 0x1p120 : 0x1p60), m.like(x, 1)));
  const Num one = m.like(x, 1), zero = m.like(x, 0), infinite = (a == b) & (a == infinity(m, x));
  const Num low_side = m.select(infinite, one, a * factor);
  const Num high_side = m.select(infinite, one, m.select(b == 0.0, one, b * factor));
  const Pair angle = atan_of_ratio(m, low_side, high_side);
  const Pair quarter = half_pi(m, x.type);
  const Pair upper = reflect(m, steep, quarter, angle);
  const Num left = m.copysign(one, x) < zero;
  const Pair whole =
      reflect(m, left, Pair{quarter.high * 2.0, quarter.low * 2.0}, fast_two_sum(upper.high, upper.low));
  return m.copysign(whole.high + whole.low, y);
}

}  // namespace wengert::math
