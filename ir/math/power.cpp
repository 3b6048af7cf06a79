// Powers and roots.
#include "ir/math/exponential.h"
#include "ir/math/functions.h"
#include "ir/math/logarithm.h"
#include "ir/math/polynomial.h"

namespace wengert::math {

// a^(1/3) on [sqrt(1/2)/2, 2 sqrt(2)] to 12 bits
static constexpr double cbrt_coefficients[] = {
    0x1.92545c41f2036p-2,  0x1.320155cc62212p0,  -0x1.19d08205b5061p0, 0x1.8af290f46785p-1,
    -0x1.4dcf5081a56a1p-2, 0x1.2e9ea80fc95bfp-4, -0x1.c260d51793b1ap-8};

/// The magnitude |x|^y and C99's table of special cases around it; f64.
static Num power_cases(Arithmetic& m, Num x, Num y, Num magnitude) {
  const Num zero = m.like(x, 0), one = m.like(x, 1), infinite = infinity(m, x);
  const Num a = m.absolute(x), half = y * 0.5;
  const Num integer = m.truncate(y) == y;
  const Num odd = integer & (m.truncate(half) != half);
  // |x| = 0 or infinite, whose logarithm the caller need not have got right; |x| = 1, where 0 * inf arose.
  Num result =
      m.select((a == 0.0) | (a == infinite), m.select((a == 0.0) ^ (y < 0.0), zero, infinite), magnitude);
  result = m.select(a == 1.0, one, result);
  const Num negative = m.copysign(one, x) < zero;
  result = m.select(negative & odd, -result, result);
  result = m.select((x < 0.0) & (a < infinite) & !integer, nan(m, x), result);
  result = m.select((x == x) & (y == y), result, nan(m, x));
  return m.select((x == 1.0) | (y == 0.0), one, result);
}

/// C99's pow for whatever x and y; f64.
static Num pow_of_any(Arithmetic& m, Num x, Num y) {
  const Pair logarithm = log_pair(m, m.absolute(x));
  const Pair product = two_product(m, y, logarithm.high);
  return power_cases(m, x, y, exp_pair(m, {product.high, m.fma(y, logarithm.low, product.low)}));
}

/// C99's pow for whatever x and y; f32, which has digits to spare in f64.
static Num pow_of_any_f32(Arithmetic& m, Num x, Num y) {
  const Num wide_x = m.convert(x, Dtype::f64), wide_y = m.convert(y, Dtype::f64);
  const Num magnitude = exp(m, wide_y * log(m, m.absolute(wide_x)));
  return m.convert(power_cases(m, wide_x, wide_y, magnitude), Dtype::f32);
}

// In f64, where every positive number of f32 is normal.
static Num pow_of_f32(Arithmetic& m, Num x, Num y) {
  const Num wide = m.convert(x, Dtype::f64);
  const Num exponent = m.convert(y, Dtype::f64) * rough_log(m, wide);
  const Num usual = (wide > 0.0) & (wide < infinity(m, wide)) & (m.absolute(exponent) < 87.0);
  const Num fast[] = {m.convert(rough_exp(m, exponent), Dtype::f32)}, arguments[] = {x, y};
  return m.rarely(!usual, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{pow_of_any_f32(inner, in[0], in[1])};
  })[0];
}

// e^(y log|x|), with the product in double the precision for f64.
Num pow(Arithmetic& m, Num x, Num y) {
  if (x.type == Dtype::f32) return pow_of_f32(m, x, y);
  const Pair logarithm = log_pair_of_normal(m, x);
  const Pair product = two_product(m, y, logarithm.high);
  const Num usual =
      (x >= format(x.type).min_normal) & (x < infinity(m, x)) & (m.absolute(product.high) < 708.0);
  const Num fast[] = {exp_pair_moderate(m, {product.high, m.fma(y, logarithm.low, product.low)})};
  const Num arguments[] = {x, y};
  return m.rarely(!usual, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{pow_of_any(inner, in[0], in[1])};
  })[0];
}

/// x^n for n > 0 by squaring; `multiply` is that of Num or of Pair.
template <class T, class Multiply>
static T power_by_squaring(T x, uint64_t n, Multiply multiply) {
  T product = x;
  bool started = false;
  for (T square = x;; square = multiply(square, square)) {
    if (n & 1) product = started ? multiply(product, square) : square, started = true;
    n >>= 1;
    if (n == 0) return product;
  }
}

