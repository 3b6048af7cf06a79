// Records and functions of the scalar mathematics: exponentials, trigonometry, special functions, rounding.
// Integers are converted to f64. Accuracy: docs/accuracy.md; derivatives at hard points: docs/derivatives.md.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op abs, sign, sqrt, rsqrt, cbrt, square, reciprocal, exponential, exponential_minus_one, exp2,
    log, log_plus_one, log2, log10, sine, cosine, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh,
    atanh, logistic, softplus, log_sigmoid, log1mexp, erf, erfc, lgamma, digamma, trigamma, polygamma, floor,
    ceil, round_nearest_even, round_nearest_afz, trunc, power, integer_pow, remainder, floor_mod,
    floor_divide, atan2, hypot, copysign, logaddexp, xlogy, xlog1py, relu, clamp, fma, lerp, is_nan,
    is_finite, is_inf, shift_left, shift_right_arithmetic, shift_right_logical, population_count,
    count_leading_zeros;
}

Expr abs(Operand x);
Expr sign(Operand x);
Expr sqrt(Operand x);
Expr rsqrt(Operand x);
Expr cbrt(Operand x);
Expr square(Operand x);
Expr reciprocal(Operand x);
Expr exp(Operand x);
Expr expm1(Operand x);
Expr exp2(Operand x);
Expr log(Operand x);
Expr log1p(Operand x);
Expr log2(Operand x);
Expr log10(Operand x);
Expr sin(Operand x);
Expr cos(Operand x);
Expr tan(Operand x);
Expr asin(Operand x);
Expr acos(Operand x);
Expr atan(Operand x);
Expr sinh(Operand x);
Expr cosh(Operand x);
Expr tanh(Operand x);
Expr asinh(Operand x);
Expr acosh(Operand x);
Expr atanh(Operand x);
Expr logistic(Operand x);  ///< 1 / (1 + exp(-x))
inline Expr sigmoid(Operand x) { return logistic(x); }
Expr softplus(Operand x);     ///< log(1 + exp(x))
Expr log_sigmoid(Operand x);  ///< -softplus(-x)
Expr log1mexp(Operand x);     ///< log(1 - exp(x)), x < 0
Expr erf(Operand x);
Expr erfc(Operand x);
Expr lgamma(Operand x);  ///< log |Gamma(x)|
Expr digamma(Operand x);
Expr trigamma(Operand x);
Expr polygamma(int64_t order, Operand x);  ///< derivative number `order` of digamma, 0 to 100
Expr floor(Operand x);
Expr ceil(Operand x);
Expr round(Operand x);      ///< half to even
Expr round_afz(Operand x);  ///< half away from zero
Expr trunc(Operand x);
Expr pow(Operand x, Operand y);  ///< a literal integer exponent gives integer_pow
Expr integer_pow(Operand x, int64_t exponent);
Expr fmod(Operand a, Operand b);          ///< sign of the dividend; also "remainder"
Expr floor_mod(Operand a, Operand b);     ///< Python's %: sign of the divisor; integers: x % 0 = x
Expr floor_divide(Operand a, Operand b);  ///< Python's //; integers: x // 0 = 0
Expr atan2(Operand y, Operand x);
Expr hypot(Operand x, Operand y);
Expr copysign(Operand magnitude, Operand sign);
Expr logaddexp(Operand a, Operand b);
Expr xlogy(Operand x, Operand y);                  ///< x log y, 0 where x is 0 and y isn't NaN
Expr xlog1py(Operand x, Operand y);                ///< x log(1 + y), likewise
Expr relu(Operand x);                              ///< derivative 0 at 0
Expr clamp(Operand low, Operand x, Operand high);  ///< derivative 1 at the bounds
inline Expr clip(Operand x, Operand low, Operand high) { return clamp(low, x, high); }
Expr fma(Operand a, Operand b, Operand c);   ///< rounded once
Expr lerp(Operand a, Operand b, Operand t);  ///< a + t (b - a)
Expr is_nan(Operand x);
Expr is_finite(Operand x);
Expr is_inf(Operand x);
Expr shift_left(Operand x, Operand amount);
Expr shift_right_arithmetic(Operand x, Operand amount);
Expr shift_right_logical(Operand x, Operand amount);
Expr population_count(Operand x);
Expr count_leading_zeros(Operand x);

// Named stable composites.
Expr leaky_relu(Operand x, double slope = 0.01);
Expr elu(Operand x, double alpha = 1.0);
Expr gelu(Operand x);  ///< exact: x Phi(x)
Expr silu(Operand x);  ///< x logistic(x)
Expr sinc(Operand x);  ///< sin(x)/x, 1 at 0 (unnormalised), smooth to second order at 0
Expr huber(Operand x, double delta = 1.0);

}  // namespace wengert
