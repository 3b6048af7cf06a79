// Exponents and significands as integers; scaling by powers of two.
#pragma once
#include "ir/arithmetic.h"

namespace wengert::math {

/// What the two widths differ in.
struct Format {
  Dtype integer;  ///< the integer type of the same width
  int mantissa;   ///< stored bits of the significand
  int bias;       ///< of the exponent
  double magic;   ///< 1.5 * 2^mantissa: adding it rounds a small number to an integer, kept in the low bits
  double min_normal, max, infinity, nan;
};
const Format& format(Dtype type);

inline Num bits(Arithmetic& m, Num x) { return m.bitcast(x, format(x.type).integer); }
inline Num infinity(Arithmetic& m, Num x) { return m.like(x, format(x.type).infinity); }
inline Num nan(Arithmetic& m, Num x) { return m.like(x, format(x.type).nan); }

/// A number rounded to the nearest integer, as a float and as an integer of the same width.
struct Rounded {
  Num value, integer;
};
/// round(x * factor) for |x * factor| < 2^(mantissa-1); any integer otherwise.
Rounded round_product(Arithmetic& m, Num x, double factor);

/// min(x, high) and max(x, low); a NaN stays. One instruction on x86.
inline Num at_most(Arithmetic& m, Num x, double high) {
  const Num bound = m.like(x, high);
  return m.select(bound < x, bound, x);
}
inline Num at_least(Arithmetic& m, Num x, double low) {
  const Num bound = m.like(x, low);
  return m.select(x < bound, bound, x);
}

/// 2^n for an integer n within the normal exponents, as a float of `type`.
Num power_of_two(Arithmetic& m, Num n, Dtype type);
/// x * 2^n, rounded once if |x| is in [1/2, 2], |n| at most twice the largest exponent.
Num scale(Arithmetic& m, Num x, Num n);
/// An integer, |n| < 2^(mantissa-1), as the float of its width.
Num to_float(Arithmetic& m, Num n);

/// x = significand * 2^exponent with the significand in [low, 2 low); defined for finite x > 0, subnormal
/// too; other x give some finite significand in that interval.
struct Split {
  Num significand, exponent;  ///< exponent as an integer
};
Split split(Arithmetic& m, Num x, double low);

}  // namespace wengert::math
