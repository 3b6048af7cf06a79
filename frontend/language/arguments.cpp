#include "frontend/language/arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/foreign.h"
#include "ir/ops/elementwise.h"

namespace wengert::language {

static std::string near(std::string_view name, const std::vector<std::string>& known) {
  const std::string_view here = name_here(name);
  if (std::find(known.begin(), known.end(), here) != known.end())
    return fmt::format("; did you mean '{}'?", here);
  return suggestion(name, known);
}

std::vector<int> match_arguments(const Source& source, const CallSite& site, const std::string& call,
                                 const std::vector<Builtin::Parameter>& parameters) {
  std::vector<int> out(parameters.size(), -1);
  for (size_t i = 0; i < site.data.size(); i++) {
    size_t to = i;
    if (!site.names[i].empty()) {
      std::vector<std::string> known;
      for (const Builtin::Parameter& p : parameters) known.emplace_back(p.name);
      to = std::find(known.begin(), known.end(), site.names[i]) - known.begin();
      if (to == known.size())
        fail(source, Code::argument, site.span_of(i),
             fmt::format("{} has no parameter '{}'{}", call, site.names[i], near(site.names[i], known)));
    }
    if (to >= parameters.size())
      fail(source, Code::argument, site.span_of(i),
           fmt::format("{} takes {} argument{}, not {}", call, parameters.size(),
                       parameters.size() == 1 ? "" : "s", site.data.size()));
    if (out[to] >= 0)
      fail(source, Code::argument, site.span_of(i),
           fmt::format("{}: the argument '{}' is given twice", call, parameters[to].name));
    out[to] = static_cast<int>(i);
  }
  for (size_t i = 0; i < parameters.size(); i++)
    if (parameters[i].required && out[i] < 0)
      fail(source, Code::argument, site.span, site.focus,
           fmt::format("{} misses the argument '{}'", call, parameters[i].name));
  return out;
}

Arguments::Arguments(Builder& builder, Frame& frame, const Builtin& builtin, CallSite site)
    : builder_(builder),
      frame_(frame),
      builtin_(builtin),
      site_(std::move(site)),
      position_(match_arguments(builder.source(), site_, fmt::format("{}{}", builtin.name, builtin.signature),
                                builtin.parameters())) {}

void Arguments::refuse(size_t i, const std::string& wanted) const {
  refuse_because(i, Code::type,
                 fmt::format("{}: {} wants {}, not {}", builtin_.name, builtin_.parameters()[i].name, wanted,
                             describe(at(i))));
}

void Arguments::refuse_because(size_t i, Code code, const std::string& message) const {
  fail(builder_.source(), code, site_.span_of(position_[i]), message);
}

Expr Arguments::expr(size_t i) {
  try {
    return array_of(graph(), at(i)).expr;
  } catch (const SourceError&) { throw; } catch (const Error& e) {
    refuse_because(i, e.code(),
                   fmt::format("{}: {}: {}", builtin_.name, builtin_.parameters()[i].name, e.message()));
  }
}

std::vector<Operand> Arguments::operands(std::vector<size_t> which) {
  std::vector<const Datum*> data;
  for (size_t i : which) {
    if (!at(i).as<Literal>()) expr(i);  // fails here, with the argument underlined
    data.push_back(&at(i));
  }
  return operands_of(graph(), data);
}

Array Arguments::weakly(Expr expr, std::vector<size_t> which) const {
  return {expr, std::all_of(which.begin(), which.end(), [&](size_t i) { return at(i).is_weak(); })};
}

Expr Arguments::indices(size_t i, const Extent& extent) {
  try {
    const Expr out = array_of(graph(), resolve_literals(at(i), extent)).expr;
    if (is_integer(out.dtype())) return out;
  } catch (const SourceError&) { throw; } catch (const Error& e) {
    refuse_because(i, e.code(),
                   fmt::format("{}: {}: {}", builtin_.name, builtin_.parameters()[i].name, e.message()));
  }
  refuse(i, "integers");
}

bool Arguments::flag(size_t i, bool otherwise) {
  if (position_[i] < 0) return otherwise;
  const Literal* literal = at(i).as<Literal>();
  if (!literal || literal->kind != Operand::Weak::boolean) refuse(i, "true or false");
  return literal->integer != 0;
}

int64_t Arguments::integer(size_t i, int64_t otherwise) { return position_[i] < 0 ? otherwise : integer(i); }
int64_t Arguments::integer(size_t i) {
  const std::optional<Extent> e = at(i).extent();
  if (!e || !e->is_number()) refuse(i, "a whole number known when the program is built");
  return *e->number();
}

double Arguments::number(size_t i, double otherwise) {
  if (position_[i] < 0) return otherwise;
  const Literal* literal = at(i).as<Literal>();
  if (!literal || literal->kind == Operand::Weak::boolean)
    refuse(i, "a number known when the program is built");
  return literal->number;
}

AxesOrAll Arguments::axes(size_t i) {
  if (!given(i)) return std::nullopt;
  if (at(i).is_integer_literal() || (at(i).as<Sequence>() && !at(i).as<Sequence>()->list))
    return list_of_integers(i);
  if (at(i).as<Array>() && (builtin_.name == "max" || builtin_.name == "min"))
    refuse(i, fmt::format("an axis known when the program is built (the {} of two values is {}imum(a, b))",
                          builtin_.name == "max" ? "larger" : "smaller", builtin_.name));
  refuse(i, "an integer, a tuple of integers or None");
}

Axes Arguments::list_of_integers(size_t i) {
  if (at(i).is_integer_literal()) return {at(i).as<Literal>()->integer};
  const Sequence* sequence = at(i).as<Sequence>();
  if (!sequence) refuse(i, "an integer or a tuple of integers");
  Axes out;
  for (const Datum& part : sequence->parts) {
    if (!part.is_integer_literal()) refuse(i, "an integer or a tuple of integers");
    out.push_back(part.as<Literal>()->integer);
  }
  return out;
}

Extent Arguments::extent(size_t i) {
  const std::optional<Extent> extent = at(i).extent();
  if (!extent) refuse(i, "a whole number or an extent");
  if (extent->is_number() && *extent->number() < 0) refuse(i, "an extent that is not negative");
  return *extent;
}

Shape Arguments::shape(size_t i) {
  if (at(i).extent()) return {extent(i)};
  const Sequence* sequence = at(i).as<Sequence>();
  if (!sequence) refuse(i, "a shape such as [N, 3]");
  Shape out;
  for (const Datum& part : sequence->parts) {
    const std::optional<Extent> extent = part.extent();
    if (!extent)
      refuse_because(i, Code::type,
                     fmt::format("{}: a shape is made of whole numbers and extents, not {}", builtin_.name,
                                 describe(part)));
    out.push_back(*extent);
  }
  return out;
}

Dtype Arguments::dtype(size_t i, Dtype otherwise) {
  if (!given(i)) return otherwise;
  if (const Dtype* dtype = at(i).as<Dtype>()) return *dtype;
  refuse(i, "a type: bool, i32, i64, f32 or f64");
}

std::string Arguments::string(size_t i) {
  const Text* text = at(i).as<Text>();
  if (!text) refuse(i, "a string in quotes");
  return text->text;
}

std::vector<Expr> Arguments::arrays(size_t i) {
  const Sequence* sequence = at(i).as<Sequence>();
  if (!sequence || sequence->parts.empty()) refuse(i, "a list of arrays, [a, b]");
  std::vector<const Datum*> data;
  for (const Datum& part : sequence->parts) data.push_back(&part);
  std::vector<Operand> operands = operands_of(graph(), data);
  std::vector<Expr> out;
  Dtype common = Dtype::boolean;
  for (size_t k = 0; k < operands.size(); k++) {
    // A bare number among arrays has no place of its own along an axis; it counts as a scalar.
    out.push_back(operands[k].weak == Operand::Weak::none ? operands[k].expr
                                                          : array_of(graph(), *data[k]).expr);
    common = promote(common, out.back().dtype());
  }
  for (Expr& expr : out) expr = convert(expr, common);
  return out;
}

std::shared_ptr<const Callable> Arguments::callable(size_t i) {
  const auto* callable = at(i).as<std::shared_ptr<const Callable>>();
  if (!callable) refuse(i, "a function");
  return *callable;
}

}  // namespace wengert::language
