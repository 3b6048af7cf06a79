// Derivatives as expressions, and vmap.
#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

namespace wengert::language {
namespace {

// What is differentiated by: names, one or a tuple of them.
struct Targets {
  bool several = false;
  std::vector<Expr> xs = {};
  std::vector<std::string> names = {};
};

Expr target(Arguments& a, const Datum& datum, std::string_view name) {
  const Array* array = datum.as<Array>();
  if (!array)
    a.refuse_because(
        1, Code::not_differentiable,
        fmt::format("'{}' is {}; one differentiates by arrays and numbers", name, describe(datum)));
  if (!is_float(array->expr.dtype()))
    a.refuse_because(
        1, Code::not_differentiable,
        fmt::format("'{}' is {}; only f32 and f64 have derivatives", name, text(array->expr.type())));
  return array->expr;
}

Targets targets_of(Arguments& a, std::string_view function) {
  const Syntax* syntax = a.syntax(1);
  const Sequence* sequence = a.at(1).as<Sequence>();
  Targets out;
  out.several = sequence != nullptr && syntax->form == Form::tuple;
  auto add = [&](const Syntax& written, const Datum& datum) {
    if (written.form != Form::name || !a.frame().locals.contains(written.text))
      a.refuse_because(
          1, Code::argument,
          fmt::format(
              "{} differentiates by a parameter or a 'let' name, not by an expression; bind it with 'let' "
              "before it is used",
              function));
    out.names.emplace_back(written.text);
    out.xs.push_back(target(a, datum, written.text));
  };
  if (!out.several) {
    add(*syntax, a.at(1));
    return out;
  }
  for (size_t i = 0; i < sequence->parts.size(); i++)
    add(a.builder().syntax(syntax->parts[i]), sequence->parts[i]);
  if (out.xs.empty()) a.refuse(1, "a name or a tuple of names");
  return out;
}

Expr differentiated(Arguments& a, std::string_view function) {
  const Expr y = a.expr(0);
  if (!is_float(y.dtype()))
    a.refuse_because(0, Code::not_differentiable,
                     fmt::format("{}: only f32 and f64 have derivatives, not {}", function, text(y.type())));
  return y;
}

Expr scalar(Arguments& a, std::string_view function) {
  const Expr y = differentiated(a, function);
  if (y.rank() != 0)
    a.refuse_because(0, Code::type,
                     fmt::format("{} wants a scalar, not {}; use jacobian, vjp or {}(sum(y), x)", function,
                                 text(y.type()), function));
  return y;
}

Datum one_or_several(const Targets& targets, const std::vector<Expr>& values) {
  if (!targets.several) return values[0];
  Sequence out;
  for (const Expr& value : values) out.parts.push_back(value);
  return out;
}

// Argument i as directions of the types of `like`: one, or a tuple of as many.
std::vector<Expr> directions(Arguments& a, size_t i, const std::vector<Expr>& like, bool several,
                             const std::vector<std::string>& names) {
  std::vector<Datum> data;
  const Sequence* sequence = a.at(i).as<Sequence>();
  if (several) {
    if (!sequence || sequence->list || sequence->parts.size() != like.size())
      a.refuse(i, fmt::format("a tuple of {}, one for each of the names", like.size()));
    data = sequence->parts;
  } else {
    data.push_back(a.at(i));
  }
  std::vector<Expr> out;
  for (size_t k = 0; k < like.size(); k++) {
    const std::optional<Expr> v = in_dtype(a.graph(), data[k], like[k].dtype());
    if (!v || v->shape() != like[k].shape())
      a.refuse_because(i, Code::type,
                       fmt::format("the direction of '{}' must be {}, not {}", names[k], text(like[k].type()),
                                   v ? text(v->type()) : describe(data[k])));
    out.push_back(*v);
  }
  return out;
}

Datum grad_(Arguments& a) {
  const Expr y = scalar(a, "grad");
  const Targets targets = targets_of(a, "grad");
  return one_or_several(targets, gradients(std::span(&y, 1), targets.xs));
}

Datum value_and_grad_(Arguments& a) {
  const Expr y = scalar(a, "value_and_grad");
  const Targets targets = targets_of(a, "value_and_grad");
  Sequence out;
  out.parts = {Datum(y), one_or_several(targets, gradients(std::span(&y, 1), targets.xs))};
  return out;
}

Datum jvp_(Arguments& a) {
  const Expr y = differentiated(a, "jvp");
  const Targets targets = targets_of(a, "jvp");
  const std::vector<Expr> vs = directions(a, 2, targets.xs, targets.several, targets.names);
  return jvp(std::span(&y, 1), targets.xs, vs)[0];
}

Datum vjp_(Arguments& a) {
  const Expr y = differentiated(a, "vjp");
  const Targets targets = targets_of(a, "vjp");
  const std::vector<Expr> cotangent = directions(a, 2, {y}, false, {"y"});
  return one_or_several(targets, vjp(std::span(&y, 1), targets.xs, cotangent));
}

Datum hvp_(Arguments& a) {
  const Expr y = scalar(a, "hvp");
  const Targets targets = targets_of(a, "hvp");
  const std::vector<Expr> vs = directions(a, 2, targets.xs, targets.several, targets.names);
  return one_or_several(targets, hvp(y, targets.xs, vs));
}

Datum jacobian_(Arguments& a) {
  const Expr y = differentiated(a, "jacobian");
  const Targets targets = targets_of(a, "jacobian");
  std::vector<Expr> out;
  for (const Expr& x : targets.xs) out.push_back(jacobian(y, x));
  return one_or_several(targets, out);
}

// By several names: a tuple of tuples of blocks.
Datum hessian_(Arguments& a) {
  const Expr y = scalar(a, "hessian");
  const Targets targets = targets_of(a, "hessian");
  if (!targets.several) return hessian(y, targets.xs[0]);
  const std::vector<Expr> slopes = gradients(std::span(&y, 1), targets.xs);
  Sequence rows;
  for (const Expr& slope : slopes) {
    Sequence row;
    for (const Expr& x : targets.xs) row.parts.push_back(jacobian(slope, x));
    rows.parts.push_back(std::move(row));
  }
  return rows;
}

Datum vmap_(Arguments& a) {
  Callable out;
  out.mapped = a.callable(0);
  out.out_axis = a.integer(2, 0);
  auto axis = [&](const Datum& datum) -> std::optional<int64_t> {
    if (datum.is_nothing()) return std::nullopt;
    if (!datum.is_integer_literal()) a.refuse(1, "an axis, None, or a tuple of them");
    return datum.as<Literal>()->integer;
  };
  if (a.given(1)) {
    if (const Sequence* sequence = a.at(1).as<Sequence>())
      for (const Datum& part : sequence->parts) out.in_axes.push_back(axis(part));
    else
      out.in_axes.push_back(axis(a.at(1)));
  }
  return std::make_shared<const Callable>(std::move(out));
}

}  // namespace

std::span<const Builtin> derivative_builtins() {
  static const std::vector<Builtin> table = {
      {"grad", "(y, x)", grad_},       {"value_and_grad", "(y, x)", value_and_grad_},
      {"jvp", "(y, x, v)", jvp_},      {"vjp", "(y, x, cotangent)", vjp_},
      {"hvp", "(y, x, v)", hvp_},      {"jacobian", "(y, x)", jacobian_},
      {"hessian", "(y, x)", hessian_}, {"vmap", "(f, in_axes=0, out_axes=0)", vmap_},
  };
  return table;
}

}  // namespace wengert::language
