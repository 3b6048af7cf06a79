// Records: exponentials and logarithms.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

static constexpr double log_of_2 = 0.6931471805599453, log_of_10 = 2.302585092994046;

namespace ops {

const Op exponential =
    build::real_function("exponential", "e^x", math::exp, [](Expr, Expr y) { return y; }, {-4, 4}, "exp");

// y + 1 would lose the digits of e^x below -1.
const Op exponential_minus_one = build::real_function(
    "exponential_minus_one", "e^x - 1, exact near 0", math::expm1,
    [](Expr x, Expr) { return wengert::exp(x); }, {-4, 4}, "expm1");

const Op exp2 = build::real_function(
    "exp2", "2^x", math::exp2, [](Expr, Expr y) { return y * log_of_2; }, {-4, 4}, "exp2");

const Op log = build::real_function(
    "log", "natural logarithm", math::log, [](Expr x, Expr) { return 1.0 / x; }, {0.1, 8}, "log");

const Op log_plus_one = build::real_function(
    "log_plus_one", "log(1 + x), exact near 0", math::log1p, [](Expr x, Expr) { return 1.0 / (1.0 + x); },
    {-0.8, 6}, "log1p");

const Op log2 = build::real_function(
    "log2", "logarithm to base 2", math::log2, [](Expr x, Expr) { return (1.0 / log_of_2) / x; }, {0.1, 8},
    "log2");

const Op log10 = build::real_function(
    "log10", "logarithm to base 10", math::log10, [](Expr x, Expr) { return (1.0 / log_of_10) / x; },
    {0.1, 8}, "log10");

}  // namespace ops

Expr exp(Operand x) { return build::float_unary(ops::exponential, x); }
Expr expm1(Operand x) { return build::float_unary(ops::exponential_minus_one, x); }
Expr exp2(Operand x) { return build::float_unary(ops::exp2, x); }
Expr log(Operand x) { return build::float_unary(ops::log, x); }
Expr log1p(Operand x) { return build::float_unary(ops::log_plus_one, x); }
Expr log2(Operand x) { return build::float_unary(ops::log2, x); }
Expr log10(Operand x) { return build::float_unary(ops::log10, x); }

}  // namespace wengert
