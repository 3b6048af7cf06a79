// Calls: built-in functions, functions of the text (inlined), and vmap of either.
#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "frontend/language/builder.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/vectorize.h"

namespace wengert::language {
namespace {

bool differentiates(std::string_view builtin) {
  static const std::set<std::string_view> all = {"grad", "value_and_grad", "jvp",    "vjp",
                                                 "hvp",  "jacobian",       "hessian"};
  return all.contains(builtin);
}

std::string parameter_list(const FunctionSyntax& f) {
  std::string out;
  for (const NamedType& p : f.parameters) out += fmt::format("{}{}", out.empty() ? "" : ", ", p.name);
  return out;
}

}  // namespace

Datum Builder::call(const Callable& callable, CallSite site, Frame& frame) {
  if (callable.mapped) return mapped(callable, std::move(site), frame);
  if (callable.function) return inlined(*callable.function, site);
  // grad(f)(x) and grad(f, argnums=1) of JAX would be refused for their arguments, which isn't the point.
  if (differentiates(callable.builtin->name))
    for (size_t i = 0; i < site.data.size(); i++)
      if (site.names[i].empty() ? i == 0 : site.names[i] == "y")
        if (site.data[i].as<std::shared_ptr<const Callable>>())
          fail(source_, Code::type, site.span_of(i),
               fmt::format("{0} takes an expression, not a function: call it, as in {0}(loss(w, x), w)",
                           callable.builtin->name));
  Arguments arguments(*this, frame, *callable.builtin, std::move(site));
  return callable.builtin->run(arguments);
}

Datum Builder::inlined(const FunctionSyntax& f, const CallSite& site) {
  if (auto at = std::find(calls_.begin(), calls_.end(), &f); at != calls_.end()) {
    std::string cycle;
    for (; at != calls_.end(); ++at) cycle += fmt::format("{} -> ", (*at)->name);
    fail(source_, Code::argument, site.span, site.focus,
         fmt::format("functions cannot be recursive: {}{}", cycle, f.name));
  }
  if (calls_.size() >= call_depth_limit)
    fail(source_, Code::size, site.span, site.focus,
         fmt::format("calls are nested more than {} deep", call_depth_limit));
  std::vector<Builtin::Parameter> parameters;
  for (const NamedType& p : f.parameters) parameters.push_back({p.name, true});
  const std::vector<int> given =
      match_arguments(source_, site, fmt::format("{}({})", f.name, parameter_list(f)), parameters);

  Frame inner{f};
  std::vector<Expr> arguments;
  for (size_t i = 0; i < given.size(); i++) {
    const NamedType& parameter = f.parameters[i];
    const Datum& datum = site.data[given[i]];
    const Span span = site.span_of(given[i]);
    located(span, span.begin, [&] {
      const std::optional<Expr> expr = in_dtype(graph_, datum, parameter.type.dtype);
      if (!expr)
        throw Error(Code::type,
                    fmt::format("parameter '{}' of {} is {}, the argument is {}; convert with {}(…)",
                                parameter.name, f.name, source_.text(parameter.type.span),
                                text(array_of(graph_, datum).expr.type()), name(parameter.type.dtype)));
      arguments.push_back(*expr);
    });
    bind_symbols(module_, parameter.type, arguments.back().shape(), inner);
  }
  for (size_t i = 0; i < given.size(); i++) {
    const NamedType& parameter = f.parameters[i];
    const Span span = site.span_of(given[i]);
    const std::string difference =
        compare_extents(*this, module_, parameter.type, arguments[i].shape(), inner);
    if (!difference.empty())
      fail(source_, Code::type, span,
           fmt::format("parameter '{}' of {} is {}, the argument is {}: {}", parameter.name, f.name,
                       source_.text(parameter.type.span), text(arguments[i].type()), difference));
    // A derivative by the parameter means this argument alone, whatever else holds the same value.
    const bool target = targets(f).contains(parameter.name) && is_float(arguments[i].dtype());
    inner.locals.emplace(parameter.name, target ? variable(arguments[i]) : arguments[i]);
  }
  calls_.push_back(&f);
  try {
    Datum out = run(inner);
    calls_.pop_back();
    return out;
  } catch (const SourceError& e) {
    const Place place = source_.place(site.focus);
    throw e.noted(
        fmt::format("in the call of '{}' at {}:{}:{}", f.name, place.file, place.line, place.column));
  }
}

// vmap: the function on one element of each mapped argument, then the same graph over one more axis.
Datum Builder::mapped(const Callable& callable, CallSite site, Frame& frame) {
  const size_t count = site.data.size();
  std::vector<std::optional<int64_t>> axes = callable.in_axes;
  if (axes.empty()) axes.push_back(0);
  if (axes.size() == 1) axes.resize(count, axes[0]);
  if (axes.size() != count)
    throw Error(Code::argument, fmt::format("in_axes has {} entries and {} gets {} arguments", axes.size(),
                                            callable.name(), count));
  std::vector<Expr> elements, batched;
  std::optional<Extent> extent;
  for (size_t i = 0; i < count; i++) {
    if (!axes[i]) continue;
    const Span span = site.span_of(i);
    located(span, span.begin, [&] {
      const Expr whole = array_of(graph_, site.data[i]).expr;
      const int64_t axis = *axes[i] < 0 ? *axes[i] + whole.rank() : *axes[i];
      if (axis < 0 || axis >= whole.rank())
        throw Error(Code::argument, fmt::format("in_axes maps axis {} of this argument, which is {}",
                                                *axes[i], text(whole.type())));
      const Expr moved = moveaxis(whole, axis, 0);
      if (extent && !(*extent == moved.shape()[0]))
        throw Error(Code::type, fmt::format("the mapped axes of {} have the extents {} and {}",
                                            callable.name(), extent->text(), moved.shape()[0].text()));
      extent = moved.shape()[0];
      batched.push_back(moved);
      const Type element{whole.dtype(), Shape(moved.shape().begin() + 1, moved.shape().end())};
      elements.push_back(variable(zeros(graph_, element)));
      site.data[i] = elements.back();
    });
  }
  if (!extent)
    throw Error(Code::argument,
                fmt::format("{} maps no argument: in_axes is None for each", callable.name()));
  Datum one = call(*callable.mapped, std::move(site), frame);
  const int64_t out_axis = callable.out_axis;
  auto over = [&](const Datum& datum) {
    const Expr y = array_of(graph_, datum).expr;
    const Expr ys = vectorize(std::span(&y, 1), elements, batched, *extent)[0];
    return moveaxis(ys, 0, out_axis < 0 ? out_axis + ys.rank() : out_axis);
  };
  if (const Sequence* tuple = one.as<Sequence>(); tuple && !tuple->list) {
    Sequence out{false, {}, tuple->names};
    for (const Datum& part : tuple->parts) out.parts.push_back(over(part));
    return out;
  }
  return over(one);
}

const std::set<std::string_view>& Builder::targets(const FunctionSyntax& function) {
  auto [found, added] = targets_.try_emplace(&function);
  if (!added) return found->second;
  for (Id id = function.begin; id < function.end; id++) {
    const Syntax& call = module_.nodes[id];
    if (call.form != Form::call || !differentiates(module_.nodes[call.parts[0]].text)) continue;
    for (size_t i = 1; i < call.parts.size(); i++) {
      if (call.names[i].empty() ? i != 2 : call.names[i] != "x") continue;
      const Syntax& x = module_.nodes[call.parts[i]];
      if (x.form == Form::name) found->second.insert(x.text);
      for (Id part : x.parts)
        if (part != no_id && module_.nodes[part].form == Form::name)
          found->second.insert(module_.nodes[part].text);
    }
  }
  return found->second;
}

}  // namespace wengert::language
