#include "references.h"

#include "ir/math/functions.h"

namespace wengert::tests {
namespace {

using Exact = void (*)(mpfr_t, mpfr_t, mpfr_t);

template <Num (*f)(Arithmetic&, Num)>
Num one(Arithmetic& m, Num x, Num) {
  return f(m, x);
}

template <int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t)>
void mpfr(mpfr_t out, mpfr_t x, mpfr_t) {
  f(out, x, MPFR_RNDN);
}

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
      {"expm1", 1, one<math::expm1>, mpfr<mpfr_expm1>, 2, {{-50, 720}, {-2, 2}}, {0.3466, -0.3466, 709.78}},
      {"log", 1, one<math::log>, mpfr<mpfr_log>, 2, {{0.5, 2}}, {1, 0.70710678, 1.41421356}},
      {"log1p",
       1,
       one<math::log1p>,
       mpfr<mpfr_log1p>,
       2,
       {{-1, 3}, {-0.3, 0.5}},
       {-1, 0.41421356, -0.292893}},
      {"sin",
       1,
       one<math::sin>,
       mpfr<mpfr_sin>,
       2,
       {{-7, 7}, {-1e5, 1e5}},
       {pi, pi / 2, 2 * pi, 0x1p13, 0x1p38}},
      {"cos", 1, one<math::cos>, mpfr<mpfr_cos>, 2, {{-7, 7}, {-1e5, 1e5}}, {pi, pi / 2, 1.5 * pi, 0x1p13}},
      {"tanh", 1, one<math::tanh>, mpfr<mpfr_tanh>, 2, {{-3, 3}, {-25, 25}}, {0.17328, 0.5}},
  };
  return all;
}

}  // namespace wengert::tests
