#include "frontend/language/builder.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "frontend/io/number.h"
#include "frontend/language/foreign.h"
#include "frontend/language/tokens.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert::language {
namespace {

std::string without_underscores(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != '_') out += c;
  return out;
}

Literal integer_literal(const Source& source, const Syntax& syntax) {
  const std::string digits = without_underscores(syntax.text);
  const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  int64_t value = 0;
  const char* begin = digits.data() + (hex ? 2 : 0);
  if (std::from_chars(begin, digits.data() + digits.size(), value, hex ? 16 : 10).ec != std::errc())
    fail(source, Code::size, syntax.span,
         "the whole number does not fit 64 bits; write a decimal point for a float");
  return Literal::of(value);
}

Literal floating_literal(const Source& source, const Syntax& syntax) {
  double value = 0;
  const NumberStatus status =
      parse_number(without_underscores(syntax.text), Dtype::f64, reinterpret_cast<std::byte*>(&value));
  if (status == NumberStatus::out_of_range)
    fail(source, Code::size, syntax.span, "the number is too large for f64; infinity is written inf");
  if (status != NumberStatus::read) throw Error(Code::internal, "a number's token that is no number");
  return Literal::of(value);
}

std::optional<Dtype> dtype_called(std::string_view name) {
  if (name == "float64") return Dtype::f64;
  if (name == "float32") return Dtype::f32;
  if (name == "int64") return Dtype::i64;
  if (name == "int32") return Dtype::i32;
  if (name == "bool_") return Dtype::boolean;
  return dtype_named(name);
}

std::optional<double> number_called(std::string_view name) {
  if (name == "pi") return std::numbers::pi;
  if (name == "inf") return std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// As the callable that converts to it.
const Builtin* conversion(Dtype dtype) { return find_builtin(name(dtype)); }

}  // namespace

void Builder::relocate(const Error& e, Span span, uint32_t focus) const {
  std::string message = e.message();
  // An error about another node of this text (a path that has no derivative, say) shows that line as well.
  const Place here = source_.place(focus);
  if (e.place().known() && e.place().file == source_.filename() && !(e.place() == here))
    message += fmt::format("\n{}:{}:{}: it concerns this\n{}\nin", e.place().file, e.place().line,
                           e.place().column, source_.excerpt(e.place()));
  fail(source_, e.code(), span, focus, message);
}

Datum Builder::evaluate(const Expression& expression, Frame& frame) {
  std::vector<Datum> values(expression.root - expression.first + 1);
  for (Id id = expression.first; id <= expression.root; id++) {
    const Syntax& syntax = module_.nodes[id];
    values[id - expression.first] =
        located(syntax.span, syntax.focus, [&] { return node(syntax, values, expression.first, frame); });
  }
  return std::move(values.back());
}

Datum Builder::node(const Syntax& syntax, std::vector<Datum>& values, Id first, Frame& frame) {
  auto part = [&](size_t i) -> Datum& { return values[syntax.parts[i] - first]; };
  auto parts_from = [&](size_t begin) {
    std::vector<Datum> out;
    for (size_t i = begin; i < syntax.parts.size(); i++)
      out.push_back(syntax.parts[i] == no_id ? Datum() : std::move(part(i)));
    return out;
  };
  switch (syntax.form) {
    case Form::integer: return integer_literal(source_, syntax);
    case Form::floating: return floating_literal(source_, syntax);
    case Form::text: return Text{std::string(syntax.text)};
    case Form::constant:
      if (syntax.text == "None") return Nothing{};
      if (syntax.text == "...") return Dots{};
      return Literal::of(syntax.text == "true");
    case Form::name: return named(syntax, frame);
    case Form::function: return function_named(syntax, frame);
    case Form::unary: return apply_unary(graph_, syntax.text, part(0));
    case Form::binary: return apply_binary(graph_, syntax.text, part(0), part(1));
    case Form::attribute: return attribute(syntax, part(0));
    case Form::list: return Sequence{true, parts_from(0), {}};
    case Form::tuple: return Sequence{false, parts_from(0), {syntax.names.begin(), syntax.names.end()}};
    case Form::range: return Range{parts_from(0)};
    case Form::index: {
      std::vector<Span> spans;
      for (size_t i = 1; i < syntax.parts.size(); i++) spans.push_back(module_.nodes[syntax.parts[i]].span);
      const std::vector<Datum> indices = parts_from(1);
      return build_index(*this, part(0), indices, spans);
    }
    case Form::call: {
      const auto* callable = part(0).as<std::shared_ptr<const Callable>>();
      if (!callable)
        fail(source_, Code::type, syntax.span, syntax.focus,
             fmt::format("{} is not a function", describe(part(0))));
      CallSite site{
          syntax.span, syntax.focus, parts_from(1), {syntax.names.begin() + 1, syntax.names.end()}, {}};
      for (size_t i = 1; i < syntax.parts.size(); i++) site.syntax.push_back(&module_.nodes[syntax.parts[i]]);
      return call(**callable, std::move(site), frame);
    }
    case Form::lambda: break;
  }
  throw Error(Code::internal, "a form of syntax without a meaning");
}

