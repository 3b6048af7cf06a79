#include "references.h"

#include "exact.h"

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

// Numbers next to a multiple of pi/2 (by continued fractions), of f64 and of f32.
const std::vector<double> hard_angles = {0x1.6ac5b262ca1ffp849, 0x1.6c6cbc45dc8dep5,    0x1.b951f1572eba5p23,
                                         0x1.504cac51f1eafp131, 0x1.f37c8ap95,          0x1.47d0fep34,
                                         0x1.f9cbe2p7,          0x1.fffffffffffffp1023, 0x1.fffffep127};
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
      {"xlogy", 2, math::xlogy, exact::xlogy, 4, {{0, 3}}, {1}},
      {"xlog1py", 2, math::xlog1py, exact::xlog1py, 4, {{-1, 3}}, {-1}},
      {"logistic", 1, one<math::logistic>, exact::logistic, 4, {{-750, 40}, {-5, 5}}, {}},
      {"softplus", 1, one<math::softplus>, exact::softplus, 4, {{-750, 40}, {-5, 5}}, {}},
      {"log_sigmoid", 1, one<math::log_sigmoid>, exact::log_sigmoid, 4, {{-40, 750}, {-5, 5}}, {}},
      {"log1mexp",
       1,
       one<math::log1mexp>,
       exact::log1mexp,
       4,
       {{-750, 0}, {-2, 0}},
       {0, -0.6931471805599453}},
      {"logaddexp",
       2,
       math::logaddexp,
       exact::logaddexp,
       4,
       {{-750, 750}, {-5, 5}},
       {-0.6931471805599453},
       {},
       0.5},
      {"sin",
       1,
       one<math::sin>,
       mpfr<mpfr_sin>,
       2,
       {{-7, 7}, {-1e5, 1e5}},
       {pi, pi / 2, 2 * pi, 0x1p13, 0x1p38},
       hard_angles},
      {"cos",
       1,
       one<math::cos>,
       mpfr<mpfr_cos>,
       2,
       {{-7, 7}, {-1e5, 1e5}},
       {pi, pi / 2, 1.5 * pi, 0x1p13},
       hard_angles},
      {"tan",
       1,
       one<math::tan>,
       mpfr<mpfr_tan>,
       2,
       {{-7, 7}, {-1e5, 1e5}},
       {pi, pi / 2, pi / 4, 0x1p13},
       hard_angles},
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
       exact::lgamma,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, 2, -1, -2, -3, -15, -30, 0.75, 1.5, 2.5, -2.457024738220801, 2.55e305},
       {},
       1},
      {"digamma",
       1,
       one<math::digamma>,
       exact::digamma,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1.4616321449683623, -0.5040830082644554, -1, -2, -15, 1, 1.75, 3},
       {},
       1},
      {"trigamma",
       1,
       one<math::trigamma>,
       exact::polygamma<1>,
       4,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, 1.75, 3, -1}},
      {"polygamma_2",
       1,
       derivative<2>,
       exact::polygamma<2>,
       8,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, -1},
       {},
       1},
      {"polygamma_3",
       1,
       derivative<3>,
       exact::polygamma<3>,
       8,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, -1},
       {},
       1},
      {"polygamma_10",
       1,
       derivative<10>,
       exact::polygamma<10>,
       20,
       {{0, 20}, {-20, 0}, {0.7, 3}, {-1000, 1000}},
       {1, -1},
       {},
       3628800},
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
      {"rsqrt", 1, one<math::rsqrt>, exact::rsqrt, 4, {{0, 4}}, {1}},
      {"reciprocal", 1, one<math::reciprocal>, exact::reciprocal, 0.5, {{-4, 4}}, {}},
      {"fmod", 2, math::fmod, mpfr2<mpfr_fmod>, 0, {{-10, 10}, {1e10, 1e300}, {1e-320, 1e-300}}, {1}},
      {"floor_mod",
       2,
       math::floor_mod,
       exact::floor_mod,
       0.5,
       {{-10, 10}, {1e10, 1e300}, {1e-320, 1e-300}},
       {1}},
      {"round_afz",
       1,
       one<math::round_afz>,
       exact::round_afz,
       0,
       {{-10, 10}, {1e10, 1e17}},
       {0.5, -0.5, 1.5, 2.5}},
      {"sign", 1, one<math::sign>, exact::sign, 0, {}, {}},
  };

  return all;
}

}  // namespace wengert::tests
