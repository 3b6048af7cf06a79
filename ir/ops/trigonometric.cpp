// Records: circular functions and their inverses.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

namespace ops {

const Op sine = build::real_function(
    "sine", "sin x", math::sin, [](Expr x, Expr) { return wengert::cos(x); }, {-4, 4}, "sin");

const Op cosine = build::real_function(
    "cosine", "cos x", math::cos, [](Expr x, Expr) { return -wengert::sin(x); }, {-4, 4}, "cos");

}  // namespace ops

Expr sin(Operand x) { return build::float_unary(ops::sine, x); }
Expr cos(Operand x) { return build::float_unary(ops::cosine, x); }
}  // namespace wengert
