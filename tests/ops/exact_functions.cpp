// The table of references, by the names that records give.
#include <bit>
#include <cstdlib>
#include <map>

#include "../math/exact.h"
#include "exact.h"

namespace wengert::tests {
namespace {

using X = std::span<const Exact>;
using A = const Attributes&;
using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

template <Unary f>
Exact one(X x, A) {
  Exact out;
  f(out.get(), x[0].get(), MPFR_RNDN);
  return out;
}
template <Binary f>
Exact two(X x, A) {
  Exact out;
  f(out.get(), x[0].get(), x[1].get(), MPFR_RNDN);
  return out;
}
template <int (*f)(mpfr_ptr, mpfr_srcptr)>
Exact whole(X x, A) {
  Exact out;
  f(out.get(), x[0].get());
  return out;
}

// Operators for the composed ones.
Exact apply(Unary f, const Exact& x) {
  Exact out;
  f(out.get(), x.get(), MPFR_RNDN);
  return out;
}
Exact apply(Binary f, const Exact& x, const Exact& y) {
  Exact out;
  f(out.get(), x.get(), y.get(), MPFR_RNDN);
  return out;
}
Exact operator+(const Exact& a, const Exact& b) { return apply(mpfr_add, a, b); }
Exact operator-(const Exact& a, const Exact& b) { return apply(mpfr_sub, a, b); }
Exact operator*(const Exact& a, const Exact& b) { return apply(mpfr_mul, a, b); }
Exact operator/(const Exact& a, const Exact& b) { return apply(mpfr_div, a, b); }
Exact operator-(const Exact& a) { return apply(mpfr_neg, a); }
bool operator<(const Exact& a, const Exact& b) { return mpfr_less_p(a.get(), b.get()); }
bool operator<=(const Exact& a, const Exact& b) { return mpfr_lessequal_p(a.get(), b.get()); }
bool operator==(const Exact& a, const Exact& b) { return mpfr_equal_p(a.get(), b.get()); }
Exact not_a_number() {
  Exact out;
  mpfr_set_nan(out.get());
  return out;
}

Exact infinite() {
  Exact out;
  mpfr_set_inf(out.get(), 1);
  return out;
}

Exact larger(const Exact& a, const Exact& b) {
  if (a.is_nan() || b.is_nan()) return not_a_number();
  if (a.is_zero() && b.is_zero()) return mpfr_signbit(a.get()) ? b : a;
  return a < b ? b : a;
}
Exact smaller(const Exact& a, const Exact& b) { return -larger(-a, -b); }

Exact sign(X x, A) {
  if (x[0].is_nan() || x[0].is_zero()) return x[0];
  return mpfr_signbit(x[0].get()) ? -1.0 : 1.0;
}
Exact round_half_even(X x, A) {
  return apply([](mpfr_ptr out, mpfr_srcptr v, mpfr_rnd_t) { return mpfr_roundeven(out, v); }, x[0]);
}
Exact reciprocal(X x, A) { return 1.0 / x[0]; }
Exact inverse_root(X x, A) { return 1.0 / apply(mpfr_sqrt, x[0]); }
Exact logistic(X x, A) { return 1.0 / (1.0 + apply(mpfr_exp, -x[0])); }
Exact softplus_of(const Exact& x) {
  return 0.0 < x ? x + apply(mpfr_log1p, apply(mpfr_exp, -x)) : apply(mpfr_log1p, apply(mpfr_exp, x));
}
Exact softplus(X x, A) { return softplus_of(x[0]); }
Exact log_sigmoid(X x, A) { return -softplus_of(-x[0]); }
Exact log1mexp(X x, A) { return apply(mpfr_log, -apply(mpfr_expm1, x[0])); }
Exact logaddexp(X x, A) {
  if (x[0].is_nan() || x[1].is_nan()) return not_a_number();
  const Exact high = larger(x[0], x[1]), low = smaller(x[0], x[1]);
  if (!high.is_finite()) return high;
  return high + apply(mpfr_log1p, apply(mpfr_exp, low - high));
}
Exact x_times(const Exact& x, const Exact& y, Unary f) {
  if (x.is_zero() && !y.is_nan()) return 0.0;
  return x * apply(f, y);
}
Exact xlogy(X x, A) { return x_times(x[0], x[1], mpfr_log); }
Exact xlog1py(X x, A) { return x_times(x[0], x[1], mpfr_log1p); }
Exact log_gamma(X x, A) {
  Exact out;
  int sign = 0;
  mpfr_lgamma(out.get(), &sign, x[0].get(), MPFR_RNDN);
  return out;
}

Exact digamma(X x, A) { return x[0].is_zero() ? not_a_number() : apply(mpfr_digamma, x[0]); }

Exact polygamma_of(unsigned order, const Exact& x) {
  if (order == 0) return digamma({&x, 1}, {});
  if (x.is_nan() || !x.is_finite()) {  // 0 from above, or from below; a pole everywhere
    if (x.is_nan() || (mpfr_signbit(x.get()) && order % 2 == 0)) return not_a_number();
    return mpfr_signbit(x.get()) ? infinite() : order % 2 == 0 ? -Exact(0.0) : Exact(0.0);
  }
  Exact argument = x, out;
  exact::polygamma(order, out.get(), argument.get());
  return out;
}
Exact trigamma(X x, A) { return polygamma_of(1, x[0]); }
Exact polygamma(X x, A a) { return polygamma_of(static_cast<unsigned>(a.get<int64_t>("order")), x[0]); }

Exact floor_mod(X x, A) {
  const Exact rest = apply(mpfr_fmod, x[0], x[1]);
  const bool differ = mpfr_signbit(rest.get()) != mpfr_signbit(x[1].get());
  if (rest.is_nan()) return rest;
  if (rest.is_zero()) return apply(mpfr_copysign, rest, x[1]);
  return differ ? rest + x[1] : rest;
}
Exact floor_divide(X x, A) {
  const Exact quotient = x[0] / x[1];
  if (x[1].is_zero() || x[1].is_nan() || x[0].is_nan()) return quotient;
  if (!x[0].is_finite()) return not_a_number();
  if (!x[1].is_finite()) return !x[0].is_zero() && mpfr_signbit(quotient.get()) ? Exact(-1.0) : quotient;
  return apply([](mpfr_ptr out, mpfr_srcptr v, mpfr_rnd_t) { return mpfr_floor(out, v); }, quotient);
}
Exact integer_pow(X x, A a) {
  Exact out;
  mpfr_pow_si(out.get(), x[0].get(), static_cast<long>(a.get<int64_t>("exponent")), MPFR_RNDN);
  return out;
}
Exact fused(X x, A) { return x[0] * x[1] + x[2]; }
Exact lerp(X x, A) { return x[0] + x[2] * (x[1] - x[0]); }
Exact maximum(X x, A) { return larger(x[0], x[1]); }
Exact minimum(X x, A) { return smaller(x[0], x[1]); }
Exact relu(X x, A) { return larger(x[0], 0.0); }
Exact clamp(X x, A) { return smaller(larger(x[1], x[0]), x[2]); }
Exact identity(X x, A) { return x[0]; }
Exact choose(X x, A) { return x[0].is_zero() ? x[2] : x[1]; }

}  // namespace

const Reference* reference_of(const Op& op) {
  static const std::map<std::string_view, Reference> all = {
      // exact, or rounded once
      {"add", {two<mpfr_add>, 0.5}},
      {"sub", {two<mpfr_sub>, 0.5}},
      {"mul", {two<mpfr_mul>, 0.5}},
      {"div", {two<mpfr_div>, 0.5}},
      {"neg", {one<mpfr_neg>, 0.5}},
      {"abs", {one<mpfr_abs>, 0.5}},
      {"max", {maximum, 0.5}},
      {"min", {minimum, 0.5}},
      {"sqrt", {one<mpfr_sqrt>, 0.5}},
      {"sqr", {one<mpfr_sqr>, 0.5}},
      {"reciprocal", {reciprocal, 0.5}},
      {"sign", {sign, 0}},
      {"floor", {whole<mpfr_floor>, 0}},
      {"ceil", {whole<mpfr_ceil>, 0}},
      {"trunc", {whole<mpfr_trunc>, 0}},
      {"roundeven", {round_half_even, 0}},
      {"round", {whole<mpfr_round>, 0}},
      {"copysign", {two<mpfr_copysign>, 0}},
      {"relu", {relu, 0}},
      {"clamp", {clamp, 0}},
      {"fma", {fused, 0.5, false}},
      {"fmod", {two<mpfr_fmod>, 0}},
      {"select", {choose, 0}},
      {"convert", {identity, 0.5}},
      {"stop_gradient", {identity, 0}},
      {"variable", {identity, 0}},
      {"equal", {[](X x, A) -> Exact { return x[0] == x[1]; }, 0}},
      {"not_equal", {[](X x, A) -> Exact { return !(x[0] == x[1]); }, 0}},
      {"less", {[](X x, A) -> Exact { return x[0] < x[1]; }, 0}},
      {"less_equal", {[](X x, A) -> Exact { return x[0] <= x[1]; }, 0}},
      {"is_nan", {[](X x, A) -> Exact { return x[0].is_nan(); }, 0}},
      {"is_inf", {[](X x, A) -> Exact { return !x[0].is_nan() && !x[0].is_finite(); }, 0}},
      {"is_finite", {[](X x, A) -> Exact { return x[0].is_finite(); }, 0}},
      // at most 2 ulp
      {"exp", {one<mpfr_exp>, 2}},
      {"expm1", {one<mpfr_expm1>, 2}},
      {"log", {one<mpfr_log>, 2}},
      {"log1p", {one<mpfr_log1p>, 2}},
      {"sin", {one<mpfr_sin>, 2}},
      {"cos", {one<mpfr_cos>, 2}},
      {"tan", {one<mpfr_tan>, 2}},
      {"tanh", {one<mpfr_tanh>, 2}},
      {"erf", {one<mpfr_erf>, 2}},
      {"rec_sqrt", {inverse_root, 2}},
      {"lerp", {lerp, 2, false}},
      {"floor_mod", {floor_mod, 2}},
      // at most 4 ulp
      {"exp2", {one<mpfr_exp2>, 4}},
      {"log2", {one<mpfr_log2>, 4}},
      {"log10", {one<mpfr_log10>, 4}},
      {"asin", {one<mpfr_asin>, 4}},
      {"acos", {one<mpfr_acos>, 4}},
      {"atan", {one<mpfr_atan>, 4}},
      {"sinh", {one<mpfr_sinh>, 4}},
      {"cosh", {one<mpfr_cosh>, 4}},
      {"asinh", {one<mpfr_asinh>, 4}},
      {"acosh", {one<mpfr_acosh>, 4}},
      {"atanh", {one<mpfr_atanh>, 4}},
      {"cbrt", {one<mpfr_cbrt>, 4}},
      {"erfc", {one<mpfr_erfc>, 4}},
      {"lgamma", {log_gamma, 4, true, 1}},
      {"digamma", {digamma, 4, true, 1}},
      {"trigamma", {trigamma, 4}},
      {"polygamma", {polygamma, 8, true, 720}},
      {"logistic", {logistic, 4}},
      {"softplus", {softplus, 4}},
      {"log_sigmoid", {log_sigmoid, 4, false}},
      {"log1mexp", {log1mexp, 4, false}},
      {"logaddexp", {logaddexp, 4, false, 0, 0.5}},
      {"xlogy", {xlogy, 4, false}},
      {"xlog1py", {xlog1py, 4, false}},
      {"atan2", {two<mpfr_atan2>, 4}},
      {"hypot", {two<mpfr_hypot>, 4}},
      {"pow", {two<mpfr_pow>, 4}},
      {"integer_pow", {integer_pow, 4}},
      {"floor_divide", {floor_divide, 1}},
  };
  const auto at = all.find(op.reference.empty() ? op.name : op.reference);
  return at == all.end() ? nullptr : &at->second;
}

IntegerFunction integer_function_of(const Op& op) {
  using I = std::span<const int64_t>;
  static const auto low = [](int64_t x, int width) {
    return width == 32 ? static_cast<uint32_t>(x) : static_cast<uint64_t>(x);
  };
  static const auto floored = [](int64_t a, int64_t b) {
    const __int128 q = static_cast<__int128>(a) / b;
    return static_cast<__int128>(a) % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
  };
  static const auto inside = [](int64_t amount, int width) { return amount >= 0 && amount < width; };
  static const std::map<std::string_view, IntegerFunction> all = {
      {"bit_and", [](I x, int) { return x[0] & x[1]; }},
      {"bit_or", [](I x, int) { return x[0] | x[1]; }},
      {"bit_xor", [](I x, int) { return x[0] ^ x[1]; }},
      {"bit_not", [](I x, int width) { return width == 1 ? int64_t{x[0] == 0} : ~x[0]; }},
      {"remainder",
       [](I x, int) { return x[1] ? static_cast<int64_t>(static_cast<__int128>(x[0]) % x[1]) : x[0]; }},
      {"floor_mod",
       [](I x, int) { return x[1] ? static_cast<int64_t>(x[0] - floored(x[0], x[1]) * x[1]) : x[0]; }},
      {"floor_divide",
       [](I x, int width) {
         const int64_t lowest = width == 32 ? INT32_MIN : INT64_MIN;
         if (x[0] == lowest && x[1] == -1) return lowest;
         return x[1] ? static_cast<int64_t>(floored(x[0], x[1])) : int64_t{0};
       }},
      {"shift_left",
       [](I x, int width) {
         const uint64_t bits = inside(x[1], width) ? static_cast<uint64_t>(x[0]) << x[1] : 0;
         return width == 32 ? int64_t{static_cast<int32_t>(bits)} : static_cast<int64_t>(bits);
       }},
      {"shift_right_logical",
       [](I x, int width) {
         const uint64_t bits = inside(x[1], width) ? low(x[0], width) >> x[1] : 0;
         return width == 32 ? int64_t{static_cast<int32_t>(bits)} : static_cast<int64_t>(bits);
       }},
      {"shift_right_arithmetic",
       [](I x, int width) {
         return inside(x[1], width) ? x[0] >> x[1] : x[0] < 0 ? int64_t{-1} : int64_t{0};
       }},
      {"population_count", [](I x, int width) { return int64_t{std::popcount(low(x[0], width))}; }},
      {"count_leading_zeros",
       [](I x, int width) { return int64_t{std::countl_zero(low(x[0], width)) - (64 - width)}; }},
  };
  const auto at = all.find(op.name);
  return at == all.end() ? nullptr : at->second;
}

}  // namespace wengert::tests