Datum Builder::named(const Syntax& syntax, const Frame& frame) const {
  const std::string_view name = syntax.text;
  if (auto local = frame.locals.find(name); local != frame.locals.end()) return local->second;
  if (auto extent = frame.extents.find(name); extent != frame.extents.end()) return extent->second;
  if (std::optional<double> number = number_called(name)) return Literal::of(*number);
  if (const FunctionSyntax* f = module_.find(name))
    return std::make_shared<const Callable>(Callable{f, nullptr});
  if (std::optional<Dtype> dtype = dtype_called(name)) return *dtype;
  if (const Builtin* b = find_builtin(name)) return std::make_shared<const Callable>(Callable{nullptr, b});
  if (name == "newaxis") return Nothing{};
  if (is_foreign_module(name)) refuse_as_prefix(syntax);
  if (const std::string_view hint = instead_of(name); !hint.empty())
    fail(source_, Code::name, syntax.span, std::string(hint));
  if (name == "True" || name == "False")
    fail(source_, Code::name, syntax.span, fmt::format("write {}", name == "True" ? "true" : "false"));
  std::vector<std::string> known;
  for (const auto& [local, datum] : frame.locals) known.emplace_back(local);
  for (const auto& [extent, value] : frame.extents) known.push_back(extent);
  const std::vector<std::string> functions = module_.function_names();
  known.insert(known.end(), functions.begin(), functions.end());
  fail(
      source_, Code::name, syntax.span,
      fmt::format("there is no '{}' in function '{}'{}", name, frame.function.name, suggestion(name, known)));
}

Datum Builder::function_named(const Syntax& syntax, const Frame& frame) const {
  const std::string_view name = syntax.text;
  const auto local = frame.locals.find(name);
  if (local != frame.locals.end() && local->second.as<std::shared_ptr<const Callable>>())
    return local->second;
  if (const FunctionSyntax* f = module_.find(name))
    return std::make_shared<const Callable>(Callable{f, nullptr});
  if (std::optional<Dtype> dtype = dtype_called(name))
    return std::make_shared<const Callable>(Callable{nullptr, conversion(*dtype)});
  if (const Builtin* b = find_builtin(name)) return std::make_shared<const Callable>(Callable{nullptr, b});
  if (local != frame.locals.end())
    fail(source_, Code::type, syntax.span,
         fmt::format("'{}' is {}, not a function", name, describe(local->second)));
  if (const std::string_view hint = instead_of(name); !hint.empty())
    fail(source_, Code::name, syntax.span, std::string(hint));
  fail(source_, Code::name, syntax.span, no_function(name));
}

std::string Builder::no_function(std::string_view name) const {
  if (is_foreign_function(name)) return fmt::format("there is no function '{}' here, nor one like it", name);
  std::vector<std::string> known = module_.function_names();
  for (const Builtin* builtin : all_builtins()) known.emplace_back(builtin->name);
  return fmt::format("there is no function '{}'{}", name, suggestion(name, known));
}

