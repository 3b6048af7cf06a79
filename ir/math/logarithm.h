// Logarithms for other functions: of a sum, and with extra digits.
#pragma once
#include "ir/math/pair.h"

namespace wengert::math {

/// log(sum) for finite sum > 0; f is sum - 1, used where sum is near 1.
Num log_of_sum(Arithmetic& m, Pair sum, Num f);

/// log(1 + z) for 0 <= z <= 1, cheaper than log1p.
Num log1p_of_fraction(Arithmetic& m, Num z);

/// log x to some 66 bits, f64 only, for finite x > 0; for other x some finite pair.
Pair log_pair(Arithmetic& m, Num x);
/// The same for normal x > 0, cheaper; for other x anything.
Pair log_pair_of_normal(Arithmetic& m, Num x);
/// log x to some 37 bits for normal x > 0, f64 only: enough for f32. For other x anything.
Num rough_log(Arithmetic& m, Num x);

}  // namespace wengert::math
