// lgamma, digamma and trigamma, in f64: polynomials on [0.75, 3), an asymptotic form beyond with minimax
// coefficients, one step of the recurrence below, and the reflection formula for negative arguments.
// (Formulas: NIST DLMF chapter 5.)
#include <algorithm>

#include "ir/math/functions.h"
#include "ir/math/logarithm.h"
#include "ir/math/polynomial.h"
#include "ir/math/trigonometric.h"

namespace wengert::math {

// lgamma x = (x - 1)(x - 2) p(x - middle)
static constexpr double lgamma_lower[] = {0x1.18fa23339f753p-1,  -0x1.b0711b5caafd8p-3, 0x1.e9e50dcc1e9a2p-4,
                                          -0x1.4348c4d3cba59p-4, 0x1.cd104346bc1ffp-5,  -0x1.580598a36361ep-5,
                                          0x1.084e46859d68dp-5,  -0x1.9e756a039c9f8p-6, 0x1.49db417525892p-6,
                                          -0x1.09917e001858ep-6, 0x1.af93637f38ccp-7,   -0x1.615e846f239aep-7,
                                          0x1.232584b6ee305p-7,  -0x1.e166d29de6e2ap-8, 0x1.90a08c1f3be48p-8,
                                          -0x1.5793a30a48839p-8, 0x1.20428e0b1c7c6p-8,  -0x1.81c42a46a5e2cp-9,
                                          0x1.44b74fcca0054p-9,  -0x1.26398bfe9a75ep-8, 0x1.f4144f2f2a8d8p-9};
static constexpr double lgamma_upper[] = {
    0x1.b0ee6072093cep-2,  -0x1.9ae6509ea10ap-4,   0x1.0e0c9df293533p-5,  -0x1.95ce223a9c32bp-7,
    0x1.47974853a9956p-8,  -0x1.145121fa341a6p-9,  0x1.dfebcf8fa468ap-11, -0x1.a96a3f7a7fee8p-12,
    0x1.7ed7331ab0456p-13, -0x1.5c86deca13f0ap-14, 0x1.402f379a1beap-15,  -0x1.2849f4abb7918p-16,
    0x1.13ddf755f9d8bp-17, -0x1.02caf69d7c8abp-18, 0x1.e683c8c6154d8p-20, -0x1.b8b776dda014ap-21,
    0x1.a103a7a312p-22,    -0x1.0f2c0333ca922p-22, 0x1.02729ae98507fp-23};
// lgamma x = (x - 1/2) log x - x + log(2 pi)/2 + p(1/x^2)/x, x >= 2.5
static constexpr double lgamma_tail[] = {
    0x1.5555555555555p-4,  -0x1.6c16c16c158d5p-9,  0x1.a01a01972a469p-11, -0x1.38137a91f1c47p-11,
    0x1.b94f3f802d25ep-11, -0x1.f658912be1dbfp-10, 0x1.a0b6591bdf87ap-8,  -0x1.ca9aecb494685p-6,
    0x1.2736f3ffe94dap-3,  -0x1.7f275ae9dfcdcp-1,  0x1.b65ba1e3ebaccp1,   -0x1.8cde4775894bcp3,
    0x1.0118b11989c58p5,   -0x1.a057198c4ef86p5,   0x1.39a29f8a6d246p5};
// digamma x = (x - root) p(x - middle)
static constexpr double digamma_lower[] = {
    0x1.0211b8470c9dp0,   -0x1.f757b21d47f45p-2, 0x1.39d54637b1dedp-2, -0x1.a8d240c3c1d7ep-3,
    0x1.29dfe128155e1p-3, -0x1.a8ec3c7a59b25p-4, 0x1.31c262a6ff1ddp-4, -0x1.ba1b50e221e5fp-5,
    0x1.4074de217347bp-5, -0x1.d13c3ca86fe1dp-6, 0x1.51fc0c0577137p-6, -0x1.eb2922ac13e3fp-7,
    0x1.65144a8e96801p-7, -0x1.053cb37f59067p-7, 0x1.7befa02deb68ap-8, -0x1.ff10a54b11b32p-9,
    0x1.73aaf40602af7p-9, -0x1.a1f6b748be69ep-9, 0x1.2ff86ec8fb129p-9};
static constexpr double digamma_upper[] = {
    0x1.66ba0a727a56p-1,   -0x1.9121eac66c031p-3,  0x1.1805ddbd36057p-4,  -0x1.a8c29a26077b8p-6,
    0x1.4fa9976283b82p-7,  -0x1.0f7409ca17806p-8,  0x1.bd388f7f6ccf4p-10, -0x1.7057227dae072p-11,
    0x1.327bec97b0a56p-12, -0x1.fff9297c415ep-14,  0x1.acb5c45786528p-15, -0x1.6788eda0412adp-16,
    0x1.2df23bc07a621p-17, -0x1.fe0708b8cbbdcp-19, 0x1.aceed6074270dp-20, -0x1.51f87df921a36p-21,
    0x1.1c69f361fed7p-22,  -0x1.64a98694aa5bdp-23, 0x1.2c444dacacc81p-24};
// digamma x = log x - 1/(2x) + p(1/x^2)/x^2, x >= 3
static constexpr double digamma_tail[] = {
    -0x1.5555555555555p-4, 0x1.1111111110cd9p-7, -0x1.04104102a894p-8, 0x1.11110f91cfaadp-8,
    -0x1.f07b45fa15d75p-8, 0x1.5982bf9867f33p-6, -0x1.543d05f331fp-4,  0x1.ba579978f4b6dp-2,
    -0x1.598d717af7b4ep1,  0x1.1cd35ac2e1e3bp4,  -0x1.afb4279909134p6, 0x1.0aa6519599f86p9,
    -0x1.e035c85833dcdp10, 0x1.115170b4b851ap12, -0x1.23856ba0cdbb5p12};
// trigamma x = p(x - middle)
static constexpr double trigamma_lower[] = {
    0x1.0cf87b2d7d936p0,  -0x1.0943ea9544987p0,  0x1.f25a1f413a963p-1, -0x1.c2a076a12ae6cp-1,
    0x1.8b59c3e00a03bp-1, -0x1.528efc4911d17p-1, 0x1.1c4bc2c067388p-1, -0x1.d5de5d02d12c3p-2,
    0x1.7f2f439802dd1p-2, -0x1.3511d483aa0e4p-2, 0x1.edfc9223ecb4dp-3, -0x1.87af005904263p-3,
    0x1.347db39639355p-3, -0x1.e32a5fbccdecap-4, 0x1.7872ae63df2fp-4,  -0x1.239dc3c24a7aep-4,
    0x1.c2ac9fa974717p-5, -0x1.6156595d26deap-5, 0x1.0f2e3b08c37fep-5, -0x1.604ceedc03ae4p-6,
    0x1.0d6a9a14e3d91p-6, -0x1.8033efa48c5f2p-6, 0x1.239e4ef651844p-6};
static constexpr double trigamma_upper[] = {
    0x1.0b219f9c915dcp-1,  -0x1.11402259b0191p-2,  0x1.128c6b9a9f8acp-3,  -0x1.0f77f05a3ad91p-4,
    0x1.089e1e369c457p-5,  -0x1.fd5f383b68c9ep-7,  0x1.e4c298dd58bd4p-8,  -0x1.c8bf81dc126d4p-9,
    0x1.aa8df5fbb568ap-10, -0x1.8b3baef7fdd9fp-11, 0x1.6ba89c2fc5d3fp-12, -0x1.4c87e2be9efa4p-13,
    0x1.2e65313f3bf01p-14, -0x1.119f38d773ce5p-15, 0x1.ec97e42d59c9bp-17, -0x1.b9fe260350dc3p-18,
    0x1.8fedfbcaad5eap-19, -0x1.64575dee133f3p-20, 0x1.184389fe44616p-21, -0x1.f14b0155e132bp-23,
    0x1.789e467ea3b24p-23, -0x1.4ba9c9d71d967p-24};
// trigamma x = 1/x + 1/(2x^2) + p(1/x^2)/x^3, x >= 3
static constexpr double trigamma_tail[] = {
    0x1.5555555555555p-3, -0x1.111111110fa1fp-5, 0x1.8618617e718bdp-6, -0x1.11110cfba2f92p-5,
    0x1.364c6a8ff6dp-4,   -0x1.0316516edc5e7p-2, 0x1.292799848a7b8p0,  -0x1.b5ce811f10202p2,
    0x1.77d1850edb859p5,  -0x1.4a195744c919ap8,  0x1.045488a36fe8fp11, -0x1.499d2b9e63bffp13,
    0x1.2d7860153fffdp15, -0x1.5ab9ebb198ee4p16, 0x1.74743a13dd517p16};

/// The polynomial `lower` or `upper` in x, by lane.
static Num either(Arithmetic& m, Num mask, Num x, std::span<const double> lower,
                  std::span<const double> upper) {
  const auto coefficient = [&](size_t i) {
    return m.select(mask, m.like(x, i < lower.size() ? lower[i] : 0),
                    m.like(x, i < upper.size() ? upper[i] : 0));
  };
  size_t i = std::max(lower.size(), upper.size()) - 1;
  Num sum = coefficient(i);
  while (i > 0) sum = m.mul_add(sum, x, coefficient(--i));
  return sum;
}

/// lgamma x for x > 0 or, where `next`, lgamma(1 + x), with low parts against cancellation; finite while x
/// log x is.
static Pair lgamma_positive(Arithmetic& m, Num x, bool next) {
  const Num small = x < 0.75;
  const Num shift = m.select(small, m.like(x, 1), m.like(x, 0));
  const Num lower = x + shift < 1.5;
  const Num v = (x - m.select(lower, m.like(x, 1.125), m.like(x, 2))) + shift;
  const Pair product = two_product(m, x + (shift - 1.0), x + (shift - 2.0));
  const Num p = either(m, lower, v, lgamma_lower, lgamma_upper);
  const Pair central{product.high * p, product.low * p};
  const Pair logarithm = log_pair(m, x);
  // (x - 1/2)(log x - 1) + (log(2 pi) - 1)/2
  const Num inverse = 1.0 / x;
  const Pair main = multiply(m, add(logarithm, m.like(x, -1)), x + (next ? 0.5 : -0.5));
  const Pair rest = constant_pair(m, x.type, 0x1.acfe390c97d69p-2, 0x1.3494bc9001442p-56);
  const Pair constant = next ? add(rest, m.like(x, 1)) : rest;
  const Num correction = inverse * polynomial(m, inverse * inverse, lgamma_tail);
  const Pair large = add(main, add(constant, correction));
  Pair inside = next ? select(m, small, central, add(logarithm, central))
                     : select(m, small, add(negate(logarithm), central), central);
  return select(m, x < 2.5, inside, large);
}

// lgamma(-a) = log(pi / |sin(pi a)|) - lgamma(1 + a).
static Num lgamma_negative(Arithmetic& m, Num x) {
  const Num a = m.absolute(x);
  const Pair sine = sin_cos_of_half_turns(m, a).sin;
  const Pair logarithm = log_pair(m, m.absolute(sine.high + sine.low));
  const Pair log_pi = constant_pair(m, x.type, 0x1.250d048e7a1bdp0, 0x1.7abf2ad8d5088p-57);
  const Pair sum = add(add(log_pi, negate(logarithm)), negate(lgamma_positive(m, a, true)));
  const Num pole = (a - m.round_even(a) == 0.0) | (a == infinity(m, x));
  return m.select(pole, infinity(m, x), sum.high + sum.low);
}

Num lgamma(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, lgamma, x);
  const Pair positive = lgamma_positive(m, x, false);
  const Num sum =
      m.select(m.absolute(positive.high) < infinity(m, x), positive.high + positive.low, infinity(m, x));
  const Num value = m.select(x == 0.0, infinity(m, x), m.select(x == x, sum, x));
  const Num fast[] = {value}, arguments[] = {x};
  return m.rarely(x < 0.0, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{lgamma_negative(inner, in[0])};
  })[0];
}

