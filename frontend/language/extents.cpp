// The extents of a called function, from those of its arguments.
#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/builder.h"

namespace wengert::language {
namespace {

const Syntax* lone_name(const Module& module, const Expression& expression) {
  const Syntax& root = module.nodes[expression.root];
  return root.form == Form::name ? &root : nullptr;
}

// The names in an extent that mean nothing yet.
std::set<std::string_view> unknown_names(const Module& module, const Expression& expression,
                                         const Frame& frame) {
  std::set<std::string_view> out;
  for (Id id = expression.first; id <= expression.root; id++)
    if (module.nodes[id].form == Form::name && !frame.extents.contains(module.nodes[id].text))
      out.insert(module.nodes[id].text);
  return out;
}

// Solves scale * s + offset = extent. The symbol stands under a name that no program can contain.
std::optional<Extent> solve(const Extent& pattern, const Extent& extent) {
  const std::optional<Extent::Linear> linear = pattern.as_linear();
  return linear ? Extent::exact_quotient(extent - linear->offset, linear->scale) : std::nullopt;
}

}  // namespace

std::vector<std::string> symbols_of(const Module& module, const FunctionSyntax& function) {
  std::vector<std::string> out;
  for (const NamedType& parameter : function.parameters)
    for (const Expression& expression : parameter.type.extents)
      for (Id id = expression.first; id <= expression.root; id++) {
        const Syntax& syntax = module.nodes[id];
        if (syntax.form == Form::name && std::find(out.begin(), out.end(), syntax.text) == out.end())
          out.emplace_back(syntax.text);
      }
  return out;
}

void bind_symbols(const Module& module, const TypeSyntax& type, const Shape& shape, Frame& frame) {
  for (size_t i = 0; i < type.extents.size() && i < shape.size(); i++)
    if (const Syntax* name = lone_name(module, type.extents[i]))
      frame.extents.try_emplace(std::string(name->text), shape[i]);
}

std::string compare_extents(Builder& builder, const Module& module, const TypeSyntax& type,
                            const Shape& shape, Frame& frame) {
  if (type.extents.size() != shape.size())
    return fmt::format("the ranks are {} and {}", type.extents.size(), shape.size());
  for (size_t i = 0; i < shape.size(); i++) {
    const std::set<std::string_view> unknown = unknown_names(module, type.extents[i], frame);
    if (unknown.size() > 1)
      return fmt::format(
          "the extents {} and {} cannot both be found from one; give a parameter with one of them alone",
          *unknown.begin(), *std::next(unknown.begin()));
    if (unknown.size() == 1) {
      const std::string symbol(*unknown.begin());
      frame.extents.emplace(symbol, Extent::symbol("?" + symbol));
      const std::optional<Extent> pattern = builder.evaluate(type.extents[i], frame).extent();
      const std::optional<Extent> value = pattern ? solve(*pattern, shape[i]) : std::nullopt;
      if (!value) return fmt::format("the extent {} cannot be found from {}", symbol, shape[i].text());
      frame.extents.insert_or_assign(symbol, *value);
    }
  }
  const Type wanted = builder.type(type, frame);
  for (size_t i = 0; i < shape.size(); i++)
    if (!(wanted.shape[i] == shape[i]))
      return fmt::format("axis {} is {}, not {}", i, shape[i].text(), wanted.shape[i].text());
  return "";
}

}  // namespace wengert::language
