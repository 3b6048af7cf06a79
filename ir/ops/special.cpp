// Records: the error function and the gamma family.
#include "ir/graph.h"
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

const Op trigamma = build::real_function(
    "trigamma", "derivative of digamma", math::trigamma,
    [](Expr x, Expr) { return wengert::polygamma(2, x); }, {0.2, 6}, "trigamma");

const Op polygamma{
    .name = "polygamma",
    .summary = "derivative of digamma, as often as the attribute `order` says",
    .type = [](const Call& call) -> std::vector<Type> {
      const int64_t order = call.attributes.get<int64_t>("order");
      call.require(order >= 0 && order <= math::max_polygamma_order, "the order is not between 0 and 100");
      return build::same_float_type(call);
    },
    .body =
        [](Arithmetic& m, std::span<const Num> x, const Attributes& attributes) {
          return math::polygamma(m, static_cast<uint32_t>(attributes.get<int64_t>("order")), x[0]);
        },
    .partials = [](std::span<const Expr> x, Expr, const Attributes& attributes) -> std::vector<Expr> {
      return {wengert::polygamma(attributes.get<int64_t>("order") + 1, x[0])};
    },
    .samples = {{0.2, 6}},
    .reference = "polygamma",
};

}  // namespace ops

Expr erf(Operand x) { return build::float_unary(ops::erf, x); }
Expr erfc(Operand x) { return build::float_unary(ops::erfc, x); }
Expr lgamma(Operand x) { return build::float_unary(ops::lgamma, x); }
Expr digamma(Operand x) { return build::float_unary(ops::digamma, x); }
Expr trigamma(Operand x) { return build::float_unary(ops::trigamma, x); }

Expr polygamma(int64_t order, Operand operand) {
  if (order == 0) return digamma(operand);
  if (order == 1) return trigamma(operand);
  PlaceScope place(operand);
  Graph& graph = build::graph_of({&operand}, "polygamma");
  const Expr x = is_float(operand.expr.dtype()) ? operand.expr : convert(operand.expr, Dtype::f64);
  return graph.make(ops::polygamma, {x}, {{"order", order}});
}

}  // namespace wengert
