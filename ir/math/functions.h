// Bodies of the scalar functions, written on Arithmetic; each works for f32 and f64. Error bounds, methods
// and measured errors stand in docs/accuracy.md; special values follow C99 annex F.
#pragma once
#include "ir/arithmetic.h"

namespace wengert::math {

Num exp(Arithmetic& m, Num x);
Num expm1(Arithmetic& m, Num x);

Num log(Arithmetic& m, Num x);
Num log1p(Arithmetic& m, Num x);

Num sin(Arithmetic& m, Num x);
Num cos(Arithmetic& m, Num x);

Num tanh(Arithmetic& m, Num x);

}  // namespace wengert::math
