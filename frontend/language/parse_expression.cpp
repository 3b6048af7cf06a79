#include "frontend/language/parse_expression.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/foreign.h"
#include "frontend/language/parser.h"

namespace wengert::language {
namespace {

// Python's precedences; 0: not a binary operator.
enum : int { p_or = 1, p_and, p_not, p_compare, p_bit_or, p_bit_xor, p_bit_and, p_shift, p_add, p_multiply };
int precedence(const Token& token) {
  if (token.kind != Token::Kind::symbol && token.kind != Token::Kind::keyword) return 0;
  struct Row {
    std::string_view text;
    int precedence;
  };
  static constexpr Row rows[] = {{"or", p_or},      {"and", p_and},     {"<", p_compare},  {"<=", p_compare},
                                 {">", p_compare},  {">=", p_compare},  {"==", p_compare}, {"!=", p_compare},
                                 {"|", p_bit_or},   {"^", p_bit_xor},   {"&", p_bit_and},  {"<<", p_shift},
                                 {">>", p_shift},   {"+", p_add},       {"-", p_add},      {"*", p_multiply},
                                 {"/", p_multiply}, {"//", p_multiply}, {"%", p_multiply}, {"@", p_multiply}};
  for (const Row& row : rows)
    if (token.text == row.text) return row.precedence;
  return 0;
}

std::string shown(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end of the file";
  return fmt::format("'{}'", token.text);
}

}  // namespace

bool ExpressionParser::accept(std::string_view symbol) {
  if (!peek().is(symbol)) return false;
  at_++;
  return true;
}

// lambda a, b: … as Python has it; alone the word is a name like others.
bool ExpressionParser::is_lambda(size_t at) const {
  const auto name = [&](size_t i) { return i < tokens_.size() && tokens_[i].kind == Token::Kind::name; };
  if (tokens_[at].text != "lambda" || !name(at) || !name(at + 1)) return false;
  for (at += 2; tokens_[at].is(",") && name(at + 1);) at += 2;
  return tokens_[at].is(":");
}

void ExpressionParser::refuse(const std::string& message) const {
  // The word ahead or behind may be one of Python's.
  for (size_t at : {at_, at_ - 1}) {
    if (at >= tokens_.size()) continue;
    const Token& token = tokens_[at];
    if (token.kind != Token::Kind::name && token.kind != Token::Kind::keyword) continue;
    if (const std::string_view hint = instead_of(token.text); !hint.empty())
      refuse(Code::syntax, token.span, std::string(hint));
    if (is_lambda(at))
      refuse(Code::syntax, token.span,
             "there is no 'lambda': write a function with a name, fn g(x: f64) { … }");
  }
  if (peek().is("=") && at_ >= 2 && tokens_[at_ - 1].span.end == peek().span.begin) {
    const Token &name = tokens_[at_ - 2], &op = tokens_[at_ - 1];
    if (name.kind == Token::Kind::name && (precedence(op) >= p_bit_or || op.is("**")))
      refuse(Code::syntax, {op.span.begin, peek().span.end},
             fmt::format("there is no '{0}=': a value never changes; bind the name anew, let {1} = {1} {0} …",
                         op.text, name.text));
  }
  refuse_plainly(message);
}

void ExpressionParser::refuse_plainly(const std::string& message) const {
  fail(source_, Code::syntax, peek().span, fmt::format("{}, not {}", message, shown(peek())));
}

Token ExpressionParser::expect(std::string_view symbol, const std::string& where) {
  if (!peek().is(symbol)) refuse(fmt::format("expected '{}'{}{}", symbol, where.empty() ? "" : " ", where));
  return tokens_[at_++];
}

Token ExpressionParser::expect_name(const std::string& what) {
  if (peek().kind == Token::Kind::keyword)
    refuse(Code::syntax, peek().span,
           fmt::format("expected {}; '{}' is a word of the language", what, peek().text));
  if (peek().kind != Token::Kind::name) refuse(fmt::format("expected {}", what));
  return tokens_[at_++];
}

Id ExpressionParser::add(Form form, Span span, uint32_t focus, std::string_view text, std::vector<Id> parts,
                         std::vector<std::string_view> names) {
  module_.nodes.push_back({form, span, focus, text, std::move(parts), std::move(names)});
  return next_id() - 1;
}

Expression ExpressionParser::expression() {
  Expression out;
  out.first = next_id();
  out.root = binary(lowest);
  return out;
}

TypeSyntax ExpressionParser::type() {
  const Token name = expect_name("a type such as f64 or f64[N, 3]");
  const std::optional<Dtype> dtype = dtype_named(name.text);
  std::string near = suggestion(name.text, {"bool", "i32", "i64", "f32", "f64"});
  if (const std::string_view here = name_here(name.text); dtype_named(here))
    near = fmt::format("; write {}", here);
  if (!dtype)
    refuse(Code::name, name.span,
           fmt::format("there is no type '{}'{}; types are bool, i32, i64, f32, f64", name.text, near));
  TypeSyntax out{name.span, *dtype, {}};
  if (peek().is("[") && !statement_ended())
    inside([&] {
      expect("[", "");
      while (!peek().is("]")) {
        out.extents.push_back(expression());
        if (!accept(",")) break;
      }
      out.span.end = expect("]", "after the extents").span.end;
    });
  return out;
}

void ExpressionParser::block(std::vector<Let>& lets, Expression& body, const std::string& what) {
  expect("{", fmt::format("before {}", what));
  const int outer = std::exchange(open_, 0);
  while (true) {
    if (accept(";")) continue;
    if (!peek().is("let")) break;
    lets.push_back(let());
    if (!peek().after_newline && !peek().is(";") && !peek().is("}"))
      refuse("expected the end of the line after a 'let'");
  }
  if (peek().is("}")) refuse(fmt::format("expected an expression, the result, at the end of {}", what));
  if (peek().is("fn")) refuse(fmt::format("expected an expression and '}}' at the end of {}", what));
  if (peek().kind == Token::Kind::name && peek(1).is("="))
    refuse(Code::syntax, peek().span, fmt::format("a name is bound with 'let': let {} = …", peek().text));
  body = expression();
  while (accept(";")) {}
  if (!peek().is("}")) {
    if (precedence(peek()) > 0)
      refuse(Code::syntax, peek().span,
             fmt::format("a line ended the expression before '{}'; put the operator at the end of that line, "
                         "or the whole in "
                         "parentheses",
                         peek().text));
    if (peek().is("let")) refuse("expected '}' after the result; a 'let' comes before it");
    if (peek().is("=")) refuse("expected '}' after the result; a name is bound with 'let name = …'");
    refuse(fmt::format("expected '}}' after the result of {}", what));
  }
  open_ = outer;
  at_++;
}

Let ExpressionParser::let() {
  expect("let", "");
  Let out;
  auto name = [&] {
    const Token token = expect_name("a name to bind");
    for (std::string_view other : out.names)
      if (other == token.text && other != "_")
        refuse(Code::name, token.span, fmt::format("'{}' is bound twice in one let", token.text));
    out.names.push_back(token.text);
    out.spans.push_back(token.span);
  };
  if (accept("(")) {
    out.unpacks = true;
    inside([&] {
      do name();
      while (accept(",") && !peek().is(")"));
      expect(")", "after the names");
    });
  } else {
    name();
    if (peek().is(","))
      refuse(Code::syntax, peek().span, "several names are bound in parentheses: let (a, b) = …");
  }
  if (!out.unpacks && accept(":")) out.type = type();
  expect("=", fmt::format("after 'let {}'", out.names.back()));
  out.value = expression();
  return out;
}

Id ExpressionParser::binary(int least) {
  Id left;
  if (peek().is("not")) {
    const Token op = peek();
    if (least > p_not)
      refuse(Code::syntax, op.span, "'not' after an operator needs parentheses: a == (not b)");
    if (++nesting_ > nesting_limit)
      refuse(Code::size, op.span, fmt::format("more than {} nested operators", nesting_limit));
    at_++;
    const Id part = binary(p_not);
    nesting_--;
    left = add(Form::unary, {op.span.begin, span_of(part).end}, op.span.begin, op.text, {part});
  } else {
    left = unary();
  }
  while (!statement_ended()) {
    const Token op = peek();
    const int level = precedence(op);
    if (level == 0 || level < least) break;
    at_++;
    const Id right = binary(level + 1);
    left =
        add(Form::binary, {span_of(left).begin, span_of(right).end}, op.span.begin, op.text, {left, right});
    if (level == p_compare && precedence(peek()) == p_compare && !statement_ended())
      refuse(Code::syntax, peek().span,
             fmt::format("comparisons do not chain; write (a {} b) and (b {} c)", op.text, peek().text));
  }
  return left;
}

Id ExpressionParser::unary() {
  if (nesting_ > nesting_limit)  // the operand within is one more
    refuse(
        Code::size, peek().span,
        fmt::format(
            "parentheses, brackets and prefix operators are nested more than {} deep; name a part with 'let'",
            nesting_limit));
  nesting_++;
  Id out;
  const Token op = peek();
  if (op.is("-") || op.is("~") || op.is("+")) {
    at_++;
    const Id part = unary();
    out = add(Form::unary, {op.span.begin, span_of(part).end}, op.span.begin, op.text, {part});
  } else {
    out = power();
  }
  nesting_--;
  return out;
}

Id ExpressionParser::power() {
  const Id base = postfix();
  if (!peek().is("**") || statement_ended()) return base;
  const Token op = tokens_[at_++];
  const Id exponent = unary();
  return add(Form::binary, {span_of(base).begin, span_of(exponent).end}, op.span.begin, op.text,
             {base, exponent});
}

Id ExpressionParser::postfix() {
  Id left = primary();
  while (!statement_ended()) {
    if (peek().is("(")) {
      left = call(left);
    } else if (peek().is("[")) {
      left = index(left);
    } else if (peek().is(".")) {
      at_++;
      if (peek().kind == Token::Kind::keyword && is_reserved(peek().text))
        refuse(Code::syntax, peek().span, reserved_message(peek().text));
      const Token name = expect_name("an attribute such as T or shape");
      left = add(Form::attribute, {span_of(left).begin, name.span.end}, name.span.begin, name.text, {left});
    } else {
      break;
    }
  }
  return left;
}

}  // namespace wengert::language