/// digamma x for x > 0 or, where `next`, digamma(1 + x).
static Pair digamma_positive(Arithmetic& m, Num x, bool next) {
  const Num small = x < 1.0, zero = m.like(x, 0);
  const Num shift = m.select(small, m.like(x, 1), zero);
  const Num lower = x + shift < 1.75;
  const Num v = (x - m.select(lower, m.like(x, 1.375), m.like(x, 2.375))) + shift;
  const Num from_root = ((x - 0x1.762d86356be3fp0) + shift) - 0x1.b86a722197829p-54;
  const Num central = from_root * either(m, lower, v, digamma_lower, digamma_upper);
  const Num inverse = 1.0 / x, square = inverse * inverse;
  const Num tail = square * polynomial(m, square, digamma_tail);
  const Pair large = add(log_pair(m, x), fast_two_sum(inverse * (next ? 0.5 : -0.5), tail));
  const Pair near = two_sum(central, next ? m.select(small, zero, inverse) : m.select(small, -inverse, zero));
  return select(m, x < 3.0, near, large);
}

// digamma(-a) = digamma(1 + a) + pi / tan(pi a).
static Num digamma_negative(Arithmetic& m, Num x) {
  const Num a = m.absolute(x);
  const SinCos turn = sin_cos_of_half_turns(m, a);
  const Pair pi = constant_pair(m, x.type, 0x1.921fb54442d18p1, 0x1.1a62633145c07p-53);
  const Pair sum = add(digamma_positive(m, a, true), multiply(m, pi, divide(m, turn.cos, turn.sin)));
  // Where 1/x overflows it leaves a NaN in the low part.
  const Num value = m.select(a < 0x1p-1000, -1.0 / x, sum.high + sum.low);
  return m.select((a - m.round_even(a) == 0.0) | (a == infinity(m, x)), nan(m, x), value);
}

