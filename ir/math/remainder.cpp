// Remainders, rounding and sign; all exact.
#include "ir/math/float_bits.h"
#include "ir/math/functions.h"

namespace wengert::math {

/// a mod b for a / b < 2^mantissa: the quotient is off by one at most, and the fma is exact.
static Num one_step(Arithmetic& m, Num a, Num b) {
  const Num quotient = m.truncate(a / b);
  const Num rest = m.fma(-quotient, b, a);
  return m.select(rest < 0.0, rest + b, rest);
}

// a mod b = ((a mod b 2^k) mod b): as long as the quotient is too large, k brings it into reach.
static std::vector<Num> many_steps(Arithmetic& m, std::span<const Num> in) {
  const int mantissa = format(in[0].type).mantissa;
  const Num state[] = {in[0]}, constants[] = {in[1]};
  const uint32_t limit = mantissa == 52 ? 46 : 16;
  return m.repeat(limit, state, constants, [mantissa](Arithmetic& inner, std::span<const Num> now) {
    const Num rest = now[0], b = now[1];
    const Num gap = split(inner, rest, 1).exponent - split(inner, b, 1).exponent;
    const double bias = format(rest.type).bias;
    const Num k =
        inner.minimum(inner.maximum(gap - (mantissa - 2.0), inner.like(gap, 0)), inner.like(gap, 2 * bias));
    const Num next = one_step(inner, rest, scale(inner, b, k));
    return std::vector<Num>{next, !(next >= b)};
  });
}

Num fmod(Arithmetic& m, Num x, Num y) {
  const Num a = m.absolute(x), b = m.absolute(y);
  const Num less = m.select(a < b, a, one_step(m, a, b));
  const Num defined = (a < infinity(m, x)) & (b > 0.0);
  const Num far = a / b >= (x.type == Dtype::f64 ? 0x1p52 : 0x1p23);
  const Num fast[] = {less}, arguments[] = {a, b};
  const Num rest = m.rarely(far & defined, fast, arguments, many_steps)[0];
  return m.select(defined, m.copysign(rest, x), nan(m, x));
}

Num floor_mod(Arithmetic& m, Num x, Num y) {
  const Num rest = fmod(m, x, y), zero = m.like(x, 0);
  const Num other = (rest < zero) ^ (y < zero);
  return m.select(rest == zero, m.copysign(zero, y), m.select(other, rest + y, rest));
}

// The largest number below a half: adding a half itself would round 0.49999999999999994 up.
Num round_afz(Arithmetic& m, Num x) {
  const double half = x.type == Dtype::f64 ? 0x1.fffffffffffffp-2 : 0x1.fffffep-2;
  return m.truncate(x + m.copysign(m.like(x, half), x));
}

Num sign(Arithmetic& m, Num x) { return m.select((x < 0.0) | (x > 0.0), m.copysign(m.like(x, 1), x), x); }

}  // namespace wengert::math