// np.linalg.norm: the last attribute is what was meant. A name alone is no prefix.
void Builder::refuse_as_prefix(const Syntax& prefix) const {
  Id id = static_cast<Id>(&prefix - module_.nodes.data());
  while (id + 1 < module_.nodes.size() && module_.nodes[id + 1].form == Form::attribute &&
         module_.nodes[id + 1].parts[0] == id)
    id++;
  const Syntax& last = module_.nodes[id];
  if (last.form != Form::attribute) return;
  std::string message = no_function(last.text) + "; functions have no prefix here";
  if (const Builtin* builtin = find_builtin(last.text))
    message = fmt::format("functions have no prefix here: write {}{}", builtin->name, builtin->signature);
  else if (number_called(last.text) || dtype_called(last.text))
    message = fmt::format("names have no prefix here: write {}", last.text);
  fail(source_, Code::name, {prefix.span.begin, last.span.end}, prefix.span.begin, message);
}

Datum Builder::attribute(const Syntax& syntax, const Datum& of) {
  const std::string_view name = syntax.text;
  const Expr x = array_of(graph_, of).expr;
  if (name == "T") return Array{transpose(x), of.is_weak()};
  if (name == "ndim") return Literal::of(x.rank());
  if (name == "size") return element_count(x.shape());
  if (name == "shape") {
    Sequence shape;
    for (const Extent& extent : x.shape()) shape.parts.push_back(extent);
    return shape;
  }
  std::string hint = "; there are T, shape, ndim and size";
  if (name == "at")
    hint = "; x.at[i].add(u) is written scatter_add(x, i, u)";
  else if (find_builtin(name))
    hint = fmt::format("; functions take the array as an argument: {}(x)", name);
  else if (name == "astype")
    hint = "; write f64(x) or astype(x, f64)";
  fail(source_, Code::name, syntax.span, syntax.focus, fmt::format("an array has no '{}'{}", name, hint));
}

void Builder::bind(std::string_view name, Datum datum, Frame& frame) {
  if (targets(frame.function).contains(name)) {
    // Differentiating by a name wants a node of its own; an alias of one that has it stays the alias.
    const Sequence* sequence = datum.as<Sequence>();
    if (datum.as<Array>() || datum.as<Literal>() || (sequence && sequence->list)) {
      Array array = array_of(graph_, datum);
      const Op& op = array.expr.op();
      if (is_float(array.expr.dtype()) && &op != &ops::input && &op != &ops::variable)
        array.expr = variable(array.expr);
      datum = array;
    }
  }
  frame.locals.insert_or_assign(name, std::move(datum));
}

Datum Builder::run_entry(Frame& frame) {
  calls_.push_back(&frame.function);
  Datum out = run(frame);
  calls_.pop_back();
  return out;
}

Datum Builder::run(Frame& frame) {
  check_function(frame.function);
  for (const Let& let : frame.function.lets) {
    Datum value = evaluate(let.value, frame);
    const Syntax& root = module_.nodes[let.value.root];
    for (size_t i = 0; i < let.names.size(); i++)
      if (frame.extents.contains(let.names[i]))
        fail(source_, Code::name, let.spans[i],
             fmt::format("'{}' is an extent of function '{}'; a let cannot shadow it", let.names[i],
                         frame.function.name));
    located(root.span, root.focus, [&] {
      if (!let.unpacks) {
        if (let.type)
          value = checked(std::move(value), *let.type, fmt::format("'{}'", let.names[0]), root.span, frame);
        bind(let.names[0], std::move(value), frame);
        return;
      }
      const Sequence* parts = value.as<Sequence>();
      if (!parts)
        throw Error(Code::type, fmt::format("expected a tuple to take apart, not {}", describe(value)));
      if (parts->parts.size() != let.names.size())
        throw Error(Code::argument, fmt::format("expected {}, not {}", describe(value), let.names.size()) +
                                        (let.names.size() == 1 ? " name" : " names"));
      for (size_t i = 0; i < let.names.size(); i++)
        if (let.names[i] != "_") bind(let.names[i], parts->parts[i], frame);
    });
  }
  const Syntax& root = module_.nodes[frame.function.body.root];
  Datum value = evaluate(frame.function.body, frame);
  return located(root.span, root.focus, [&] { return results(std::move(value), root.span, frame); });
}

