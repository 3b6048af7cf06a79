// Records and functions: arithmetic, comparison, selection, conversion.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op add, subtract, multiply, divide, negate, maximum, minimum, select, convert, equal, not_equal,
    less, less_equal, bit_and, bit_or, bit_xor, bit_not;
}

Expr operator+(Operand a, Operand b);
Expr operator-(Operand a, Operand b);
Expr operator*(Operand a, Operand b);
Expr operator/(Operand a, Operand b);  ///< integers are converted to f64 first
Expr operator-(Operand x);
Expr operator==(Operand a, Operand b);
Expr operator!=(Operand a, Operand b);
Expr operator<(Operand a, Operand b);
Expr operator<=(Operand a, Operand b);
Expr operator>(Operand a, Operand b);
Expr operator>=(Operand a, Operand b);
Expr operator&(Operand a, Operand b);  ///< bool and integers, as | ^ !
Expr operator|(Operand a, Operand b);
Expr operator^(Operand a, Operand b);
Expr operator!(Operand x);  ///< logical for bool, ~ for integers

Expr maximum(Operand a, Operand b);  ///< IEEE 754-2019: NaN wins, -0 < +0; a tie gives each half the gradient
Expr minimum(Operand a, Operand b);
/// condition ? a : b, elementwise; the branch not taken contributes nothing, not even NaN.
Expr select(Operand condition, Operand a, Operand b);
inline Expr where(Operand condition, Operand a, Operand b) { return select(condition, a, b); }
/// x in another dtype. Float to integer truncates, saturates, NaN gives 0; to bool is x != 0.
Expr convert(Operand x, Dtype dtype);

}  // namespace wengert
