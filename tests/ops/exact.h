// What an elementwise op ought to give, by MPFR at 400 bits: an implementation that shares nothing with the
// op's body. Derivatives are central differences at that precision, right to some 30 digits.
#pragma once
#include <mpfr.h>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/op.h"

namespace wengert::tests {

/// An MPFR number with value semantics.
class Exact {
 public:
  static constexpr mpfr_prec_t precision = 400;
  Exact(double value = 0) {  // NOLINT: implicit on purpose
    mpfr_init2(v_, precision);
    mpfr_set_d(v_, value, MPFR_RNDN);
  }
  Exact(const Exact& other) {
    mpfr_init2(v_, precision);
    mpfr_set(v_, other.v_, MPFR_RNDN);
  }
  Exact& operator=(const Exact& other) {
    mpfr_set(v_, other.v_, MPFR_RNDN);
    return *this;
  }
  ~Exact() { mpfr_clear(v_); }
  static Exact of_integer(int64_t value);
  mpfr_ptr get() { return v_; }
  mpfr_srcptr get() const { return v_; }
  double number() const { return mpfr_get_d(v_, MPFR_RNDN); }
  bool is_nan() const { return mpfr_nan_p(v_); }
  bool is_zero() const { return mpfr_zero_p(v_); }
  bool is_finite() const { return mpfr_number_p(v_); }

 private:
  mpfr_t v_;
};

using ExactFunction = Exact (*)(std::span<const Exact> x, const Attributes& attributes);

struct Reference {
  ExactFunction function;
  double bound;  ///< in ulp of the result's width
  /// The sign of a zero is compared too.
  bool signed_zeros = true;
  /// The unit is that of max(|value|, floor) where the first operand is negative, or for every operand.
  double floor_below_zero = 0, floor = 0;
};

/// By the record's `reference`, or its name where it has none; null when there is none.
const Reference* reference_of(const Op& op);

/// What integers give where wrapping the real result is not the answer.
using IntegerFunction = int64_t (*)(std::span<const int64_t> x, int width);
IntegerFunction integer_function_of(const Op& op);
/// The real result modulo 2^width, as a signed number.
int64_t wrapped(const Exact& value, int width);

/// |got - exact| in units in the last place of `dtype` at max(|exact|, floor); 0 for equal infinities and
/// NaNs.
double ulps(double got, const Exact& exact, Dtype dtype, double floor = 0);

/// d f / d direction at x, and the derivative of that along another direction.
Exact slope(const Reference& f, std::span<const double> x, std::span<const double> direction,
            const Attributes& a);
Exact curvature(const Reference& f, std::span<const double> x, std::span<const double> u,
                std::span<const double> v, const Attributes& a);

}  // namespace wengert::tests
