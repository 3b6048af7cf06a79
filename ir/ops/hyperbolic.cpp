// Records: hyperbolic functions and their inverses.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert::ops {

const Op sinh = build::real_function(
    "sinh", "hyperbolic sine", math::sinh, [](Expr x, Expr) { return wengert::cosh(x); }, {-3, 3}, "sinh");

const Op cosh = build::real_function(
    "cosh", "hyperbolic cosine", math::cosh, [](Expr x, Expr) { return wengert::sinh(x); }, {-3, 3}, "cosh");

// 1 - tanh^2 cancels for large x; as 4 s(2x) s(-2x), s the logistic function, it is smooth and keeps every
// digit.
const Op tanh = build::real_function(
    "tanh", "hyperbolic tangent", math::tanh,
    [](Expr x, Expr) { return 4.0 * (wengert::logistic(2.0 * x) * wengert::logistic(-2.0 * x)); }, {-3, 3},
    "tanh");

// 1 / sqrt(1 + x^2), by hypot: the square may overflow.
const Op asinh = build::real_function(
    "asinh", "inverse hyperbolic sine", math::asinh,
    [](Expr x, Expr) { return 1.0 / wengert::hypot(1.0, x); }, {-4, 4}, "asinh");

// 1 / sqrt(x^2 - 1); two roots keep the digits near 1 and do not overflow.
const Op acosh = build::real_function(
    "acosh", "inverse hyperbolic cosine", math::acosh,
    [](Expr x, Expr) { return 1.0 / (wengert::sqrt(x - 1.0) * wengert::sqrt(x + 1.0)); }, {1.2, 5}, "acosh");

// 1 / (1 - x^2), the difference rounded once: it keeps the digits near 1, and its derivative those near 0.
const Op atanh = build::real_function(
    "atanh", "inverse hyperbolic tangent", math::atanh,
    [](Expr x, Expr) { return 1.0 / wengert::fma(-x, x, 1.0); }, {-0.9, 0.9}, "atanh");

}  // namespace wengert::ops

namespace wengert {

Expr sinh(Operand x) { return build::float_unary(ops::sinh, x); }
Expr cosh(Operand x) { return build::float_unary(ops::cosh, x); }
Expr tanh(Operand x) { return build::float_unary(ops::tanh, x); }
Expr asinh(Operand x) { return build::float_unary(ops::asinh, x); }
Expr acosh(Operand x) { return build::float_unary(ops::acosh, x); }
Expr atanh(Operand x) { return build::float_unary(ops::atanh, x); }

}  // namespace wengert