Num digamma(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, digamma, x);
  const Pair positive = digamma_positive(m, x, false);
  const Num sum = m.select(x < 0x1p-1000, -1.0 / x, positive.high + positive.low);
  const Num value = m.select(x == 0.0, nan(m, x), m.select(x < infinity(m, x), sum, x));
  const Num fast[] = {value}, arguments[] = {x};
  return m.rarely(x < 0.0, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{digamma_negative(inner, in[0])};
  })[0];
}

/// trigamma x for x > 0 or, where `next`, trigamma(1 + x).
static Num trigamma_positive(Arithmetic& m, Num x, bool next) {
  const Num small = x < 1.0, zero = m.like(x, 0);
  const Num shift = m.select(small, m.like(x, 1), zero);
  const Num lower = x + shift < 1.75;
  const Num v = (x - m.select(lower, m.like(x, 1.375), m.like(x, 2.375))) + shift;
  const Num central = either(m, lower, v, trigamma_lower, trigamma_upper);
  const Num inverse = 1.0 / x, square = inverse * inverse;
  const Num tail = inverse * square * polynomial(m, square, trigamma_tail);
  const Num large = inverse + m.mul_add(square, m.like(x, next ? -0.5 : 0.5), tail);
  const Num near = next ? central - m.select(small, zero, square) : central + m.select(small, square, zero);
  return m.select(x < 3.0, near, large);
}

