// Reduction of an angle modulo pi/2. Moderate angles: W. J. Cody and W. Waite (1980) with fma; huge ones: M.
// H. Payne and R. N. Hanek (1983), a product of integers with the bits of 2/pi that matter.
#include "ir/math/polynomial.h"
#include "ir/math/trigonometric.h"

namespace wengert::math {

// 2/pi = 0.b1 b2 b3 ..., preceded by a word of zeros and cut into words of 64 bits.
static constexpr uint64_t two_over_pi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab};

// r = fraction * pi/2 where fraction is given in units of 2^-64 (signed high word) and 2^-128.
static std::vector<Num> huge(Arithmetic& m, Num x) {
  const auto word = [&](double value) { return m.constant(Dtype::i64, value); };
  const Num raw = bits(m, m.absolute(x));
  const Num field = m.shift_right_logical(raw, word(52));
  const Num significand =
      (raw & m.constant_bits(Dtype::i64, 0xfffffffffffff)) | m.constant_bits(Dtype::i64, uint64_t{1} << 52);
  // |x| = significand * 2^e. Bits of 2/pi of weight 2^(2-e) and more give multiples of 4: they are dropped.
  // Table bit b (from 0) has weight 2^(63-b), so the first that matters is b = 62 + e.
  Num first = field - (1023 + 52 - 62);
  first = m.minimum(m.maximum(first, word(0)), word(64 * 16 + 63));
  const Num index = m.shift_right_logical(first, word(6)), shift = first & word(63);
  const auto window = [&](double i) {
    const Num upper = m.table_bits(Dtype::i64, two_over_pi, index + i);
    const Num lower = m.table_bits(Dtype::i64, two_over_pi, index + (i + 1));
    return m.shift_left(upper, shift) | m.shift_right_logical(lower, word(64) - shift);
  };
  // window = w0 w1 w2 with weights 2^(1-e), ..., so significand * window is in units of 2^(2-192).
  const Num w0 = window(0), w1 = window(1), w2 = window(2);
  const auto carry = [&](Num sum, Num term) {  // unsigned sum < term
    const Num top = m.constant_bits(Dtype::i64, uint64_t{1} << 63);
    return m.select((sum ^ top) < (term ^ top), word(1), word(0));
  };
  const Num product1 = significand * w1, upper2 = m.multiply_high(significand, w2);
  Num low = product1 + upper2;
  Num high = significand * w0 + m.multiply_high(significand, w1) + carry(low, upper2);
  // Two bits of quadrant, then the fraction; round to the nearest quadrant.
  const Num quadrant = m.shift_right_logical(high, word(62));
  high = m.shift_left(high, word(2)) | m.shift_right_logical(low, word(62));
  low = m.shift_left(low, word(2));
  const Num negative = m.shift_right_arithmetic(high, word(63));  // all ones if the fraction is over 1/2
  const Num rounded = quadrant - negative;
  high = high ^ negative, low = low ^ negative;  // magnitude, short of 2^-128
  // Bring the leading one to the top, so that small fractions keep their bits.
  const Num zeros = m.leading_zeros(high);
  high = m.shift_left(high, zeros) | m.shift_right_logical(low, word(64) - zeros);
  low = m.shift_left(low, zeros);
  const Num top = m.convert(m.shift_right_logical(high, word(11)), Dtype::f64);  // 53 bits
  const Num rest = m.convert(
      m.shift_right_logical(m.shift_left(high, word(53)) | m.shift_right_logical(low, word(11)), word(11)),
      Dtype::f64);
  const Num unit = power_of_two(m, word(-53) - zeros, Dtype::f64);
  const Pair fraction{top * unit, rest * unit * 0x1p-53};
  const Pair r =
      multiply(m, fraction, constant_pair(m, Dtype::f64, 0x1.921fb54442d18p0, 0x1.1a62633145c07p-54));
  // The sign of x and of the fraction; x * 0 makes infinities NaN.
  const Num sign = m.select(negative == word(0), m.constant(Dtype::f64, 1), m.constant(Dtype::f64, -1));
  const Num flip = m.copysign(sign, m.bitcast(bits(m, sign) ^ bits(m, x), Dtype::f64));
  const Num poison = x * 0.0;
  return {m.select(x < 0.0, -rounded, rounded), m.fma(r.high, flip, poison), m.fma(r.low, flip, poison)};
}

Reduced reduce_huge_by_half_pi(Arithmetic& m, Num x) {
  if (x.type == Dtype::f64) {
    const std::vector<Num> out = huge(m, x);
    return {out[0], {out[1], out[2]}};
  }
  const std::vector<Num> out = huge(m, m.convert(x, Dtype::f64));
  const Num high = m.convert(out[1], Dtype::f32);
  const Num rest = (out[1] - m.convert(high, Dtype::f64)) + out[2];
  return {m.convert(out[0], Dtype::i32), {high, m.convert(rest, Dtype::f32)}};
}

Reduced reduce_by_half_pi(Arithmetic& m, Num x) {
  const bool wide = x.type == Dtype::f64;
  const Rounded n = round_product(m, x, 0x1.45f306dc9c883p-1);
  const auto part = [&](double f64, double f32) { return constant(m, x.type, f64, f32); };
  // Exact: the difference is a multiple of ulp(pi/4) and below 1.
  const Num first = m.fma(-n.value, part(0x1.921fb54442d18p0, 0x1.921fb6p0), x);
  const Pair second = two_product(m, n.value, part(0x1.1a62633145c07p-54, -0x1.777a5cp-25));
  const Pair difference = two_sum(first, -second.high);
  const Num low =
      m.fma(-n.value, part(-0x1.f1976b7ed8fbcp-110, -0x1.ee59dap-50), difference.low - second.low);
  const Pair r = fast_two_sum(difference.high, low);
  const Num fast[] = {n.integer, r.high, r.low}, arguments[] = {x};
  const std::vector<Num> all = m.rarely(m.absolute(x) > (wide ? 0x1p38 : 0x1p13), fast, arguments,
                                        [](Arithmetic& inner, std::span<const Num> in) {
                                          const Reduced out = reduce_huge_by_half_pi(inner, in[0]);
                                          return std::vector<Num>{out.quadrant, out.r.high, out.r.low};
                                        });
  return {all[0], {all[1], all[2]}};
}

}  // namespace wengert::math
