// Records: circular functions and their inverses.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

// 1 / sqrt(1 - x^2), the difference rounded once: it keeps the digits near 1, and its derivative those near
// 0.
static Expr asin_derivative(Expr x) { return 1.0 / wengert::sqrt(wengert::fma(-x, x, 1.0)); }

namespace ops {

const Op sine = build::real_function(
    "sine", "sin x", math::sin, [](Expr x, Expr) { return wengert::cos(x); }, {-4, 4}, "sin");

const Op cosine = build::real_function(
    "cosine", "cos x", math::cos, [](Expr x, Expr) { return -wengert::sin(x); }, {-4, 4}, "cos");

const Op tan = build::real_function(
    "tan", "tan x", math::tan, [](Expr, Expr y) { return 1.0 + y * y; }, {-1.3, 1.3}, "tan");

const Op asin = build::real_function(
    "asin", "arc sine", math::asin, [](Expr x, Expr) { return asin_derivative(x); }, {-0.9, 0.9}, "asin");

const Op acos = build::real_function(
    "acos", "arc cosine", math::acos, [](Expr x, Expr) { return -asin_derivative(x); }, {-0.9, 0.9}, "acos");

const Op atan = build::real_function(
    "atan", "arc tangent", math::atan, [](Expr x, Expr) { return 1.0 / (1.0 + x * x); }, {-3, 3}, "atan");

// dz/dy = x/(x^2 + y^2), dz/dx = -y/(x^2 + y^2), by hypot so that squares neither overflow nor underflow.
// NaN at (0, 0), where there is no derivative.
const Op atan2 = build::real_function(
    "atan2", "the angle of the point (x, y), y first", math::atan2,
    [](Expr y, Expr x, Expr) -> std::vector<Expr> {
      const Expr h = wengert::hypot(x, y);
      return {(x / h) / h, -((y / h) / h)};
    },
    {{0.3, 3}, {-3, 3}}, "atan2");

}  // namespace ops

Expr sin(Operand x) { return build::float_unary(ops::sine, x); }
Expr cos(Operand x) { return build::float_unary(ops::cosine, x); }
Expr tan(Operand x) { return build::float_unary(ops::tan, x); }
Expr asin(Operand x) { return build::float_unary(ops::asin, x); }
Expr acos(Operand x) { return build::float_unary(ops::acos, x); }
Expr atan(Operand x) { return build::float_unary(ops::atan, x); }
Expr atan2(Operand y, Operand x) { return build::float_binary(ops::atan2, y, x); }

}  // namespace wengert
