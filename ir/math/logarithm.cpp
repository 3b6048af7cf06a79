// Logarithms. f64: x = 2^k z with z in [2/3, 4/3), a table gives c near 1/z with log c, and r = z c - 1 is
// small: log x = k ln2 - log c + log(1 + r). f32, and sums that carry a small part: x = 2^k (1 + f) with 1 +
// f in [sqrt(1/2), sqrt(2)), log x = k ln2 + log(1 + f).
#include "ir/math/logarithm.h"

#include <bit>

#include "ir/math/float_bits.h"
#include "ir/math/functions.h"
#include "ir/math/polynomial.h"
#include "ir/math/small_tables.h"

namespace wengert::math {

// log(1 + r) = r + r^2 p(r) for |r| < 0.0298
static constexpr double short_log[] = {-0x1.fffffffffffd9p-2, 0x1.5555555555507p-2,  -0x1.000000008fe1p-2,
                                       0x1.9999999b27ef8p-3,  -0x1.5555437cfd2d8p-3, 0x1.249234f7fb514p-3,
                                       -0x1.0068c712b27f7p-3, 0x1.c7ecc14848b36p-4};
// log(1 + f) = 2s + s^3 p(s^2) with s = f / (2 + f)
static constexpr double log_f64[] = {0x1.5555555555593p-1, 0x1.999999997f9dep-2, 0x1.249249422d42ep-2,
                                     0x1.c71c51d420fb7p-3, 0x1.74664ab096d6p-3,  0x1.39a07573a5416p-3,
                                     0x1.2f12fea12e3e7p-3};
// log(1 + f) = f - f^2/2 + f^3 p(f)
static constexpr double log_f32[] = {0x1.55555cp-2, -0x1.000236p-2, 0x1.999cf8p-3, -0x1.546bfp-3,
                                     0x1.2307b2p-3, -0x1.0de8cp-3,  0x1.048f56p-3, -0x1.351686p-4};
// log(1 + f) = f + f^2 p(f)
static constexpr double square_log_f32[] = {-0x1.fffff8p-2, 0x1.55555p-2,   -0x1.00043ap-2,
                                            0x1.99a43ap-3,  -0x1.54237cp-3, 0x1.226884p-3,
                                            -0x1.0f5158p-3, 0x1.089594p-3,  -0x1.387242p-4};
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

/// log(x + rest) for a normal f32 x; rest is at most half an ulp of it, or not there.
static Num short_log_of_f32(Arithmetic& m, Num x, Num rest) {
  const Num raw = bits(m, x),
            place = raw - m.constant_bits(Dtype::i32, std::bit_cast<uint32_t>(0x1.6a09e6p-1f));
  const Num mantissa = m.like(raw, 23), k = m.shift_right_arithmetic(place, mantissa);
  const Num exponent = m.shift_left(k, mantissa);
  Num f = m.bitcast(raw - exponent, x.type) - 1.0;
  if (rest.arithmetic) {
    const Num down = m.bitcast(m.constant_bits(Dtype::i32, std::bit_cast<uint32_t>(1.0f)) - exponent, x.type);
    f = m.fma(rest, down, f);
  }
  return m.fma(to_float(m, k), m.like(x, 0x1.62e43p-1), m.fma(f * f, polynomial(m, f, square_log_f32), f));
}

/// Everything log1p of f32 has to take.
static Num log1p_of_any_f32(Arithmetic& m, Num x) {
  const Num sum = 1.0 + x;
  const Num lost = m.select(x > 1.0, 1.0 - (sum - x), x - (sum - 1.0));
  const Num far = x > 0x1p30;  // nothing of 1 is left in the sum
  const Num finite = log_of_sum(m, {sum, m.select(far, m.like(x, 0), lost)}, x);
  const Num edge = m.select(x == -1.0, -infinity(m, x), nan(m, x));
  const Num inside = m.select(x == infinity(m, x), x, m.copysign(finite, x));  // keeps -0
  return m.select(x > -1.0, inside, edge);
}

static Num log1p_of_f32(Arithmetic& m, Num x) {
  const Num sum = 1.0 + x,
            lost = x - (sum - 1.0);  // exact, until sum's ulp exceeds 1 and lost does not matter
  const Num fast[] = {m.copysign(short_log_of_f32(m, sum, lost), x)}, arguments[] = {x};  // keeps -0
  return m.rarely(!((x > -1.0) & (x < 0x1p30)), fast, arguments,
                  [](Arithmetic& inner, std::span<const Num> in) {
                    return std::vector<Num>{log1p_of_any_f32(inner, in[0])};
                  })[0];
}

namespace {
/// A normal number x = 2^k z, z in [2/3, 4/3), and the table's interval of z.
struct Interval {
  Num k, z, index;
  Num exponent;  ///< k in the place of an exponent
};
Interval interval(Arithmetic& m, Num x) {
  const Num raw = bits(m, x), place = raw - m.constant_bits(Dtype::i64, log_offset);
  const Num k = m.shift_right_arithmetic(place, m.like(raw, 52));
  const Num exponent = m.shift_left(k, m.like(raw, 52)), z = m.bitcast(raw - exponent, Dtype::f64);
  return {k, z, m.shift_right_logical(place, m.like(raw, 48)) & m.like(raw, 15), exponent};
}

/// log(2^k (z + rest)) for f64: c from the table makes r = (z + rest) c - 1 small, and k ln2 - log c is exact
/// in its upper part. No division.
Num table_log(Arithmetic& m, const Interval& i, Num rest) {
  const Num k = to_float(m, i.k), c = m.table(Dtype::f64, log_reciprocal, i.index);
  const Num first = m.fma(i.z, c, m.like(i.z, -1));
  const Num r = rest.arithmetic == nullptr ? first : m.fma(rest, c, first);
  const Num base = m.fma(k, m.like(r, 0x1.62e42fefa38p-1), m.table(Dtype::f64, log_of_reciprocal, i.index));
  const Pair sum = fast_two_sum(base, r);
  const Num curve = m.mul_add(r * r, polynomial(m, r, short_log), k * 0x1.ef35793c7673p-45);
  return sum.high + (sum.low + curve);
}
}  // namespace

Num log1p(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return log1p_of_f32(m, x);
  // Exact: sum - 1 is a multiple of sum's ulp, until that exceeds 1 and lost no longer matters.
  const Num sum = 1.0 + x, lost = x - (sum - 1.0);
  const Interval i = interval(m, sum);
  const Num down = m.bitcast(m.constant_bits(Dtype::i64, std::bit_cast<uint64_t>(1.0)) - i.exponent, x.type);
  const Num fast[] = {m.copysign(table_log(m, i, lost * down), x)};  // keeps -0
  const Num arguments[] = {x};
  return m.rarely(!((x > -1.0) & (x < 0x1p60)), fast, arguments,
                  [](Arithmetic& inner, std::span<const Num> in) {
                    const Num edge = inner.select(in[0] == -1.0, -infinity(inner, in[0]), log(inner, in[0]));
                    return std::vector<Num>{edge};
                  })[0];
}

// Over sqrt(2) by way of (1 + z) / 2.
Num log1p_of_fraction(Arithmetic& m, Num z) {
  const Num upper = z > 0x1.a827999fcef32p-2;
  return combine(m, m.select(upper, m.like(z, 1), m.like(z, 0)),
                 m.select(upper, m.fma(z, m.like(z, 0.5), m.like(z, -0.5)), z), m.like(z, 0));
}

// log(1 + r) = r - r^2/2 + r^3 p(r) for |r| < 0.0298
static constexpr double cubic_log[] = {0x1.5555555555555p-2,  -0x1.fffffffffff36p-3, 0x1.999999999b06fp-3,
                                       -0x1.5555555717f91p-3, 0x1.24924914e5acbp-3,  -0x1.ffffd65608848p-4,
                                       0x1.c71cf163f7ab2p-4,  -0x1.9a62b21719dp-4,   0x1.73fdd1fbca01ap-4};

static Pair table_log_pair(Arithmetic& m, const Interval& i) {
  const Num k = to_float(m, i.k), c = m.table(Dtype::f64, log_reciprocal, i.index);
  const Num product = i.z * c, r = product - 1.0, lost = m.fma(i.z, c, -product);  // exact
  const Num base = m.fma(k, m.like(r, 0x1.62e42fefa38p-1), m.table(Dtype::f64, log_of_reciprocal, i.index));
  const Pair first = fast_two_sum(base, r);
  const Pair square = two_product(m, r * -0.5, r);
  const Pair second = fast_two_sum(first.high, square.high);
  // what z c lost counts by 1 / (1 + r)
  const Num rest = m.mul_add(lost, m.mul_add(r, r, 1.0 - r), first.low);
  const Num small = m.mul_add(k, m.like(r, 0x1.ef35793c7673p-45), second.low + square.low);
  const Num curve = m.mul_add(r * r * r, polynomial(m, r, cubic_log), small + rest);
  return fast_two_sum(second.high, curve);
}

// log(1 + r) = r + r^2 p(r) for |r| < 0.0298, to 2^-37
static constexpr double rough_log_curve[] = {-0x1.000000000bdbcp-1, 0x1.55555212b4d9p-2,
                                             -0x1.fffff6a7c03e8p-3, 0x1.99f64719c4806p-3,
                                             -0x1.55b3cfbcabefap-3};

// As table_log, without the digits that rounding lost.
Num rough_log(Arithmetic& m, Num x) {
  const Interval i = interval(m, x);
  const Num r = m.fma(i.z, m.table(Dtype::f64, log_reciprocal, i.index), m.like(x, -1));
  const Num base = m.fma(to_float(m, i.k), m.like(x, 0x1.62e42fefa39efp-1),
                         m.table(Dtype::f64, log_of_reciprocal, i.index));
  return base + m.fma(r * r, polynomial(m, r, rough_log_curve), r);
}

Pair log_pair_of_normal(Arithmetic& m, Num x) { return table_log_pair(m, interval(m, x)); }

Pair log_pair(Arithmetic& m, Num x) {
  const Split s = split(m, x, std::bit_cast<double>(log_offset));
  const Num place = bits(m, s.significand) - m.constant_bits(Dtype::i64, log_offset);
  return table_log_pair(m, {s.exponent, s.significand, m.shift_right_logical(place, m.like(place, 48)), {}});
}

/// The value at x for x > 0, with the limits of a logarithm elsewhere.
static Num with_edges(Arithmetic& m, Num x, Num value) {
  const Num edge = m.select(x == 0.0, -infinity(m, x), nan(m, x));
  return m.select(x > 0.0, m.select(x == infinity(m, x), x, value), edge);
}

/// Everything log has to take, subnormal numbers too.
static Num log_of_any(Arithmetic& m, Num x) {
  const Split s = split(m, x, sqrt_half);
  return with_edges(m, x, combine(m, to_float(m, s.exponent), s.significand - 1.0, m.like(x, 0)));
}

Num log(Arithmetic& m, Num x) {
  const bool wide = x.type == Dtype::f64;
  const Num fast[] = {wide ? table_log(m, interval(m, x), {}) : short_log_of_f32(m, x, {})};
  const Num arguments[] = {x};
  return m.rarely(!((x >= format(x.type).min_normal) & (x < infinity(m, x))), fast, arguments,
                  [](Arithmetic& inner, std::span<const Num> in) {
                    return std::vector<Num>{log_of_any(inner, in[0])};
                  })[0];
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
