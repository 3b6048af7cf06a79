// Logarithms. log and log1p: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), log x = k ln2 + log(1 + f).
#include "ir/math/logarithm.h"

#include <bit>

#include "ir/math/float_bits.h"
#include "ir/math/functions.h"
#include "ir/math/log_table.h"
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

Num log_of_sum(Arithmetic& m, Pair sum, Num f) {
  const Split s = split(m, sum.high, sqrt_half);
  const Num k = to_float(m, s.exponent), zero = m.like(f, 0);
  const Num near = k == 0.0;
  const Num fraction = m.select(near, f, s.significand - 1.0);
  // log(high + low) - log(high) = low / high, and 1 / (1 + f) is needed to a few bits only. It matters for
  // sums of moderate size.
  const Num down = m.maximum(m.minimum(-s.exponent, m.like(s.exponent, 100)), m.like(s.exponent, -100));
  const Num rest = sum.low * power_of_two(m, down, f.type) * m.mul_add(fraction, fraction, 1.0 - fraction);
  return combine(m, k, fraction, m.select(near, zero, rest));
}

Num log1p(Arithmetic& m, Num x) {
  const Num sum = 1.0 + x;
  const Num lost = m.select(x > 1.0, 1.0 - (sum - x), x - (sum - 1.0));
  const Num far = x > (x.type == Dtype::f64 ? 0x1p60 : 0x1p30);  // nothing of 1 is left in the sum
  const Num finite = log_of_sum(m, {sum, m.select(far, m.like(x, 0), lost)}, x);
  const Num edge = m.select(x == -1.0, -infinity(m, x), nan(m, x));
  const Num inside = m.select(x == infinity(m, x), x, m.copysign(finite, x));  // keeps -0
  return m.select(x > -1.0, inside, edge);
}

// Over sqrt(2) by way of (1 + z) / 2.
Num log1p_of_fraction(Arithmetic& m, Num z) {
  const Num upper = z > 0x1.a827999fcef32p-2;
  return combine(m, m.select(upper, m.like(z, 1), m.like(z, 0)),
                 m.select(upper, m.fma(z, m.like(z, 0.5), m.like(z, -0.5)), z), m.like(z, 0));
}

// x = 2^k z; a table gives c, a reciprocal of z so short that r = z c - 1 is exact, and -log c. (P.-T. P.
// Tang, 1990.)
Pair log_pair(Arithmetic& m, Num x) {
  const Split s = split(m, x, 0.6875);
  const Num offset = m.constant_bits(Dtype::i64, std::bit_cast<uint64_t>(0.6875));
  const Num index = m.shift_right_logical(bits(m, s.significand) - offset, m.constant(Dtype::i64, 45));
  const auto entry = [&](std::span<const double> table) { return m.table(Dtype::f64, table, index); };
  const Num k = to_float(m, s.exponent);
  const Num r = m.fma(s.significand, entry(log_table_reciprocal), m.like(x, -1));
  const Num base = m.fma(k, m.like(x, 0x1.62e42fefa38p-1), entry(log_table_high));  // exact
  const Pair first = two_sum(base, r);
  const Pair square = two_product(m, r * -0.5, r);
  const Pair second = fast_two_sum(first.high, square.high);
  const Num cubic = r * r * r * polynomial(m, r, log_table_polynomial);
  const Num low = m.fma(k, m.like(x, 0x1.ef35793c7673p-45), entry(log_table_low));
  return fast_two_sum(second.high, second.low + (first.low + (square.low + (low + cubic))));
}

/// The value at x for x > 0, with the limits of a logarithm elsewhere.
static Num with_edges(Arithmetic& m, Num x, Num value) {
  const Num edge = m.select(x == 0.0, -infinity(m, x), nan(m, x));
  return m.select(x > 0.0, m.select(x == infinity(m, x), x, value), edge);
}

Num log(Arithmetic& m, Num x) {
  const Split s = split(m, x, sqrt_half);
  return with_edges(m, x, combine(m, to_float(m, s.exponent), s.significand - 1.0, m.like(x, 0)));
}

Num log2(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32)
    return through_f64(m, [](Arithmetic& in, Num wide) { return log(in, wide) * 0x1.71547652b82fep0; }, x);
  const Pair factor = constant_pair(m, x.type, 0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56);
  const Pair value = multiply(m, log_pair(m, x), factor);
  return with_edges(m, x, value.high + value.low);
}

Num log10(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32)
    return through_f64(m, [](Arithmetic& in, Num wide) { return log(in, wide) * 0x1.bcb7b1526e50ep-2; }, x);
  const Pair factor = constant_pair(m, x.type, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57);
  const Pair value = multiply(m, log_pair(m, x), factor);
  return with_edges(m, x, value.high + value.low);
}

Num xlogy(Arithmetic& m, Num x, Num y) {
  return m.select((x == 0.0) & (y == y), m.like(x, 0), x * log(m, y));
}

Num xlog1py(Arithmetic& m, Num x, Num y) {
  return m.select((x == 0.0) & (y == y), m.like(x, 0), x * log1p(m, y));
}

}  // namespace wengert::math
