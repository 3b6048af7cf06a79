#include "references.h"

#include <iterator>

#include "ir/math/functions.h"

namespace wengert::tests {
namespace {

template <Num (*f)(Arithmetic&, Num)>
Num one(Arithmetic& m, Num x, Num) {
  return f(m, x);
}
template <uint32_t n>
Num derivative(Arithmetic& m, Num x, Num) {
  return math::polygamma(m, n, x);
}
template <int64_t n>
Num power(Arithmetic& m, Num x, Num) {
  return math::integer_pow(m, x, n);
}

template <int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t)>
void mpfr(mpfr_t out, mpfr_t x, mpfr_t) {
  f(out, x, MPFR_RNDN);
}
template <int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t)>
void mpfr2(mpfr_t out, mpfr_t x, mpfr_t y) {
  f(out, x, y, MPFR_RNDN);
}
template <int64_t n>
void power_exact(mpfr_t out, mpfr_t x, mpfr_t) {
  mpfr_pow_si(out, x, n, MPFR_RNDN);
}

/// A number with so many bits that sums of very different terms come out right.
struct Wide {
  explicit Wide(mpfr_prec_t bits) { mpfr_init2(value, bits); }
  ~Wide() { mpfr_clear(value); }
  Wide(const Wide&) = delete;
  mpfr_t value;
};

