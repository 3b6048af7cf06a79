#include "exact.h"

#include <deque>
#include <iterator>

namespace wengert::tests::exact {
namespace {

/// A number with so many bits that sums of very different terms come out right.
struct Wide {
  explicit Wide(mpfr_prec_t bits) { mpfr_init2(value, bits); }
  ~Wide() { mpfr_clear(value); }
  Wide(const Wide&) = delete;
  mpfr_t value;
};

// n! (1/x^(n+1) + 1/(x+1)^(n+1) + ...) for x that is no pole: terms up to 60, then Euler and Maclaurin's
// expansion y^-n (1/n + 1/(2y) + sum of B2k (n+1)(n+2)...(n+2k-1)/(2k)! / y^2k).
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
}  // namespace

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
namespace {
// d^n/dx^n (-pi cot(pi x)) = pi^(n+1) P(cot(pi x)) with P = -c at first and P' -> -(1 + c^2) dP/dc.
void cotangent_derivative(mpfr_t out, unsigned n, mpfr_t x) {
  Wide pi(400), c(400), term(400);
  mpfr_const_pi(pi.value, MPFR_RNDN);
  mpfr_rint(c.value, x, MPFR_RNDN);
  mpfr_sub(c.value, x, c.value, MPFR_RNDN);
  mpfr_mul(c.value, c.value, pi.value, MPFR_RNDN);
  mpfr_cot(c.value, c.value, MPFR_RNDN);
  std::deque<Wide> p;  // by powers of c
  for (unsigned i = 0; i < n + 2; i++) mpfr_set_si(p.emplace_back(400).value, i == 1 ? -1 : 0, MPFR_RNDN);
  for (unsigned k = 0; k < n; k++) {
    for (unsigned i = 0; i <= n; i++) mpfr_mul_si(p[i].value, p[i + 1].value, -long(i + 1), MPFR_RNDN);
    mpfr_set_zero(p[n + 1].value, 1);
    for (unsigned i = n + 1; i >= 2; i--) mpfr_add(p[i].value, p[i].value, p[i - 2].value, MPFR_RNDN);
  }
  mpfr_set_zero(out, 1);
  for (unsigned i = n + 2; i-- > 0;) mpfr_fma(out, out, c.value, p[i].value, MPFR_RNDN);
  mpfr_pow_ui(term.value, pi.value, n + 1, MPFR_RNDN);
  mpfr_mul(out, out, term.value, MPFR_RNDN);
}
}  // namespace

// The series runs through negative arguments too; far below zero by reflection.
void polygamma(unsigned n, mpfr_t out, mpfr_t x) {
  if (mpfr_sgn(x) <= 0 && mpfr_integer_p(x)) return n % 2 == 0 ? mpfr_set_nan(out) : mpfr_set_inf(out, 1);
  Wide sum(400);
  if (mpfr_cmp_si(x, -100) > 0) {
    hurwitz(sum.value, n, x);
    if (n % 2 == 0) mpfr_neg(sum.value, sum.value, MPFR_RNDN);
    mpfr_set(out, sum.value, MPFR_RNDN);
    return;
  }
  Wide y(1500), reflected(400);
  mpfr_ui_sub(y.value, 1, x, MPFR_RNDN);
  hurwitz(sum.value, n, y.value);  // (-1)^n polygamma(n, 1 - x) = -sum
  cotangent_derivative(reflected.value, n, x);
  mpfr_sub(out, reflected.value, sum.value, MPFR_RNDN);
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

}  // namespace wengert::tests::exact
