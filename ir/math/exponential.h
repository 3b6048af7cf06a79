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

/// e^(high + low); overflow and underflow included, low ignored where it is not finite.
Num exp_pair(Arithmetic& m, Pair x);

}  // namespace wengert::math