void softplus(mpfr_t out, mpfr_t x, mpfr_t) {  // max(x, 0) + log(1 + e^-|x|)
  const bool positive = mpfr_sgn(x) > 0;
  Wide small(300);
  mpfr_abs(small.value, x, MPFR_RNDN);
  mpfr_neg(small.value, small.value, MPFR_RNDN);
  mpfr_exp(small.value, small.value, MPFR_RNDN);
  mpfr_log1p(out, small.value, MPFR_RNDN);
  if (positive) mpfr_add(out, out, x, MPFR_RNDN);
}
void log_sigmoid(mpfr_t out, mpfr_t x, mpfr_t) {
  mpfr_neg(x, x, MPFR_RNDN);
  softplus(out, x, x);
  mpfr_neg(out, out, MPFR_RNDN);
}
void logistic(mpfr_t out, mpfr_t x, mpfr_t) {
  mpfr_neg(x, x, MPFR_RNDN);
  mpfr_exp(out, x, MPFR_RNDN);
  mpfr_add_ui(out, out, 1, MPFR_RNDN);
  mpfr_ui_div(out, 1, out, MPFR_RNDN);
}
void log1mexp(mpfr_t out, mpfr_t x, mpfr_t) {
  if (mpfr_cmp_d(x, -0.7) > 0) {
    mpfr_expm1(out, x, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_log(out, out, MPFR_RNDN);
  } else {
    mpfr_exp(out, x, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
  }
}
void logaddexp(mpfr_t out, mpfr_t x, mpfr_t y) {
  const bool less = mpfr_less_p(x, y);
  mpfr_ptr high = less ? y : x, low = less ? x : y;
  Wide gap(300);
  mpfr_sub(gap.value, low, high, MPFR_RNDN);
  mpfr_exp(gap.value, gap.value, MPFR_RNDN);
  mpfr_log1p(gap.value, gap.value, MPFR_RNDN);
  mpfr_add(out, gap.value, high, MPFR_RNDN);
}
void xlogy(mpfr_t out, mpfr_t x, mpfr_t y) {
  mpfr_log(out, y, MPFR_RNDN);
  mpfr_mul(out, out, x, MPFR_RNDN);
  if (mpfr_zero_p(x) && !mpfr_nan_p(y)) mpfr_set_zero(out, 1);
}
void xlog1py(mpfr_t out, mpfr_t x, mpfr_t y) {
  mpfr_log1p(out, y, MPFR_RNDN);
  mpfr_mul(out, out, x, MPFR_RNDN);
  if (mpfr_zero_p(x) && !mpfr_nan_p(y)) mpfr_set_zero(out, 1);
}
void lgamma(mpfr_t out, mpfr_t x, mpfr_t) {
  int sign;
  mpfr_lgamma(out, &sign, x, MPFR_RNDN);
}
void digamma(mpfr_t out, mpfr_t x, mpfr_t) {
  if (mpfr_zero_p(x)) return mpfr_set_nan(out);
  mpfr_digamma(out, x, MPFR_RNDN);
}
// n! (1/x^(n+1) + 1/(x+1)^(n+1) + ...) for x > 0: terms up to 60, then Euler and Maclaurin's expansion
// y^-n (1/n + 1/(2y) + sum of B2k (n+1)(n+2)...(n+2k-1)/(2k)! / y^2k).
void hurwitz(mpfr_t out, unsigned n, mpfr_t x) {
  Wide sum(400), y(1500), term(400), power(400);
  mpfr_set(y.value, x, MPFR_RNDN);
  mpfr_set_zero(sum.value, 1);
  const auto inverse_power = [&](long k) { mpfr_pow_si(power.value, y.value, -k, MPFR_RNDN); };
  for (; mpfr_cmp_ui(y.value, 60) < 0; mpfr_add_ui(y.value, y.value, 1, MPFR_RNDN)) {
    inverse_power(n + 1);
    mpfr_add(sum.value, sum.value, power.value, MPFR_RNDN);
  }
  inverse_power(n);
  mpfr_div_ui(power.value, power.value, n, MPFR_RNDN);
  mpfr_add(sum.value, sum.value, power.value, MPFR_RNDN);
  inverse_power(n + 1);
  mpfr_div_ui(power.value, power.value, 2, MPFR_RNDN);
  mpfr_add(sum.value, sum.value, power.value, MPFR_RNDN);
  static constexpr double bernoulli[][2] = {{1, 6},       {-1, 30},       {1, 42},       {-1, 30},
                                            {5, 66},      {-691, 2730},   {7, 6},        {-3617, 510},
                                            {43867, 798}, {-174611, 330}, {854513, 138}, {-236364091, 2730},
                                            {8553103, 6}};
  mpfr_set_ui(term.value, 1, MPFR_RNDN);  // (n+1)...(n+2k-1)/(2k)!
  for (unsigned k = 1; k <= std::size(bernoulli); k++) {
    for (unsigned j = 2 * k - 1; j <= 2 * k; j++) {
      if (j > 1) mpfr_mul_ui(term.value, term.value, n + j - 1, MPFR_RNDN);
      mpfr_div_ui(term.value, term.value, j, MPFR_RNDN);
    }
    inverse_power(n + 2 * k);
    mpfr_mul(power.value, power.value, term.value, MPFR_RNDN);
    mpfr_mul_d(power.value, power.value, bernoulli[k - 1][0], MPFR_RNDN);
    mpfr_div_d(power.value, power.value, bernoulli[k - 1][1], MPFR_RNDN);
    mpfr_add(sum.value, sum.value, power.value, MPFR_RNDN);
  }
  for (unsigned j = 2; j <= n; j++) mpfr_mul_ui(sum.value, sum.value, j, MPFR_RNDN);
  mpfr_set(out, sum.value, MPFR_RNDN);
}
// Below zero by reflection, with the derivatives of -pi cot(pi x) written out: with s = pi/sin, c = cot(pi x)
// they are s^2, -2 s^2 pi c and 2 s^2 (s^2 + 2 pi^2 c^2).
template <unsigned n>
void polygamma(mpfr_t out, mpfr_t x, mpfr_t) {
  static_assert(n >= 1 && n <= 3);
  if (mpfr_sgn(x) <= 0 && mpfr_integer_p(x)) return n == 2 ? mpfr_set_nan(out) : mpfr_set_inf(out, 1);
  Wide sum(400);
  if (mpfr_sgn(x) > 0) {
    hurwitz(sum.value, n, x);
    if (n % 2 == 0) mpfr_neg(sum.value, sum.value, MPFR_RNDN);
    mpfr_set(out, sum.value, MPFR_RNDN);
    return;
  }
  Wide y(1500), pi(400), s(400), c(400);
  mpfr_ui_sub(y.value, 1, x, MPFR_RNDN);
  hurwitz(sum.value, n, y.value);
  if (n % 2 == 1) mpfr_neg(sum.value, sum.value, MPFR_RNDN);
  if (n == 2) mpfr_neg(sum.value, sum.value, MPFR_RNDN);
  mpfr_const_pi(pi.value, MPFR_RNDN);
  mpfr_rint(s.value, x, MPFR_RNDN);
  mpfr_sub(s.value, x, s.value, MPFR_RNDN);
  mpfr_mul(s.value, s.value, pi.value, MPFR_RNDN);
  mpfr_cot(c.value, s.value, MPFR_RNDN);
  mpfr_mul(c.value, c.value, pi.value, MPFR_RNDN);
  mpfr_sin(s.value, s.value, MPFR_RNDN);
  mpfr_div(s.value, pi.value, s.value, MPFR_RNDN);
  mpfr_sqr(s.value, s.value, MPFR_RNDN);
  if (n == 2) {
    mpfr_mul(s.value, s.value, c.value, MPFR_RNDN);
    mpfr_mul_si(s.value, s.value, -2, MPFR_RNDN);
  } else if (n == 3) {
    mpfr_sqr(c.value, c.value, MPFR_RNDN);
    mpfr_mul_ui(c.value, c.value, 2, MPFR_RNDN);
    mpfr_add(c.value, c.value, s.value, MPFR_RNDN);
    mpfr_mul(s.value, s.value, c.value, MPFR_RNDN);
    mpfr_mul_ui(s.value, s.value, 2, MPFR_RNDN);
  }
  mpfr_add(out, s.value, sum.value, MPFR_RNDN);
}
void rsqrt(mpfr_t out, mpfr_t x, mpfr_t) {
  mpfr_rec_sqrt(out, x, MPFR_RNDN);
  if (mpfr_zero_p(x) && mpfr_signbit(x)) mpfr_set_inf(out, -1);
}
void reciprocal(mpfr_t out, mpfr_t x, mpfr_t) { mpfr_ui_div(out, 1, x, MPFR_RNDN); }
void floor_mod(mpfr_t out, mpfr_t x, mpfr_t y) {
  Wide rest(300);
  mpfr_fmod(rest.value, x, y, MPFR_RNDN);
  if (!mpfr_zero_p(rest.value) && mpfr_signbit(rest.value) != mpfr_signbit(y))
    mpfr_add(rest.value, rest.value, y, MPFR_RNDN);
  mpfr_set(out, rest.value, MPFR_RNDN);
}
void sign(mpfr_t out, mpfr_t x, mpfr_t) {
  if (mpfr_nan_p(x)) return mpfr_set_nan(out);
  mpfr_set_si(out, mpfr_sgn(x), MPFR_RNDN);
}
void round_afz(mpfr_t out, mpfr_t x, mpfr_t) { mpfr_round(out, x); }

constexpr double pi = 3.14159265358979323846;

}  // namespace

const std::vector<Reference>& references() {
  static const std::vector<Reference> all = {
      {"exp",
       1,
       one<math::exp>,
       mpfr<mpfr_exp>,
       2,
       {{-750, 720}, {-104, 89}, {-1, 1}},
       {709.78, -708.4, -745.1}},
      {"exp2",
       1,
       one<math::exp2>,
       mpfr<mpfr_exp2>,
       4,
       {{-1080, 1030}, {-150, 128}, {-1, 1}},
       {1024, -1022, 0.5}},
      {"expm1", 1, one<math::expm1>, mpfr<mpfr_expm1>, 2, {{-50, 720}, {-2, 2}}, {0.3466, -0.3466, 709.78}},
      {"log", 1, one<math::log>, mpfr<mpfr_log>, 2, {{0.5, 2}}, {1, 0.70710678, 1.41421356}},
      {"log1p",
       1,
       one<math::log1p>,
       mpfr<mpfr_log1p>,
       2,
       {{-1, 3}, {-0.3, 0.5}},
       {-1, 0.41421356, -0.292893}},
      {"log2", 1, one<math::log2>, mpfr<mpfr_log2>, 4, {{0.5, 2}}, {1, 0.6875, 1.375}},
      {"log10", 1, one<math::log10>, mpfr<mpfr_log10>, 4, {{0.5, 2}}, {1, 0.6875, 1.375}},
      {"xlogy", 2, math::xlogy, xlogy, 4, {{0, 3}}, {1}},
      {"xlog1py", 2, math::xlog1py, xlog1py, 4, {{-1, 3}}, {-1}},
      {"logistic", 1, one<math::logistic>, logistic, 4, {{-750, 40}, {-5, 5}}, {}},
      {"softplus", 1, one<math::softplus>, softplus, 4, {{-750, 40}, {-5, 5}}, {}},
      {"log_sigmoid", 1, one<math::log_sigmoid>, log_sigmoid, 4, {{-40, 750}, {-5, 5}}, {}},
      {"log1mexp", 1, one<math::log1mexp>, log1mexp, 4, {{-750, 0}, {-2, 0}}, {0, -0.6931471805599453}},
      {"logaddexp", 2, math::logaddexp, logaddexp, 4, {{-750, 750}, {-5, 5}}, {-0.6931471805599453}, 0.5},
      {"sin",
       1,
       one<math::sin>,
       mpfr<mpfr_sin>,
       2,
       {{-7, 7}, {-1e5, 1e5}},
       {pi, pi / 2, 2 * pi, 0x1p13, 0x1p38}},
      {"cos", 1, one<math::cos>, mpfr<mpfr_cos>, 2, {{-7, 7}, {-1e5, 1e5}}, {pi, pi / 2, 1.5 * pi, 0x1p13}},
      {"tan", 1, one<math::tan>, mpfr<mpfr_tan>, 2, {{-7, 7}, {-1e5, 1e5}}, {pi, pi / 2, pi / 4, 0x1p13}},
      {"asin", 1, one<math::asin>, mpfr<mpfr_asin>, 4, {{-1, 1}, {-0.6, 0.6}}, {1, -1, 0.5}},
      {"acos", 1, one<math::acos>, mpfr<mpfr_acos>, 4, {{-1, 1}, {-0.6, 0.6}}, {1, -1, 0.5, -0.5}},
      {"atan", 1, one<math::atan>, mpfr<mpfr_atan>, 4, {{-3, 3}, {0.1, 20}}, {1, 0.198912, 0.668179}},
      {"atan2",
       2,
       math::atan2,
       mpfr2<mpfr_atan2>,
       4,
       {{-3, 3}, {0.1, 20}},
       {1, 0.198912, 0.668179, 0x1p1000}},
      {"sinh", 1, one<math::sinh>, mpfr<mpfr_sinh>, 4, {{-3, 3}, {-712, 712}, {-90, 90}}, {710.47, 0.35}},
      {"cosh", 1, one<math::cosh>, mpfr<mpfr_cosh>, 4, {{-3, 3}, {-712, 712}, {-90, 90}}, {710.47, 0.35}},
      {"tanh", 1, one<math::tanh>, mpfr<mpfr_tanh>, 2, {{-3, 3}, {-25, 25}}, {0.17328, 0.5}},
      {"asinh", 1, one<math::asinh>, mpfr<mpfr_asinh>, 4, {{-3, 3}}, {0x1p30, 0.4}},
      {"acosh", 1, one<math::acosh>, mpfr<mpfr_acosh>, 4, {{1, 3}, {1, 1.2}}, {1, 0x1p30}},
      {"atanh", 1, one<math::atanh>, mpfr<mpfr_atanh>, 4, {{-1, 1}}, {1, -1, 0.17}},
      {"erf", 1, one<math::erf>, mpfr<mpfr_erf>, 2, {{-6, 6}, {-1.2, 1.2}}, {1, -1}},
      {"erfc", 1, one<math::erfc>, mpfr<mpfr_erfc>, 4, {{-6, 28}, {-1.2, 1.2}, {0, 10.1}}, {1, -1, 26.54}},
      {"lgamma",
       1,
       one<math::lgamma>,
       lgamma,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, 2, -1, -2, -3, -15, -30, 0.75, 1.5, 2.5, -2.457024738220801, 2.55e305},
       1},
      {"digamma",
       1,
       one<math::digamma>,
       digamma,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1.4616321449683623, -0.5040830082644554, -1, -2, -15, 1, 1.75, 3},
       1},
      {"trigamma",
       1,
       one<math::trigamma>,
       polygamma<1>,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, 1.75, 3, -1}},
      {"polygamma_2",
       1,
       derivative<2>,
       polygamma<2>,
       8,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, -1},
       1},
      {"polygamma_3",
       1,
       derivative<3>,
       polygamma<3>,
       8,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, -1},
       1},
      {"pow", 2, math::pow, mpfr2<mpfr_pow>, 4, {{0, 5}, {-20, 20}, {-300, 300}}, {1, -1}},
      {"integer_pow_2", 1, power<2>, power_exact<2>, 4, {{-2, 2}}, {1e-160}},
      {"integer_pow_3", 1, power<3>, power_exact<3>, 4, {{-2, 2}}, {1e-103}},
      {"integer_pow_7", 1, power<7>, power_exact<7>, 4, {{-2, 2}}, {1e-44}},
      {"integer_pow-2", 1, power<-2>, power_exact<-2>, 4, {{-2, 2}}, {1e-154, 1e154, 1e19, 1e-19}},
      {"integer_pow-7", 1, power<-7>, power_exact<-7>, 4, {{-2, 2}}, {1e44, 1e-44, 3e5}},
      {"integer_pow_4", 1, power<4>, power_exact<4>, 4, {{-2, 2}}, {1e-80}},
      {"integer_pow-4", 1, power<-4>, power_exact<-4>, 4, {{-2, 2}}, {1e77, 1e-77, 1e9}},
      {"integer_pow_16", 1, power<16>, power_exact<16>, 4, {{-2, 2}}, {1e-20}},
      {"integer_pow_37", 1, power<37>, power_exact<37>, 4, {{-2, 2}}, {1}},
      {"integer_pow-1001", 1, power<-1001>, power_exact<-1001>, 4, {{-2, 2}, {0.5, 1.5}}, {1, -1}},
      {"cbrt", 1, one<math::cbrt>, mpfr<mpfr_cbrt>, 4, {{-8, 8}}, {1, 0.70710678}},
      {"hypot", 2, math::hypot, mpfr2<mpfr_hypot>, 4, {{-3, 3}}, {0x1p500, 0x1p-500, 0x1p-537}},
      {"rsqrt", 1, one<math::rsqrt>, rsqrt, 4, {{0, 4}}, {1}},
      {"reciprocal", 1, one<math::reciprocal>, reciprocal, 0.5, {{-4, 4}}, {}},
      {"fmod", 2, math::fmod, mpfr2<mpfr_fmod>, 0, {{-10, 10}, {1e10, 1e300}, {1e-320, 1e-300}}, {1}},
      {"floor_mod", 2, math::floor_mod, floor_mod, 0.5, {{-10, 10}, {1e10, 1e300}, {1e-320, 1e-300}}, {1}},
      {"round_afz", 1, one<math::round_afz>, round_afz, 0, {{-10, 10}, {1e10, 1e17}}, {0.5, -0.5, 1.5, 2.5}},
      {"sign", 1, one<math::sign>, sign, 0, {}, {}},
  };
  return all;
}

}  // namespace wengert::tests
