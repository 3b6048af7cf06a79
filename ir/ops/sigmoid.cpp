// Records: the logistic function, its integral, and logarithms of probabilities.
#include "ir/math/functions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/real_function.h"

namespace wengert::ops {

// y (1 - y) would cancel for large x: 1 - s(x) = s(-x).
const Op logistic = build::real_function(
    "logistic", "1 / (1 + e^-x)", math::logistic, [](Expr x, Expr y) { return y * wengert::logistic(-x); },
    {-5, 5}, "logistic");

const Op softplus = build::real_function(
    "softplus", "log(1 + e^x)", math::softplus, [](Expr x, Expr) { return wengert::logistic(x); }, {-5, 5},
    "softplus");

const Op log_sigmoid = build::real_function(
    "log_sigmoid", "log(1 / (1 + e^-x))", math::log_sigmoid,
    [](Expr x, Expr) { return wengert::logistic(-x); }, {-5, 5}, "log_sigmoid");

// -e^x / (1 - e^x), -inf at 0.
const Op log1mexp = build::real_function(
    "log1mexp", "log(1 - e^x) for x < 0", math::log1mexp,
    [](Expr x, Expr) { return -(wengert::exp(x) / (0.0 - wengert::expm1(x))); }, {-5, -0.1}, "log1mexp");

// dz/dx = s(x - y). Two equal infinities: both -inf have nothing to share, 0; both +inf share equally.
const Op logaddexp = build::real_function(
    "logaddexp", "log(e^x + e^y)", math::logaddexp,
    [](Expr x, Expr y, Expr z) -> std::vector<Expr> {
      const Expr undecided = (x == y) & wengert::is_inf(z),
                 share = 0.5 * wengert::convert(z > 0.0, z.dtype());
      return {wengert::select(undecided, share, wengert::logistic(x - y)),
              wengert::select(undecided, share, wengert::logistic(y - x))};
    },
    {{-4, 4}, {-4, 4}}, "logaddexp");

// dz/dx = log y, dz/dy = x/y, zero at (0, 0). Elsewhere x = 0 needs no mask, and one would spoil d2z/dxdy.
const Op xlogy = build::real_function(
    "xlogy", "x log y; 0 where x is 0 and y is not NaN", math::xlogy,
    [](Expr x, Expr y, Expr) -> std::vector<Expr> {
      return {wengert::log(y), wengert::select((x == 0.0) & (y == 0.0), 0.0, x / y)};
    },
    {{-3, 3}, {0.2, 5}}, "xlogy");

const Op xlog1py = build::real_function(
    "xlog1py", "x log(1 + y); 0 where x is 0 and y is not NaN", math::xlog1py,
    [](Expr x, Expr y, Expr) -> std::vector<Expr> {
      return {wengert::log1p(y), wengert::select((x == 0.0) & (y == -1.0), 0.0, x / (1.0 + y))};
    },
    {{-3, 3}, {-0.7, 4}}, "xlog1py");

}  // namespace wengert::ops

namespace wengert {

Expr logistic(Operand x) { return build::float_unary(ops::logistic, x); }
Expr softplus(Operand x) { return build::float_unary(ops::softplus, x); }
Expr log_sigmoid(Operand x) { return build::float_unary(ops::log_sigmoid, x); }
Expr log1mexp(Operand x) { return build::float_unary(ops::log1mexp, x); }
Expr logaddexp(Operand a, Operand b) { return build::float_binary(ops::logaddexp, a, b); }
Expr xlogy(Operand x, Operand y) { return build::float_binary(ops::xlogy, x, y); }
Expr xlog1py(Operand x, Operand y) { return build::float_binary(ops::xlog1py, x, y); }

}  // namespace wengert
