#include "exact.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wengert::tests {

Exact Exact::of_integer(int64_t value) {
  Exact out;
  mpfr_set_si(out.get(), value, MPFR_RNDN);
  return out;
}

int64_t wrapped(const Exact& value, int width) {
  mpz_t whole;
  mpz_init(whole);
  mpfr_get_z(whole, value.get(), MPFR_RNDZ);
  mpz_fdiv_r_2exp(whole, whole, static_cast<mp_bitcnt_t>(width));
  uint64_t bits = 0;
  mpz_export(&bits, nullptr, -1, sizeof bits, 0, 0, whole);
  mpz_clear(whole);
  return width == 32 ? static_cast<int32_t>(bits) : static_cast<int64_t>(bits);
}

double ulps(double got, const Exact& exact, Dtype dtype, double floor) {
  const bool wide = dtype == Dtype::f64;
  const int digits = wide ? 53 : 24, lowest = wide ? -1074 : -149;
  const double infinity = std::numeric_limits<double>::infinity();
  if (exact.is_nan() || std::isnan(got)) return exact.is_nan() && std::isnan(got) ? 0 : infinity;
  const double rounded = wide ? exact.number() : static_cast<double>(mpfr_get_flt(exact.get(), MPFR_RNDN));
  if (std::isinf(got) || std::isinf(rounded)) return got == rounded ? 0 : infinity;
  if (exact.is_zero() && floor == 0) return got == 0 ? 0 : infinity;
  const long at = exact.is_zero() ? lowest : mpfr_get_exp(exact.get());
  const long exponent =
      std::max<long>(std::max<long>(at, floor > 0 ? std::ilogb(floor) + 1 : lowest) - digits, lowest);
  Exact error(got);
  mpfr_sub(error.get(), error.get(), exact.get(), MPFR_RNDN);
  mpfr_mul_2si(error.get(), error.get(), -exponent, MPFR_RNDN);
  return std::fabs(error.number());
}

// x + scale * direction.
static std::vector<Exact> moved(std::span<const Exact> x, std::span<const double> direction, int scale,
                                int exponent) {
  std::vector<Exact> out(x.begin(), x.end());
  for (size_t i = 0; i < out.size(); i++) {
    Exact step(direction[i] * scale);
    mpfr_mul_2si(step.get(), step.get(), exponent, MPFR_RNDN);
    mpfr_add(out[i].get(), out[i].get(), step.get(), MPFR_RNDN);
  }
  return out;
}

static constexpr int step = -90;  // differences are wrong by 2^-180, cancellation leaves 2^-220

template <class Function>
static Exact difference(std::span<const Exact> x, std::span<const double> direction, const Function& f) {
  Exact up = f(moved(x, direction, 1, step));
  const Exact down = f(moved(x, direction, -1, step));
  mpfr_sub(up.get(), up.get(), down.get(), MPFR_RNDN);
  mpfr_mul_2si(up.get(), up.get(), -step - 1, MPFR_RNDN);
  return up;
}

Exact slope(const Reference& f, std::span<const double> x, std::span<const double> direction,
            const Attributes& a) {
  const std::vector<Exact> at(x.begin(), x.end());
  return difference(at, direction, [&](std::span<const Exact> p) { return f.function(p, a); });
}

Exact curvature(const Reference& f, std::span<const double> x, std::span<const double> u,
                std::span<const double> v, const Attributes& a) {
  const std::vector<Exact> at(x.begin(), x.end());
  return difference(at, u, [&](std::span<const Exact> p) {
    return difference(p, v, [&](std::span<const Exact> q) { return f.function(q, a); });
  });
}

}  // namespace wengert::tests
