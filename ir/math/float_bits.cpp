#include "ir/math/float_bits.h"

#include <bit>
#include <limits>

namespace wengert::math {

const Format& format(Dtype type) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  static constexpr Format single{Dtype::i32, 23,       127,           0x1.8p23,
                                 F::min(),   F::max(), F::infinity(), F::quiet_NaN()};
  static constexpr Format wide{Dtype::i64, 52,       1023,          0x1.8p52,
                               D::min(),   D::max(), D::infinity(), D::quiet_NaN()};
  return type == Dtype::f64 ? wide : single;
}

static Num pattern(Arithmetic& m, Dtype type, double value) {
  return type == Dtype::f64 ? m.constant_bits(Dtype::i64, std::bit_cast<uint64_t>(value))
                            : m.constant_bits(Dtype::i32, std::bit_cast<uint32_t>(static_cast<float>(value)));
}
static Dtype float_of(Dtype integer) { return integer == Dtype::i64 ? Dtype::f64 : Dtype::f32; }

Rounded round_product(Arithmetic& m, Num x, double factor) {
  const double magic = format(x.type).magic;
  const Num shifted = m.mul_add(x, m.like(x, factor), m.like(x, magic));
  return {shifted - magic, bits(m, shifted) - pattern(m, x.type, magic)};
}

Num power_of_two(Arithmetic& m, Num n, Dtype type) {
  const Format& f = format(type);
  return m.bitcast(m.shift_left(n + f.bias, m.like(n, f.mantissa)), type);
}

Num scale(Arithmetic& m, Num x, Num n) {
  const Num half = m.shift_right_arithmetic(n, m.like(n, 1));
  return x * power_of_two(m, half, x.type) * power_of_two(m, n - half, x.type);
}

Num to_float(Arithmetic& m, Num n) {
  const Dtype type = float_of(n.type);
  const double magic = format(type).magic;
  return m.bitcast(n + pattern(m, type, magic), type) - magic;
}

Split split(Arithmetic& m, Num x, double low) {
  const Format& f = format(x.type);
  const Num tiny = x < f.min_normal;
  const int up = f.mantissa + 2;
  const Num raised = m.select(tiny, x * std::bit_cast<double>(static_cast<uint64_t>(1023 + up) << 52), x);
  const Num raw = bits(m, raised), shift = m.like(raw, f.mantissa);
  const Num exponent = m.shift_right_arithmetic(raw - pattern(m, x.type, low), shift);
  const Num significand = m.bitcast(raw - m.shift_left(exponent, shift), x.type);
  return {significand, exponent - m.select(tiny, m.like(raw, up), m.like(raw, 0))};
}

}  // namespace wengert::math
