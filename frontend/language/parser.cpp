// Declarations and statements; parse_expression.cpp has the expressions.
#include "frontend/language/parser.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/parse_expression.h"

namespace wengert::language {
namespace {

class Declarations : ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  void module() {
    while (peek().kind != Token::Kind::end) {
      if (accept(";")) continue;
      if (!peek().is("fn")) refuse("expected 'fn' and a function");
      module_.functions.push_back(function());
    }
  }

 private:
  FunctionSyntax function() {
    expect("fn", "");
    FunctionSyntax f;
    f.begin = next_id();
    const Token name = expect_name("the function's name");
    f.name = name.text, f.span = name.span;
    for (const FunctionSyntax& other : module_.functions)
      if (other.name == f.name)
        refuse(Code::name, f.span,
               fmt::format("there is already a function '{}' at line {}", f.name,
                           source_.place(other.span.begin).line));
    inside([&] {
      expect("(", fmt::format("after the name of function '{}'", f.name));
      while (!peek().is(")")) {
        f.parameters.push_back(named_type("parameter"));
        require_new_name(f.parameters, "parameter");
        if (!accept(",")) break;
      }
      expect(")", "after the parameters");
      if (accept("->")) results(f);
    });
    block(f.lets, f.body, fmt::format("the body of function '{}'", f.name));
    f.end = next_id();
    return f;
  }

  void results(FunctionSyntax& f) {
    f.states_results = true;
    if (!accept("(")) {
      const Token at = peek();
      f.results.push_back({{}, at.span, type()});
      return;
    }
    f.several = true;
    while (!peek().is(")")) {
      const Token& name = peek();
      if (name.kind == Token::Kind::name && dtype_named(name.text) && !peek(1).is(":"))
        refuse("several results have names: -> (value: f64, gradient: f64[N])");
      f.results.push_back(named_type("result"));
      require_new_name(f.results, "result");
      if (!accept(",")) break;
    }
    if (f.results.empty()) refuse("expected a result, as in -> (value: f64, gradient: f64[N])");
    expect(")", "after the results");
  }

  void require_new_name(const std::vector<NamedType>& all, std::string_view what) {
    for (size_t i = 0; i + 1 < all.size(); i++)
      if (all[i].name == all.back().name)
        refuse(Code::name, all.back().span, fmt::format("there is already a {} '{}'", what, all.back().name));
  }

  NamedType named_type(std::string_view what) {
    const Token name = expect_name(fmt::format("the name of a {}", what));
    if (!peek().is(":"))  // Python's words are as good as others where a name is declared
      refuse_plainly(
          fmt::format("expected ':' and the type of {} '{}', as in {}: f64[N]", what, name.text, name.text));
    expect(":", "");
    return {name.text, name.span, type()};
  }
};

}  // namespace

const FunctionSyntax* Module::find(std::string_view name) const {
  for (const FunctionSyntax& f : functions)
    if (f.name == name) return &f;
  return nullptr;
}

std::vector<std::string> Module::function_names() const {
  std::vector<std::string> names;
  for (const FunctionSyntax& f : functions) names.emplace_back(f.name);
  return names;
}

const FunctionSyntax& Module::function(std::string_view name) const {
  if (const FunctionSyntax* found = find(name)) return *found;
  std::string have;
  for (const FunctionSyntax& f : functions) have += fmt::format("{}{}", have.empty() ? "" : ", ", f.name);
  throw Error(Code::name, fmt::format("{} has no function '{}'{}{}", source->filename(), name,
                                      have.empty() ? "; it has none" : "; its functions are " + have,
                                      suggestion(name, function_names())));
}

Module parse_module(std::string text, const std::string& filename) {
  Module module;
  module.source = std::make_shared<const Source>(std::move(text), filename);
  Declarations(module).module();
  return module;
}

}  // namespace wengert::language
