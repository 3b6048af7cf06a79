// sin and cos: one polynomial on [-pi/2, pi/2]. tan, and sin and cos of huge numbers: minimax polynomials on
// [-pi/4, pi/4]; the quadrant selects between them.
#include "ir/math/trigonometric.h"

#include "ir/math/functions.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// sin r = r + r^3 p(r^2), cos r = 1 - r^2/2 + r^4 p(r^2)
static constexpr double sin_f64[] = {-0x1.5555555555548p-3, 0x1.111111110f74dp-7,   -0x1.a01a019beeebap-13,
                                     0x1.71de355b7da7ep-19, -0x1.ae5e513c6bb76p-26, 0x1.5d8d2c137d5bcp-33};
static constexpr double sin_f32[] = {-0x1.555546p-3, 0x1.110776p-7, -0x1.9952dcp-13};
static constexpr double cos_f64[] = {0x1.555555555554bp-5,   -0x1.6c16c16c15009p-10, 0x1.a01a019c8d131p-16,
                                     -0x1.27e4f7ef8c559p-22, 0x1.1ee9da23aca8dp-29,  -0x1.8fa585989333ep-37};
static constexpr double cos_f32[] = {0x1.55554ap-5, -0x1.6c0c28p-10, 0x1.99e818p-16};

Pair sin_near_zero(Arithmetic& m, Pair r) {
  const Num z = r.high * r.high;
  const Num p = polynomial(m, z, Coefficients{sin_f64, sin_f32});
  return {r.high, m.mul_add(z * r.high, p, m.mul_add(z * -0.5, r.low, r.low))};
}

Pair cos_near_zero(Arithmetic& m, Pair r) {
  const Num z = r.high * r.high, half = r.high * -0.5;
  const Num p = polynomial(m, z, Coefficients{cos_f64, cos_f32});
  const Num high = m.fma(half, r.high, m.like(z, 1));
  const Num lost = m.fma(half, r.high, 1.0 - high);
  return {high, m.mul_add(z * z, p, m.mul_add(-r.high, r.low, lost))};
}

SinCos sin_cos_of_half_turns(Arithmetic& m, Num x) {
  const Num distance = x - m.round_even(x), a = m.absolute(distance);
  const Num outer = a > 0.25;
  const Pair pi{constant(m, x.type, 0x1.921fb54442d18p1, 0x1.921fb6p1),
                constant(m, x.type, 0x1.1a62633145c07p-53, -0x1.777a5cp-24)};
  const Pair r = multiply(m, pi, m.select(outer, 0.5 - a, a));
  const Pair s = sin_near_zero(m, r), c = cos_near_zero(m, r);
  const Pair sine = select(m, outer, c, s), cosine = select(m, outer, s, c);
  const Num flip = m.copysign(m.like(x, 1), distance);
  return {fast_two_sum(sine.high * flip, sine.low * flip), fast_two_sum(cosine.high, cosine.low)};
}

/// sin of r + quadrant * pi/2.
static Num sin_of_quadrant(Arithmetic& m, Num quadrant, Pair r) {
  const Pair s = sin_near_zero(m, r), c = cos_near_zero(m, r);
  const Num zero = m.like(quadrant, 0);
  const Num odd = (quadrant & m.like(quadrant, 1)) != zero, lower = (quadrant & m.like(quadrant, 2)) != zero;
  const Num value = m.select(odd, c.high, s.high) + m.select(odd, c.low, s.low);
  return m.select(lower, -value, value);
}

// sin r = r + r^3 p(r^2) for |r| <= pi/2
static constexpr double wide_sin_f64[] = {
    -0x1.5555555555555p-3,  0x1.11111111110c8p-7,  -0x1.a01a01a014d72p-13, 0x1.71de3a52a0dc4p-19,
    -0x1.ae6454d49102ep-26, 0x1.6123cd104df8ap-33, -0x1.ae43872bcc333p-41, 0x1.8832f91db14c4p-49};
