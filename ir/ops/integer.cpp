// Records: shifts and counts of bits, for integers.
#include "ir/ops/build.h"
#include "ir/ops/math.h"

namespace wengert {

using Inputs = std::span<const Num>;

static Op shift(std::string_view name, std::string_view summary, Num (Arithmetic::*prim)(Num, Num)) {
  return Op{
      .name = name,
      .summary = summary,
      .arity = 2,
      .type = build::same_integer_type,
      .body = [prim](Arithmetic& m, Inputs x, const Attributes&) { return (m.*prim)(x[0], x[1]); },
      .derivative = Derivative::zero,
      .samples = {{-1000, 1000}, {0, 70}},
  };
}

static Op bit_count(std::string_view name, std::string_view summary, Num (Arithmetic::*prim)(Num)) {
  return Op{
      .name = name,
      .summary = summary,
      .type = build::same_integer_type,
      .body = [prim](Arithmetic& m, Inputs x, const Attributes&) { return (m.*prim)(x[0]); },
      .derivative = Derivative::zero,
      .samples = {{-1000, 1000}},
  };
}

namespace ops {

const Op shift_left = shift("shift_left", "x << y; 0 for y of the width or more", &Arithmetic::shift_left);
const Op shift_right_logical =
    shift("shift_right_logical", "x >> y filling with 0; 0 for y of the width or more",
          &Arithmetic::shift_right_logical);
const Op shift_right_arithmetic =
    shift("shift_right_arithmetic", "x >> y filling with the sign; the sign for y of the width or more",
          &Arithmetic::shift_right_arithmetic);
const Op population_count =
    bit_count("population_count", "how many bits are set", &Arithmetic::population_count);
const Op count_leading_zeros =
    bit_count("count_leading_zeros", "zero bits above the highest set one; the width for 0",
              &Arithmetic::leading_zeros);

}  // namespace ops

Expr shift_left(Operand x, Operand amount) { return build::binary(ops::shift_left, x, amount); }
Expr shift_right_arithmetic(Operand x, Operand amount) {
  return build::binary(ops::shift_right_arithmetic, x, amount);
}
Expr shift_right_logical(Operand x, Operand amount) {
  return build::binary(ops::shift_right_logical, x, amount);
}
Expr population_count(Operand x) { return build::unary(ops::population_count, x); }
Expr count_leading_zeros(Operand x) { return build::unary(ops::count_leading_zeros, x); }

}  // namespace wengert
