// Sums of products.
#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert::language {
namespace {

Builtin product(std::string_view name, Expr (*function)(Operand, Operand)) {
  return {name, "(a, b)", [function](Arguments& a) -> Datum {
            const std::vector<Operand> x = a.operands({0, 1});
            return a.weakly(function(x[0], x[1]), {0, 1});
          }};
}

Expr inner(Operand a, Operand b) {
  const int64_t ra = a.expr.rank(), rb = b.expr.rank();
  if (ra == 0 || rb == 0) return a * b;
  return dot_general(a, b, {{}, {}, {ra - 1}, {rb - 1}});
}

// Elementwise, the sum over everything.
Expr vdot(Operand a, Operand b) {
  const Expr x = reshape(a, {element_count(a.expr.shape())}), y = reshape(b, {element_count(b.expr.shape())});
  return dot(x, y);
}

Datum einsum_(Arguments& a) {
  std::string formula = a.string(0);
  std::erase(formula, ' ');
  try {
    if (!a.given(2)) return a.weakly(einsum(formula, a.expr(1)), {1});
    const std::vector<Operand> x = a.operands({1, 2});
    return a.weakly(einsum(formula, x[0], x[1]), {1, 2});
  } catch (const SourceError&) { throw; } catch (const Error& e) {
    a.refuse_because(0, e.code(), e.message());
  }
}

// axes: how many last axes of a meet the first ones of b, or a pair of lists.
Datum tensordot_(Arguments& a) {
  const std::vector<Operand> x = a.operands({0, 1});
  const int64_t ra = x[0].expr.rank(), rb = x[1].expr.rank();
  Dimensions dimensions;
  const Sequence* pair = a.given(2) ? a.at(2).as<Sequence>() : nullptr;
  if (pair) {
    if (pair->parts.size() != 2) a.refuse(2, "a number or a pair of axis lists");
    auto axes = [&](const Datum& datum, int64_t rank) {
      Axes out;
      const Sequence* list = datum.as<Sequence>();
      const std::vector<Datum> parts = list ? list->parts : std::vector<Datum>{datum};
      for (const Datum& part : parts) {
        if (!part.is_integer_literal()) a.refuse(2, "a number or a pair of axis lists");
        const int64_t axis = part.as<Literal>()->integer;
        if (axis < -rank || axis >= rank)
          a.refuse_because(2, Code::argument, "tensordot: an axis is out of range");
        out.push_back(axis < 0 ? axis + rank : axis);
      }
      return out;
    };
    dimensions.lhs_contract = axes(pair->parts[0], ra);
    dimensions.rhs_contract = axes(pair->parts[1], rb);
  } else {
    const int64_t count = a.integer(2, 2);
    if (count < 0 || count > ra || count > rb) a.refuse(2, "a number of axes that both operands have");
    for (int64_t i = 0; i < count; i++) {
      dimensions.lhs_contract.push_back(ra - count + i);
      dimensions.rhs_contract.push_back(i);
    }
  }
  return a.weakly(dot_general(x[0], x[1], dimensions), {0, 1});
}

}  // namespace

std::span<const Builtin> product_builtins() {
  static const std::vector<Builtin> table = {
      product("dot", dot),
      product("matmul", matmul),
      product("outer", outer),
      product("inner", inner),
      product("vdot", vdot),
      {"einsum", "(formula, a, b=None)", einsum_},
      {"tensordot", "(a, b, axes=2)", tensordot_},
  };
  return table;
}

}  // namespace wengert::language