static constexpr double wide_sin_f32[] = {-0x1.55554cp-3, 0x1.110edap-7, -0x1.9f70f2p-13, 0x1.5dc94p-19};

/// sin(x + shift pi/2), shift 0 or 1: x = (n - shift/2) pi + r, where the sine is (-1)^n sin r. The multiple
/// of pi is taken off in three parts, of which the first goes exactly (in f32 it has 22 bits); all are
/// positive, so that -0 stays.
static Num sin_shifted(Arithmetic& m, Num x, int shift) {
  const bool wide = x.type == Dtype::f64;
  const auto part = [&](double f64, double f32) { return constant(m, x.type, f64, f32); };
  const Num half = m.like(x, 0.5 * shift), over_pi = m.like(x, 0x1.45f306dc9c883p-2);
  const Rounded n = shift == 0 ? round_product(m, x, 0x1.45f306dc9c883p-2)
                               : round_product(m, m.mul_add(x, over_pi, half), 1);
  const Num turns = shift == 0 ? n.value : n.value - half;
  Num r = m.fma(-turns, part(0x1.921fb54442d18p1, 0x1.921fbp1), x);
  r = m.fma(-turns, part(0x1.1a62633145c06p-53, 0x1.5110b4p-21), r);
  r = m.fma(-turns, part(0x1.c1cd129024e09p-106, 0x1.84698ap-47), r);
  // The first coefficient apart: beside it the errors of the others are small. On the magnitude, so that no
  // error takes it above 1 and the sign of r, of zeros too, goes in with that of the turn.
  const Num size = m.absolute(r), z = r * r;
  const std::span<const double> factors =
      wide ? std::span<const double>(wide_sin_f64) : std::span<const double>(wide_sin_f32);
  const Num p = m.fma(z, polynomial(m, z, factors.subspan(1)), m.like(z, factors[0]));
  const Num value = at_most(m, m.fma(size * z, p, size), 1);
  const Num flip = m.shift_left(n.integer, m.like(n.integer, wide ? 63 : 31));
  Num result = m.copysign(value, m.bitcast(bits(m, r) ^ flip, x.type));
  // there the cosine is 1 to the last bit, which 1 - cos x shows
  if (shift == 1)
    result = m.select(m.absolute(x) < part(0x1.6a09e6p-27, 0x1.6a09e6p-13), m.like(x, 1), result);
  const Num fast[] = {result}, arguments[] = {x};
  return m.rarely(!(m.absolute(x) < part(0x1p38, 0x1p13)), fast, arguments,
                  [shift](Arithmetic& inner, std::span<const Num> in) {
                    const Reduced reduced = reduce_huge_by_half_pi(inner, in[0]);
                    return std::vector<Num>{sin_of_quadrant(inner, reduced.quadrant + shift, reduced.r)};
                  })[0];
}

Num sin(Arithmetic& m, Num x) { return sin_shifted(m, x, 0); }
Num cos(Arithmetic& m, Num x) { return sin_shifted(m, x, 1); }

// sin / cos, in odd quadrants -cos / sin; both sides as pairs, one division.
Num tan(Arithmetic& m, Num x) {
  const Reduced reduced = reduce_by_half_pi(m, x);
  const Pair s = sin_near_zero(m, reduced.r), c = cos_near_zero(m, reduced.r);
  const Num odd = (reduced.quadrant & m.like(reduced.quadrant, 1)) != m.like(reduced.quadrant, 0);
  const auto choose = [&](Pair a, Pair b) {
    return fast_two_sum(m.select(odd, a.high, b.high), m.select(odd, a.low, b.low));
  };
  const Pair quotient = divide(m, choose(negate(c), s), choose(s, c));
  return m.select(x == 0.0, x, quotient.high + quotient.low);  // keeps -0
}

}  // namespace wengert::math
