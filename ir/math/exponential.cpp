// exp, exp2 and expm1: x = n ln2 + r, |r| <= ln2/2, and a minimax polynomial for e^r - 1; in f64 sixteenths
// of ln2 and a table of 2^(j/16).
#include "ir/math/exponential.h"

#include "ir/math/functions.h"
#include "ir/math/polynomial.h"
#include "ir/math/small_tables.h"

namespace wengert::math {

// e^r = 1 + r + r^2 p(r)
static constexpr double exp_f64[] = {0x1p-1,
                                     0x1.5555555555559p-3,
                                     0x1.555555555554dp-5,
                                     0x1.111111110f64bp-7,
                                     0x1.6c16c16c1abp-10,
                                     0x1.a01a01b00a51ep-13,
                                     0x1.a01a018e11cc5p-16,
                                     0x1.71ddf7f82aacap-19,
                                     0x1.27e51326d2affp-22,
                                     0x1.af5f5df405a9p-26,
                                     0x1.1f1a6d8faa52dp-29};
static constexpr double exp_f32[] = {0x1p-1,        0x1.555554p-3,  0x1.5554fp-5,
                                     0x1.111306p-7, 0x1.6d4386p-10, 0x1.9e0c94p-13};
// e^r = 1 + r + r^2 p(r) for |r| < ln2/2, to 2^-28
static constexpr double short_exp_f32[] = {0x1.fffffap-2, 0x1.555492p-3, 0x1.555a26p-5, 0x1.12397cp-7,
                                           0x1.694c86p-10};
// 2^r = 1 + r p(r)
static constexpr double exp2_f64[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c58ep-3,  0x1.c6b08d704a1d1p-5,
                                      0x1.3b2ab6fba51a1p-7,  0x1.5d87fe7875339p-10, 0x1.430912f755a54p-13,
                                      0x1.ffcbfd43b9302p-17, 0x1.62c0272b2a134p-20, 0x1.b5233f7b253d3p-24,
                                      0x1.e4bb949de5deap-28, 0x1.ec5b25982340ap-32, 0x1.e0d0e8bb324bdp-36};
static constexpr double exp2_f32[] = {0x1.62e43p-1,   0x1.ebfbep-3,   0x1.c6b06cp-5, 0x1.3b2a54p-7,
                                      0x1.5da9aap-10, 0x1.441778p-13, 0x1.da0154p-17};
static constexpr Coefficients exp_coefficients{exp_f64, exp_f32};
static constexpr double sixteenth_of_ln2_low = 0x1.abc9e3b39803fp-60;
static constexpr double log2_e = 0x1.71547652b82fep0;

// e^r - 1 = r + r^2 p(r) for |r| < ln2/32: short for exp, shorter for f32, longer where e^r - 1 itself is
// wanted
static constexpr double short_exp[] = {0x1.fffffffffffecp-2, 0x1.55555554af2e1p-3, 0x1.5555555675374p-5,
                                       0x1.111227f4da687p-7, 0x1.6c169630d2883p-10};
static constexpr double rough_exp_curve[] = {0x1.00021f360e37cp-1, 0x1.55559afb23063p-3};
static constexpr double short_expm1[] = {0x1.0000000000003p-1, 0x1.5555555555551p-3,  0x1.55555554a05p-5,
                                         0x1.11111111521f5p-7, 0x1.6c182911e7c23p-10, 0x1.a01a6da8cc0d2p-13};

namespace {
struct Reduced {
  Rounded n;
  Num r;
};
// The first fma is exact: its result is below 1/2 and a multiple of ulp(ln2)/2.
Reduced reduce(Arithmetic& m, Num x) {
  const Rounded n = round_product(m, x, log2_e);
  const Num r = m.fma(-n.value, constant(m, x.type, 0x1.62e42fefa39efp-1, 0x1.62e43p-1), x);
  return {n, r};
}
Num ln2_low(Arithmetic& m, Num x) { return constant(m, x.type, 0x1.abc9e3b39803fp-56, -0x1.05c61p-29); }
}  // namespace

ScaledExp scaled_exp(Arithmetic& m, Pair x) {
  const Reduced reduced = reduce(m, x.high);
  const Num low = m.fma(-reduced.n.value, ln2_low(m, x.high), x.low);
  const Pair r = fast_two_sum(reduced.r, low);
  const Num rest = m.fma(r.high * r.high, polynomial(m, r.high, exp_coefficients), r.low);
  return {reduced.n.integer, reduced.n.value, fast_two_sum(r.high, rest)};
}

ScaledExp scaled_exp(Arithmetic& m, Num x) { return scaled_exp(m, Pair{x, m.like(x, 0)}); }

// The bounds leave n within what scale() takes and beyond where the result is infinite or zero.
static Num bounded(Arithmetic& m, Num x) {
  return x.type == Dtype::f64 ? at_least(m, at_most(m, x, 710), -746) : at_least(m, at_most(m, x, 89), -104);
}

Num exp_pair(Arithmetic& m, Pair x) {
  const Num high = bounded(m, x.high);
  const ScaledExp e = scaled_exp(m, {high, m.select(high == x.high, x.low, m.like(high, 0))});
  return scale(m, 1.0 + (e.p.high + e.p.low), e.n);
}

PowerExp power_exp(Arithmetic& m, Num x) {
  const Rounded n = round_product(m, x, 0x1.71547652b82fep4);
  // exact: the result is a multiple of 2^-58 and below 2^-5
  const Num high = m.fma(-n.value, m.like(x, 0x1.62e42fefa39efp-5), x);
  const Num r = m.fma(-n.value, m.like(x, sixteenth_of_ln2_low), high);
  const Num sixteenth = n.integer & m.like(n.integer, 15);
  const Num raw =
      m.table_bits(Dtype::i64, exp_power, sixteenth) + m.shift_left(n.integer, m.like(n.integer, 48));
  return {n, sixteenth, m.bitcast(raw, Dtype::f64), high, r};
}

ShortExp short_exp_of_f32(Arithmetic& m, Num x) {
  const Reduced reduced = reduce(m, x);
  const Num r = m.fma(-reduced.n.value, ln2_low(m, x), reduced.r);
  return {power_of_two(m, reduced.n.integer, x.type), m.fma(r * r, polynomial(m, r, short_exp_f32), r)};
}

/// Everything exp has to take: overflow, vanishing results, NaN.
static Num exp_of_any(Arithmetic& m, Num x) {
  const Num inside = bounded(m, x);
  const Reduced reduced = reduce(m, inside);
  const Num r = m.fma(-reduced.n.value, ln2_low(m, x), reduced.r);
  const Num p = m.fma(r * r, polynomial(m, r, exp_coefficients), r);
  return scale(m, p + 1.0, reduced.n.integer);
}

Num exp(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return exp_of_any(m, x);
  const PowerExp e = power_exp(m, x);
  const Num p = m.fma(e.r * e.r, polynomial(m, e.r, short_exp), e.r);
  const Num fast[] = {m.fma(e.power, p, e.power)}, arguments[] = {x};
  return m.rarely(!(m.absolute(x) < 708.0), fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{exp_of_any(inner, in[0])};
  })[0];
}