// trigamma(-a) = (pi / sin(pi a))^2 - trigamma(1 + a).
static Num trigamma_negative(Arithmetic& m, Num x) {
  const Num a = m.absolute(x);
  const Pair pi = constant_pair(m, x.type, 0x1.921fb54442d18p1, 0x1.1a62633145c07p-53);
  const Pair ratio = divide(m, pi, sin_cos_of_half_turns(m, a).sin);
  const Pair square = two_product(m, ratio.high, ratio.high);
  const Num rest = m.mul_add(ratio.high * 2.0, ratio.low, square.low);
  const Num value = square.high + (rest - trigamma_positive(m, a, true));
  const Num pole = (a - m.round_even(a) == 0.0) | (a == infinity(m, x)) | (a < 0x1p-600);  // 1/a^2 overflows
  return m.select(pole, infinity(m, x), m.select(square.high == infinity(m, x), square.high, value));
}

Num trigamma(Arithmetic& m, Num x) {
  if (x.type == Dtype::f32) return through_f64(m, trigamma, x);
  const Num fast[] = {m.select(x == 0.0, infinity(m, x), trigamma_positive(m, x, false))}, arguments[] = {x};
  return m.rarely(x < 0.0, fast, arguments, [](Arithmetic& inner, std::span<const Num> in) {
    return std::vector<Num>{trigamma_negative(inner, in[0])};
  })[0];
}

}  // namespace wengert::math
