// Records: remainders and the floored quotient, of floats and integers.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

using Inputs = std::span<const Num>;

// z = x - q y with a whole q: dz/dx = 1, dz/dy = -q. The quotient of x and y themselves might round to
// another whole number.
static std::vector<Expr> remainder_partials(std::span<const Expr> x, Expr z, const Attributes&) {
  return {ones(z.graph(), z.type()), -round((x[0] - z) / x[1])};
}

static Num floor_mod_of(Arithmetic& m, Num a, Num b) {
  if (is_float(a.type)) return math::floor_mod(m, a, b);
  const Num rest = m.remainder(a, b), zero = m.like(a, 0);
  return m.select((rest != zero) & ((rest ^ b) < zero), rest + b, rest);
}

// Of floats as CPython and NumPy: what fmod leaves is taken off first, so that the quotient is whole but for
// its last bits. NaN for an infinite dividend.
static Num floor_divide_of(Arithmetic& m, Num a, Num b) {
  const Num zero = m.like(a, 0), one = m.like(a, 1);
  if (is_float(a.type)) {
    const Num rest = math::fmod(m, a, b), exact = (a - rest) / b;
    const Num quotient = m.select((rest != zero) & ((rest < zero) ^ (b < zero)), exact - one, exact);
    const Num floored = m.floor(quotient);
    const Num whole = m.select(quotient - floored > 0.5, floored + one, floored);
    const Num nothing = m.copysign(zero, a / b);
    return m.select(b == zero, a / b, m.select(quotient == zero, nothing, whole));
  }
  const Num quotient = m.divide(a, b), rest = m.remainder(a, b);
  const Num down = (rest != zero) & ((rest ^ b) < zero) & (b != zero);
  return m.select(down, quotient - one, quotient);
}

namespace ops {

const Op remainder{
    .name = "remainder",
    .summary = "C's fmod: what truncated division leaves, with the dividend's sign; integers: x % 0 = x",
    .arity = 2,
    .type = build::same_number_type,
    .body =
        [](Arithmetic& m, Inputs x, const Attributes&) {
          return is_float(x[0].type) ? math::fmod(m, x[0], x[1]) : m.remainder(x[0], x[1]);
        },
    .partials = remainder_partials,
    .samples = {{7.1, 8.9}, {2.3, 3.4}},
    .reference = "fmod",
};

const Op floor_mod{
    .name = "floor_mod",
    .summary = "Python's %: what floored division leaves, with the divisor's sign; integers: x % 0 = x",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return floor_mod_of(m, x[0], x[1]); },
    .partials = remainder_partials,
    .samples = {{-8.9, -7.1}, {2.3, 3.4}},
    .reference = "floor_mod",
};

const Op floor_divide{
    .name = "floor_divide",
    .summary = "Python's //: the quotient rounded down; integers: x // 0 = 0",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return floor_divide_of(m, x[0], x[1]); },
    .derivative = Derivative::zero,
    .samples = {{-9, 9}, {0.5, 3}},
    .reference = "floor_divide",
};

}  // namespace ops

Expr fmod(Operand a, Operand b) { return build::binary(ops::remainder, a, b); }
Expr floor_mod(Operand a, Operand b) { return build::binary(ops::floor_mod, a, b); }
Expr floor_divide(Operand a, Operand b) { return build::binary(ops::floor_divide, a, b); }

}  // namespace wengert
