// Records: the error function and the gamma family.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert {

static constexpr double two_over_root_pi = 1.1283791670955126;

namespace ops {

const Op erf = build::real_function(
    "erf", "error function", math::erf,
    [](Expr x, Expr) { return two_over_root_pi * wengert::exp(-(x * x)); }, {-2.5, 2.5}, "erf");

const Op erfc = build::real_function(
    "erfc", "1 - erf(x), exact in the tail", math::erfc,
    [](Expr x, Expr) { return -two_over_root_pi * wengert::exp(-(x * x)); }, {-2.5, 4}, "erfc");

const Op lgamma = build::real_function(
    "lgamma", "log |Gamma(x)|", math::lgamma, [](Expr x, Expr) { return wengert::digamma(x); }, {0.2, 6},
    "lgamma");

const Op digamma = build::real_function(
    "digamma", "derivative of lgamma", math::digamma, [](Expr x, Expr) { return wengert::trigamma(x); },
    {0.2, 6}, "digamma");

// Its derivative needs polygamma(2, x), which there is not: no rule, an error that names it.
const Op trigamma{
    .name = "trigamma",
    .summary = "derivative of digamma; has no derivative rule",
    .type = build::same_float_type,
    .body = [](Arithmetic& m, std::span<const Num> x, const Attributes&) { return math::trigamma(m, x[0]); },
    .samples = {{0.2, 6}},
    .reference = "trigamma",
};

}  // namespace ops

Expr erf(Operand x) { return build::float_unary(ops::erf, x); }
Expr erfc(Operand x) { return build::float_unary(ops::erfc, x); }
Expr lgamma(Operand x) { return build::float_unary(ops::lgamma, x); }
Expr digamma(Operand x) { return build::float_unary(ops::digamma, x); }
Expr trigamma(Operand x) { return build::float_unary(ops::trigamma, x); }

}  // namespace wengert