Num rough_exp(Arithmetic& m, Num x) {
  const PowerExp e = power_exp(m, x);
  return m.fma(e.power, m.fma(e.r * e.r, polynomial(m, e.r, rough_exp_curve), e.r), e.power);
}

Num exp_pair_moderate(Arithmetic& m, Pair x) {
  const PowerExp e = power_exp(m, x.high);
  const Num r = e.r + (x.low + m.table(Dtype::f64, exp_power_lost, e.sixteenth));
  return m.fma(e.power, m.fma(r * r, polynomial(m, r, short_exp), r), e.power);
}

// power (1 + high + small) - 1, where power - 1 is exact if it is small and the table's error is among the
// small.
Pair expm1_moderate(Arithmetic& m, Num x) {
  const PowerExp e = power_exp(m, at_least(m, x, -50));
  const Num lost = m.table(Dtype::f64, exp_power_lost, e.sixteenth);
  const Num low = m.fma(-e.n.value, m.like(x, sixteenth_of_ln2_low), lost), r = e.high + low;
  const Num small = m.fma(r * r, polynomial(m, r, short_expm1), low);
  const Num most = m.fma(e.power, e.high, e.power - 1.0), value = m.fma(e.power, small, most);
  return {value, m.fma(e.power, small, most - value)};
}

// 2^x with x = n + r, both exact.
Num exp2(Arithmetic& m, Num x) {
  const bool wide = x.type == Dtype::f64;
  const Num inside = at_least(m, at_most(m, x, wide ? 1025 : 129), wide ? -1080 : -155);
  const Rounded n = round_product(m, inside, 1);
  const Num r = inside - n.value;
  return scale(m, m.mul_add(r, polynomial(m, r, Coefficients{exp2_f64, exp2_f32}), m.like(x, 1)), n.integer);
}

// f64: 2^(n/16) (1 + p) - 1; where the power is near 1, the difference is exact and what the table lost is
// added. f32: 2^n p + (2^n - 1), where the difference is exact as long as it matters.
Num expm1(Arithmetic& m, Num x) {
  if (x.type == Dtype::f64) {
    const Num fast[] = {m.copysign(expm1_moderate(m, x).high, x)}, arguments[] = {x};  // keeps -0
    return m.rarely(x > 708.0, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
      return std::vector<Num>{exp_of_any(inner, in[0])};
    })[0];
  }
  const ShortExp e = short_exp_of_f32(m, at_least(m, x, -20));
  const Num fast[] = {m.copysign(m.fma(e.power, e.p, e.power - 1.0), x)}, arguments[] = {x};  // keeps -0
  return m.rarely(x > 88.0, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{exp_of_any(inner, in[0])};
  })[0];
}

}  // namespace wengert::math
