// The reduction behind sin, cos and tan, and their values near zero.
#pragma once
#include "ir/math/float_bits.h"
#include "ir/math/pair.h"

namespace wengert::math {

/// x = (4 j + quadrant) pi/2 + r, |r| <= pi/4; quadrant is an integer of which the lowest two bits count.
struct Reduced {
  Num quadrant;
  Pair r;
};
/// For every x; infinities and NaN give r = NaN.
Reduced reduce_by_half_pi(Arithmetic& m, Num x);

/// The same for |x| >= 2^10, slower: every bit of 2/pi that matters. In the type of x.
Reduced reduce_huge_by_half_pi(Arithmetic& m, Num x);

/// sin r and cos r for |r| <= pi/4.
Pair sin_near_zero(Arithmetic& m, Pair r);
Pair cos_near_zero(Arithmetic& m, Pair r);

/// sin(pi x) and cos(pi x) up to a common sign, for finite x; the sine is 0 where x is an integer.
struct SinCos {
  Pair sin, cos;
};
SinCos sin_cos_of_half_turns(Arithmetic& m, Num x);

}  // namespace wengert::math
