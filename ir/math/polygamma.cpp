// Derivatives of digamma, f64: (-1)^(n+1) n! (1/x^(n+1) + 1/(x+1)^(n+1) + ...), summed up to some argument
// and then by the formula of Euler and Maclaurin; negative arguments by reflection. (NIST DLMF 5.15, 25.11.)
#include <cmath>
#include <iterator>
#include <vector>

#include "ir/math/functions.h"
#include "ir/math/polynomial.h"
#include "ir/math/trigonometric.h"

namespace wengert::math {

/// n! = rest / unit^(n+1), unit a power of two that goes into the terms' bases: so neither they nor their sum
/// leave the range where the product with n! does not. Small terms want rest <= 1, large ones rest >= 1.
struct Factorial {
  double unit, rest;
};
static Factorial factorial(uint32_t n, bool large) {
  double whole = 1;
  for (uint32_t k = 2; k <= n; k++) whole *= k;
  const double power = std::log2(whole) / (n + 1);
  const int shift = static_cast<int>(large ? std::floor(power) : std::ceil(power));
  return {std::ldexp(1, -shift), std::ldexp(whole, -shift * static_cast<int>(n + 1))};
}

/// n! (1/x^(n+1) + 1/(x+1)^(n+1) + ...) for x > 0. All terms are positive: nothing cancels.
static Num hurwitz(Arithmetic& m, uint32_t n, Num x) {
  const Num below = x < 1.0;
  const Factorial large = factorial(n, true), small = factorial(n, false);
  const Num unit = m.select(below, m.like(x, large.unit), m.like(x, small.unit));
  const Num back = m.select(below, m.like(x, 1 / large.unit), m.like(x, 1 / small.unit));
  const Num rest = m.select(below, m.like(x, large.rest), m.like(x, small.rest));
  const double enough = 10.0 + n;
  const Num zero = m.like(x, 0), state[] = {x, zero, zero}, constants[] = {unit};
  const std::vector<Num> done =
      m.repeat(10 + n, state, constants, [n, enough](Arithmetic& inner, std::span<const Num> now) {
        const Num within = now[0] < enough;
        const Num term =
            inner.select(within, integer_pow(inner, now[0] * now[3], -int64_t{n} - 1), inner.like(now[0], 0));
        const Pair sum = two_sum(now[1], term);
        const Num next = inner.select(within, now[0] + 1.0, now[0]);
        return std::vector<Num>{next, sum.high, now[2] + sum.low, !(next < enough)};
      });
  const Num y = done[0], inverse = 1.0 / y, square = inverse * inverse;
  // y^-n (1/n + 1/(2y) + sum of c[k] / y^2k), c[k] = B2k (n+1)(n+2)...(n+2k-1) / (2k)!
  static constexpr double bernoulli[] = {1.0 / 6,       -1.0 / 30,       1.0 / 42,       -1.0 / 30,
                                         5.0 / 66,      -691.0 / 2730,   7.0 / 6,        -3617.0 / 510,
                                         43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730};
  std::vector<double> c;
  double factor = 1;
  for (uint32_t k = 1; k <= std::size(bernoulli); k++) {
    factor *= (k == 1 ? 1.0 : n + 2.0 * k - 2) / (2 * k - 1);
    factor *= (n + 2.0 * k - 1) / (2 * k);
    c.push_back(bernoulli[k - 1] * factor);
  }
  const Num bracket =
      m.mul_add(inverse, m.like(x, 0.5), m.like(x, 1.0 / n)) + square * polynomial(m, square, c);
  const Num sum = integer_pow(m, y * unit, -int64_t{n}) * (bracket * back) + done[2] + done[1];
  return m.select(done[1] == infinity(m, x), done[1], sum * rest);
}

// polygamma(-a) = d^n/dx^n (-pi cot(pi x)) + (-1)^n polygamma(1 + a), and the derivatives of the cotangent
// are polynomials in it: P' -> -(1 + c^2) dP/dc.
static Num polygamma_negative(Arithmetic& m, uint32_t n, Num x) {
  constexpr long double pi = 3.141592653589793238462643L;
  std::vector<double> p = {0, 1};
  long double power = pi;
  for (uint32_t k = 0; k < n; k++) {
    std::vector<double> next(p.size() + 1, 0.0);
    for (size_t i = 1; i < p.size(); i++) {
      next[i - 1] -= static_cast<double>(i) * p[i];
      next[i + 1] -= static_cast<double>(i) * p[i];
    }
    p = next, power *= pi;
  }
  const Num a = m.absolute(x), bounded = m.maximum(a, m.like(x, 0x1p-1000));  // there all is infinite
  const SinCos turn = sin_cos_of_half_turns(m, -bounded);
  const Pair quotient = divide(m, turn.cos, turn.sin);
  const Num c = quotient.high + quotient.low, square = c * c;
  // Only even or only odd powers occur, all of one sign.
  std::vector<double> half;
  for (size_t i = n % 2 == 0 ? 1 : 0; i < p.size(); i += 2)
    half.push_back(static_cast<double>(-p[i] * power));
  Num value = m.like(x, half.back());
  for (size_t i = half.size() - 1; i-- > 0;) value = m.mul_add(value, square, m.like(x, half[i]));
  if (n % 2 == 0) value = value * c;
  const Num sum = value - hurwitz(m, n, 1.0 + a);
  const Num pole = (a - m.round_even(a) == 0.0) | (a == infinity(m, x));
  return m.select(pole, n % 2 == 0 ? nan(m, x) : infinity(m, x), m.select(value - value == 0.0, sum, value));
}

Num polygamma(Arithmetic& m, uint32_t n, Num x) {
  if (n == 0) return digamma(m, x);
  if (n == 1) return trigamma(m, x);
  if (x.type == Dtype::f32)
    return through_f64(m, [n](Arithmetic& in, Num wide) { return polygamma(in, n, wide); }, x);
  const Num sum = hurwitz(m, n, x), positive = n % 2 == 0 ? -sum : sum;
  const Num at_zero = n % 2 == 0 ? nan(m, x) : infinity(m, x);
  const Num fast[] = {m.select(x == 0.0, at_zero, positive)}, arguments[] = {x};
  return m.rarely(x < 0.0, fast, arguments, [n](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{polygamma_negative(inner, n, in[0])};
  })[0];
}

}  // namespace wengert::math
