// What operators join: names, numbers, calls, indices, tuples, lists and the blocks kept for control flow.
#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/parse_expression.h"

namespace wengert::language {

Id ExpressionParser::call(Id callee) {
  std::vector<Id> parts{callee};
  std::vector<std::string_view> names{{}};
  Span span = span_of(callee);
  inside([&] {
    expect("(", "");
    while (!peek().is(")")) {
      const Token name = peek();
      const bool keyword = name.kind == Token::Kind::name && peek(1).is("=");
      if (keyword) {
        at_ += 2;
        if (std::find(names.begin(), names.end(), name.text) != names.end())
          refuse(Code::argument, name.span, fmt::format("the argument '{}' is given twice", name.text));
      } else if (!names.back().empty()) {
        refuse(Code::syntax, name.span, "a positional argument follows a keyword argument");
      }
      parts.push_back(binary(lowest));
      names.push_back(keyword ? name.text : std::string_view());
      if (!accept(",")) break;
    }
    if (!peek().is(")")) refuse("expected ',' or ')' in the arguments");
    span.end = peek().span.end;
  });
  at_++;
  const uint32_t focus = module_.nodes[callee].focus;
  return add(Form::call, span, focus, {}, std::move(parts), std::move(names));
}

Id ExpressionParser::index(Id array) {
  std::vector<Id> parts{array};
  Span span = span_of(array);
  const uint32_t focus = peek().span.begin;
  inside([&] {
    expect("[", "");
    while (!peek().is("]")) {
      parts.push_back(index_item());
      if (!accept(",")) break;
    }
    if (parts.size() == 1) refuse("expected an index or a slice");
    if (!peek().is("]")) refuse("expected ',' or ']' in the index");
    span.end = peek().span.end;
  });
  at_++;
  return add(Form::index, span, focus, {}, std::move(parts));
}

Id ExpressionParser::index_item() {
  const uint32_t begin = peek().span.begin;
  auto bound = [&] { return peek().is(":") || peek().is(",") || peek().is("]") ? no_id : binary(lowest); };
  const Id start = bound();
  if (!peek().is(":")) {
    if (start == no_id) refuse("expected an index or a slice");
    return start;
  }
  std::vector<Id> parts{start, no_id, no_id};
  at_++;
  parts[1] = bound();
  if (accept(":")) parts[2] = bound();
  return add(Form::range, {begin, tokens_[at_ - 1].span.end}, begin, {}, std::move(parts));
}

Id ExpressionParser::primary() {
  const Token token = peek();
  switch (token.kind) {
    case Token::Kind::integer: at_++; return add(Form::integer, token.span, token.span.begin, token.text);
    case Token::Kind::floating: at_++; return add(Form::floating, token.span, token.span.begin, token.text);
    case Token::Kind::text: at_++; return add(Form::text, token.span, token.span.begin, token.text);
    case Token::Kind::name: {
      at_++;
      const bool called = peek().is("(") && !statement_ended();
      return add(called ? Form::function : Form::name, token.span, token.span.begin, token.text);
    }
    default: break;
  }
  if (token.is("true") || token.is("false") || token.is("None") || token.is("...")) {
    at_++;
    return add(Form::constant, token.span, token.span.begin, token.text);
  }
  if (token.is("(")) return group();
  if (token.is("[")) {
    std::vector<Id> parts;
    Span span = token.span;
    inside([&] {
      at_++;
      while (!peek().is("]")) {
        parts.push_back(binary(lowest));
        if (!accept(",")) break;
      }
      if (!peek().is("]")) refuse("expected ',' or ']' in the list");
      span.end = peek().span.end;
    });
    at_++;
    return add(Form::list, span, token.span.begin, {}, std::move(parts));
  }
  if (token.is("|")) return lambda();
  if (token.kind == Token::Kind::keyword && is_reserved(token.text)) {
    if (peek(1).is("(")) {
      at_++;
      return add(Form::function, token.span, token.span.begin, token.text);
    }
    refuse(Code::syntax, token.span, reserved_message(token.text));
  }
  if (token.is("let")) refuse("expected an expression; a 'let' stands on a line of its own");
  refuse("expected an expression");
}

// (a), (a, b), (a,), () or (p = a, q = b)
Id ExpressionParser::group() {
  Span span = peek().span;
  std::vector<Id> parts;
  std::vector<std::string_view> names;
  bool comma = false;
  inside([&] {
    at_++;
    while (!peek().is(")")) {
      const Token name = peek();
      const bool named = name.kind == Token::Kind::name && peek(1).is("=");
      if (!parts.empty() && named == names.empty())
        refuse(Code::syntax, name.span, "either all parts of a tuple are named or none");
      if (named) {
        at_ += 2;
        if (std::find(names.begin(), names.end(), name.text) != names.end())
          refuse(Code::name, name.span, fmt::format("there is already a part '{}'", name.text));
        names.push_back(name.text);
      }
      parts.push_back(binary(lowest));
      if (!peek().is(",")) break;
      comma = true;
      at_++;
    }
    if (!peek().is(")")) refuse(parts.size() > 1 ? "expected ',' or ')' in the tuple" : "expected ')'");
    span.end = peek().span.end;
  });
  at_++;
  if (parts.size() == 1 && !comma && names.empty()) {
    module_.nodes[parts[0]].span = span;
    return parts[0];
  }
  return add(Form::tuple, span, span.begin, {}, std::move(parts), std::move(names));
}

// |a, b| { let … expression }: read, and refused when its function is built.
Id ExpressionParser::lambda() {
  const Token bar = tokens_[at_++];
  std::vector<Let> lets;
  Expression body;
  inside([&] {
    while (!peek().is("|")) {
      expect_name("a parameter of the block");
      if (!accept(",")) break;
    }
    expect("|", "after the parameters of the block");
  });
  block(lets, body, "the block");
  return add(Form::lambda, {bar.span.begin, tokens_[at_ - 1].span.end}, bar.span.begin);
}

}  // namespace wengert::language
