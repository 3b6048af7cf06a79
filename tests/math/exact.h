// The exact values of what MPFR has no function for.
#pragma once
#include <mpfr.h>

namespace wengert::tests::exact {

void softplus(mpfr_t out, mpfr_t x, mpfr_t);
void log_sigmoid(mpfr_t out, mpfr_t x, mpfr_t);
void logistic(mpfr_t out, mpfr_t x, mpfr_t);
void log1mexp(mpfr_t out, mpfr_t x, mpfr_t);
void logaddexp(mpfr_t out, mpfr_t x, mpfr_t y);
void xlogy(mpfr_t out, mpfr_t x, mpfr_t y);
void xlog1py(mpfr_t out, mpfr_t x, mpfr_t y);
void lgamma(mpfr_t out, mpfr_t x, mpfr_t);
void digamma(mpfr_t out, mpfr_t x, mpfr_t);
void rsqrt(mpfr_t out, mpfr_t x, mpfr_t);
void reciprocal(mpfr_t out, mpfr_t x, mpfr_t);
void floor_mod(mpfr_t out, mpfr_t x, mpfr_t y);
void sign(mpfr_t out, mpfr_t x, mpfr_t);
void round_afz(mpfr_t out, mpfr_t x, mpfr_t);

void polygamma(unsigned n, mpfr_t out, mpfr_t x);  ///< n from 1
template <unsigned n>
void polygamma(mpfr_t out, mpfr_t x, mpfr_t) {
  polygamma(n, out, x);
}

}  // namespace wengert::tests::exact