Datum Builder::checked(Datum datum, const TypeSyntax& syntax, const std::string& what, Span span,
                       Frame& frame) {
  const Type wanted = type(syntax, frame);
  const std::optional<Expr> expr = in_dtype(graph_, datum, wanted.dtype);
  const Array array = array_of(graph_, datum);
  const Type have = expr ? expr->type() : array.expr.type();
  if (have == wanted) return Array{*expr, false};
  std::string hint;
  if (have.shape == wanted.shape) hint = fmt::format("; convert with {}(…)", name(wanted.dtype));
  fail(source_, Code::type, span,
       fmt::format("{} is declared {} and is {}{}", what, text(wanted), text(have), hint));
}

Datum Builder::results(Datum datum, Span span, Frame& frame) {
  const FunctionSyntax& f = frame.function;
  if (!f.states_results) return datum;
  if (!f.several)
    return checked(std::move(datum), f.results[0].type, fmt::format("the result of '{}'", f.name), span,
                   frame);
  const Sequence* parts = datum.as<Sequence>();
  if (!parts || parts->list)
    throw Error(Code::type, fmt::format("function '{}' declares {} results; its body is {}", f.name,
                                        f.results.size(), describe(datum)));
  if (parts->parts.size() != f.results.size())
    throw Error(Code::type, fmt::format("function '{}' declares {} results; its body gives {}", f.name,
                                        f.results.size(), parts->parts.size()));
  Sequence out;
  for (size_t i = 0; i < f.results.size(); i++) {
    size_t at = i;
    if (!parts->names.empty()) {
      at = std::find(parts->names.begin(), parts->names.end(), f.results[i].name) - parts->names.begin();
      if (at == parts->names.size())
        throw Error(Code::name,
                    fmt::format("the result '{}' of function '{}' is missing{}", f.results[i].name, f.name,
                                suggestion(f.results[i].name, parts->names)));
    }
    out.parts.push_back(checked(parts->parts[at], f.results[i].type,
                                fmt::format("the result '{}'", f.results[i].name), span, frame));
    out.names.emplace_back(f.results[i].name);
  }
  return out;
}

Type Builder::type(const TypeSyntax& syntax, Frame& frame) {
  Type out{syntax.dtype, {}};
  for (const Expression& expression : syntax.extents) {
    const Datum datum = evaluate(expression, frame);
    const Syntax& root = module_.nodes[expression.root];
    const std::optional<Extent> extent = datum.extent();
    if (!extent)
      fail(source_, Code::type, root.span, root.focus,
           fmt::format("expected an extent: whole numbers, extents and + - * // of them, not {}",
                       describe(datum)));
    if (extent->is_number() && *extent->number() < 0)
      fail(source_, Code::size, root.span, root.focus,
           fmt::format("the extent {} is negative", extent->text()));
    out.shape.push_back(*extent);
  }
  return out;
}

void Builder::check_function(const FunctionSyntax& function) const {
  for (const NamedType& parameter : function.parameters)
    for (const std::string& symbol : symbols_of(module_, function))
      if (symbol == parameter.name)
        fail(source_, Code::name, parameter.span,
             fmt::format("'{}' is both a parameter and an extent of function '{}'", symbol, function.name));
  for (Id id = function.begin; id < function.end; id++) {
    const Syntax& syntax = module_.nodes[id];
    if (syntax.form == Form::function && is_reserved(syntax.text))
      fail(source_, Code::syntax, syntax.span, reserved_message(syntax.text));
    if (syntax.form == Form::lambda)
      fail(source_, Code::syntax, syntax.span,
           "a block |x| { … } is kept for control flow, which is not available yet; name it as a function "
           "with 'fn'");
  }
}

}  // namespace wengert::language
