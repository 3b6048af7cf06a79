// The reduction behind exp and its relatives.
#pragma once
#include "ir/math/float_bits.h"
#include "ir/math/pair.h"

namespace wengert::math {

/// e^x = 2^n (1 + p), |p| < 0.42; p = high + low.
struct ScaledExp {
  Num n;   ///< integer
  Num nf;  ///< the same as a float
  Pair p;
};
/// For |x| up to 2^20 or so (f32: 2^13); x may carry a low part.
ScaledExp scaled_exp(Arithmetic& m, Pair x);
ScaledExp scaled_exp(Arithmetic& m, Num x);

/// e^x = power (1 + p), power = 2^(n/16), f64 only, for |x| up to 708: a table of 16 powers.
struct PowerExp {
  Rounded n;
  Num sixteenth;  ///< n mod 16
  Num power;
  Num high;  ///< x - n ln2/16 but for what rounding ln2/16 lost, exact
  Num r;     ///< x - n ln2/16, |r| < ln2/32; p = e^r - 1
};
PowerExp power_exp(Arithmetic& m, Num x);
/// e^x = power (1 + p), power = 2^n, f32 only, for |x| up to 80; 1 + p is nearly as good as rounding it.
struct ShortExp {
  Num power, p;
};
ShortExp short_exp_of_f32(Arithmetic& m, Num x);
/// e^x to 29 bits for |x| up to 708, f64 only: enough for f32.
Num rough_exp(Arithmetic& m, Num x);
/// e^(high + low) for |high| up to 708, f64, rounded nearly as the exact value: powers that are numbers come
/// out.
Num exp_pair_moderate(Arithmetic& m, Pair x);
/// e^x - 1 for x up to 708 and NaN, f64; rounded to high, low is what that lost.
Pair expm1_moderate(Arithmetic& m, Num x);

/// e^(high + low); overflow and underflow included, low ignored where it is not finite.
Num exp_pair(Arithmetic& m, Pair x);

}  // namespace wengert::math
