#include "passes/accumulate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"

namespace wengert {

void accumulate(Cotangent& entry, const Cotangent& contribution) {
  if (contribution.value.absent()) return;
  if (entry.value.absent()) {
    entry = contribution;
    return;
  }
  entry.value = entry.value + contribution.value;
  entry.guard = either(entry.guard, contribution.guard);
}

Expr scaled(Expr g, Expr guard, Expr partial) {
  const std::optional<double> factor = constant_value(partial);
  if (factor == 1.0) return g;
  if (factor == -1.0) return -g;
  return masked(g * partial, factor && std::isfinite(*factor) ? Expr() : guard);
}

// In a text the language names the call; the node's place says what else it concerns.
static Place place_of(Expr x, std::source_location at) {
  return x.graph().current_place() ? x.graph().place(x.value().node) : Place(at);
}

Graph& one_graph(std::initializer_list<std::span<const Expr>> wanted,
                 std::initializer_list<std::span<const Expr>> allowed, std::string_view what,
                 std::source_location at) {
  if (wanted.begin()->empty())
    throw Error(Code::argument, fmt::format("{}: nothing to differentiate", what), at);
  for (std::span<const Expr> list : wanted)
    for (size_t i = 0; i < list.size(); i++)
      if (list[i].absent()) throw Error(Code::argument, fmt::format("{}: value {} is absent", what, i), at);
  Graph& graph = (*wanted.begin())[0].graph();
  const auto check = [&](std::span<const Expr> list) {
    for (const Expr& x : list)
      if (x.present() && &x.graph() != &graph)
        throw Error(Code::argument, fmt::format("{}: the values belong to two graphs", what), at);
  };
  std::for_each(wanted.begin(), wanted.end(), check);
  std::for_each(allowed.begin(), allowed.end(), check);
  return graph;
}

void require_float(Expr y, std::string_view what, std::source_location at) {
  if (!is_float(y.dtype()))
    throw Error(Code::not_differentiable,
                fmt::format("{} is {}: only floating-point values have derivatives", what, text(y.type())),
                place_of(y, at));
}

void require_variable(Expr x, std::string_view what, std::source_location at) {
  require_float(x, what, at);
  const Op& op = x.op();
  if (op.kind == Kind::input || &op == &ops::variable) return;
  throw Error(Code::argument,
              fmt::format("{} is a result of {}: one differentiates with respect to inputs and variable(…) "
                          "values; wrap it in "
                          "variable(…) before using it",
                          what, op.name),
              place_of(x, at));
}

}  // namespace wengert
