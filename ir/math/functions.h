// Bodies of the scalar functions, written on Arithmetic; each works for f32 and f64. Error bounds, methods
// and measured errors stand in docs/accuracy.md; special values follow C99 annex F.
#pragma once
#include "ir/arithmetic.h"

namespace wengert::math {

Num exp(Arithmetic& m, Num x);
Num exp2(Arithmetic& m, Num x);
Num expm1(Arithmetic& m, Num x);

Num log(Arithmetic& m, Num x);
Num log1p(Arithmetic& m, Num x);
Num log2(Arithmetic& m, Num x);
Num log10(Arithmetic& m, Num x);
Num xlogy(Arithmetic& m, Num x, Num y);    ///< x log y, 0 for x = 0
Num xlog1py(Arithmetic& m, Num x, Num y);  ///< x log(1 + y), 0 for x = 0

Num logistic(Arithmetic& m, Num x);          ///< 1 / (1 + e^-x)
Num softplus(Arithmetic& m, Num x);          ///< log(1 + e^x)
Num log_sigmoid(Arithmetic& m, Num x);       ///< log(1 / (1 + e^-x))
Num log1mexp(Arithmetic& m, Num x);          ///< log(1 - e^x), x <= 0
Num logaddexp(Arithmetic& m, Num x, Num y);  ///< log(e^x + e^y)

Num sin(Arithmetic& m, Num x);
Num cos(Arithmetic& m, Num x);
Num tan(Arithmetic& m, Num x);
Num asin(Arithmetic& m, Num x);
Num acos(Arithmetic& m, Num x);
Num atan(Arithmetic& m, Num x);
Num atan2(Arithmetic& m, Num y, Num x);

Num sinh(Arithmetic& m, Num x);
Num cosh(Arithmetic& m, Num x);
Num tanh(Arithmetic& m, Num x);
Num asinh(Arithmetic& m, Num x);
Num acosh(Arithmetic& m, Num x);
Num atanh(Arithmetic& m, Num x);

Num erf(Arithmetic& m, Num x);
Num erfc(Arithmetic& m, Num x);
Num lgamma(Arithmetic& m, Num x);    ///< log |Gamma(x)|; +inf at the poles
Num digamma(Arithmetic& m, Num x);   ///< NaN at the poles
Num trigamma(Arithmetic& m, Num x);  ///< +inf at the poles

/// The n-th derivative of digamma, 0 <= n <= 100; at the poles +inf for odd n, else NaN.
inline constexpr uint32_t max_polygamma_order = 100;  // n! 2^n pi^n is a double until some 120
Num polygamma(Arithmetic& m, uint32_t n, Num x);

Num pow(Arithmetic& m, Num x, Num y);
Num integer_pow(Arithmetic& m, Num x, int64_t n);
Num cbrt(Arithmetic& m, Num x);
Num hypot(Arithmetic& m, Num x, Num y);
Num rsqrt(Arithmetic& m, Num x);
Num reciprocal(Arithmetic& m, Num x);

Num fmod(Arithmetic& m, Num x, Num y);       ///< exact; the sign of x
Num floor_mod(Arithmetic& m, Num x, Num y);  ///< the sign of y, as Python's %
Num round_afz(Arithmetic& m, Num x);         ///< to the nearest integer, halves away from zero
Num sign(Arithmetic& m, Num x);              ///< -1, 1, or x itself for zeros and NaN

}  // namespace wengert::math