// Up to three multiplications as they are, each rounding half an ulp; medium powers in double the precision,
// by pow where a low part might be lost; large ones by pow.
Num integer_pow(Arithmetic& m, Num x, int64_t n) {
  const uint64_t count = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
  if (n == 0) return m.like(x, 1);
  const auto general = [n](Arithmetic& in, Num base) {
    const Num wide = in.absolute(in.convert(base, Dtype::f64));
    const Num magnitude = in.convert(pow(in, wide, in.like(wide, static_cast<double>(n))), base.type);
    return n % 2 == 0 ? magnitude : in.copysign(magnitude, base);
  };
  if (count > 16) return general(m, x);
  const bool simple = count <= 4;
  Num value, size;
  if (simple) {
    const Num product = power_by_squaring(x, count, [](Num a, Num b) { return a * b; });
    if (n > 0) return product;
    value = 1.0 / product, size = m.absolute(product);
    if (n == -1) return value;
  } else {
    const Pair product =
        power_by_squaring(Pair{x, m.like(x, 0)}, count, [&](Pair a, Pair b) { return multiply(m, a, b); });
    value = product.high + product.low, size = m.absolute(product.high);
    if (n < 0) {
      const Num inverse = 1.0 / product.high;
      value = m.mul_add(inverse * -product.low, inverse, inverse);
    }
  }
  const bool wide = x.type == Dtype::f64;
  const Num fast[] = {value}, arguments[] = {x};
  const Num outside =
      (size > (wide ? 0x1p960 : 0x1p100)) | (size < (wide ? 0x1p-960 : 0x1p-100)) | !(size == size);
  return m.rarely(outside & (x == x), fast, arguments,
                  [&general](Arithmetic& inner, std::span<const Num> in) {
                    return std::vector<Num>{general(inner, in[0])};
                  })[0];
}

// |x| = a 8^q: a guess for the root of a, one step of Halley's iteration, one of Newton's with an exact
// residual.
Num cbrt(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, cbrt, x);
  const Num size = m.absolute(x);
  const Split s = split(m, size, 0x1.6a09e667f3bcdp-1);
  const Rounded third = round_product(m, to_float(m, s.exponent), 0x1.5555555555555p-2);
  const Num a = s.significand * power_of_two(m, s.exponent - third.integer * 3.0, x.type);
  const Num guess = polynomial(m, a, cbrt_coefficients);
  const Num cube = guess * guess * guess;
  const Num inverse = 1.0 / (cube + cube + a);  // of 3a, nearly
  const Num t = guess * (cube + a + a) * inverse;
  const Num third_of_inverse = inverse * m.mul_add(inverse * -3.0, a, m.like(x, 2));
  const Pair square = two_product(m, t, t);
  const Num residual = m.fma(square.low, t, m.fma(square.high, t, -a));
  // t - residual / (3 t^2), and 1 / (3 t^2) = t / (3 t^3), nearly t / (3a)
  const Num root = m.fma(residual * t, -third_of_inverse, t);
  const Num value = m.copysign(root * power_of_two(m, third.integer, x.type), x);
  return m.select((size > 0.0) & (size < infinity(m, x)), value, x);
}

Num hypot(Arithmetic& m, Num x, Num y) {
  const Num infinite = (m.absolute(x) == infinity(m, x)) | (m.absolute(y) == infinity(m, x));
  Num value;
  if (x.type == Dtype::f32) {
    value =
        through_f64(m, [](Arithmetic& in, Num a, Num b) { return in.sqrt(in.mul_add(a, a, b * b)); }, x, y);
  } else {
    const Num a = m.maximum(m.absolute(x), m.absolute(y)), b = m.minimum(m.absolute(x), m.absolute(y));
    const Num big = a > 0x1p500, small = a < 0x1p-500, one = m.like(x, 1);
    const Num down = m.select(big, m.like(x, 0x1p-600), m.select(small, m.like(x, 0x1p600), one));
    const Num up = m.select(big, m.like(x, 0x1p600), m.select(small, m.like(x, 0x1p-600), one));
    const Num p = a * down, q = b * down;
    value = m.sqrt(m.mul_add(p, p, q * q)) * up;
  }
  return m.select(infinite, infinity(m, x), value);
}

Num rsqrt(Arithmetic& m, Num x) { return 1.0 / m.sqrt(x); }

Num reciprocal([[maybe_unused]] Arithmetic& m, Num x) { return 1.0 / x; }

}  // namespace wengert::math
