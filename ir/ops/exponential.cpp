// Records: exponentials and logarithms.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

namespace ops {

const Op exponential =
    build::real_function("exponential", "e^x", math::exp, [](Expr, Expr y) { return y; }, {-4, 4}, "exp");

// y + 1 would lose the digits of e^x below -1.
const Op exponential_minus_one = build::real_function(
    "exponential_minus_one", "e^x - 1, exact near 0", math::expm1,
    [](Expr x, Expr) { return wengert::exp(x); }, {-4, 4}, "expm1");

const Op log = build::real_function(
    "log", "natural logarithm", math::log, [](Expr x, Expr) { return 1.0 / x; }, {0.1, 8}, "log");

const Op log_plus_one = build::real_function(
    "log_plus_one", "log(1 + x), exact near 0", math::log1p, [](Expr x, Expr) { return 1.0 / (1.0 + x); },
    {-0.8, 6}, "log1p");

}  // namespace ops

Expr exp(Operand x) { return build::float_unary(ops::exponential, x); }
Expr expm1(Operand x) { return build::float_unary(ops::exponential_minus_one, x); }
Expr log(Operand x) { return build::float_unary(ops::log, x); }
Expr log1p(Operand x) { return build::float_unary(ops::log_plus_one, x); }
}  // namespace wengert
