#include "frontend/language/tokens.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace wengert::language {
namespace {

constexpr std::string_view keywords[] = {"fn", "let", "true", "false", "None", "and", "or", "not"};
constexpr std::string_view reserved[] = {"if",   "else", "for",  "while", "cond",
                                         "scan", "map",  "fori", "switch"};
// Longest first.
constexpr std::string_view symbols[] = {"...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "->", "(",
                                        ")",   "[",  "]",  "{",  "}",  ",",  ":",  ";",  ".",  "=",  "+",
                                        "-",   "*",  "/",  "%",  "@",  "<",  ">",  "&",  "|",  "^",  "~"};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text()) {}

  std::vector<Token> run() {
    std::vector<Token> out;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (true) {
      const bool newline = skip_blanks() || out.empty();
      Token token = next();
      token.after_newline = newline;
      out.push_back(token);
      if (token.kind == Token::Kind::end) return out;
    }
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool skip_blanks() {
    bool newline = false;
    for (; at_ < text_.size(); at_++) {
      if (text_[at_] == '#')
        while (at_ < text_.size() && text_[at_] != '\n') at_++;
      if (at_ == text_.size()) break;
      if (text_[at_] == '\n')
        newline = true;
      else if (text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\r')
        break;
    }
    return newline;
  }

  Token token(Token::Kind kind, size_t begin) const {
    return {kind,
            false,
            {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)},
            text_.substr(begin, at_ - begin)};
  }

  [[noreturn]] void refuse(size_t begin, size_t end, const std::string& message) const {
    fail(source_, Code::syntax, {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)}, message);
  }

  Token next() {
    const size_t begin = at_;
    if (at_ >= text_.size()) return token(Token::Kind::end, begin);
    const char c = peek();
    if (is_letter(c)) {
      while (is_letter(peek()) || is_digit(peek())) at_++;
      Token out = token(Token::Kind::name, begin);
      if (is_keyword(out.text)) out.kind = Token::Kind::keyword;
      return out;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '"' || c == '\'') return quoted(c);
    for (std::string_view symbol : symbols)
      if (text_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return token(Token::Kind::symbol, begin);
      }
    if (c == '!')
      refuse(begin, begin + 1, "unexpected '!'; the logical negation is written 'not', the bitwise '~'");
    size_t end = begin + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) end++;
    if (static_cast<unsigned char>(c) < 32 || c == 127)
      refuse(begin, end, fmt::format("unexpected character with code {}", static_cast<int>(c)));
    refuse(begin, end,
           fmt::format("unexpected character '{}'; names are made of ASCII letters, digits and _",
                       text_.substr(begin, end - begin)));
  }

  Token number() {
    const size_t begin = at_;
    auto digits = [&] {
      while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) at_++;
    };
    bool floating = false;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      at_ += 2;
      while (std::isxdigit(static_cast<unsigned char>(peek()))) at_++;
      if (at_ == begin + 2) refuse(begin, at_, "expected hexadecimal digits after 0x");
    } else {
      digits();
      if (peek() == '.' && peek(1) != '.' && !is_letter(peek(1))) floating = true, at_++, digits();
      if ((peek() == 'e' || peek() == 'E') &&
          (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
        floating = true, at_ += 2;
        digits();
      }
    }
    Token out = token(floating ? Token::Kind::floating : Token::Kind::integer, begin);
    if (is_letter(peek()) || is_digit(peek())) {
      size_t end = at_;
      while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) end++;
      refuse(begin, end,
             fmt::format("'{}' is not a number; a product is written {} * {}",
                         text_.substr(begin, end - begin), out.text, text_.substr(at_, end - at_)));
    }
    return out;
  }

  Token quoted(char quote) {
    const size_t begin = at_++;
    while (peek() != quote) {
      if (at_ >= text_.size() || peek() == '\n')
        refuse(begin, at_, fmt::format("the string is not closed; expected {} before the line's end", quote));
      at_++;
    }
    at_++;
    Token out = token(Token::Kind::text, begin);
    out.text = out.text.substr(1, out.text.size() - 2);
    return out;
  }

  const Source& source_;
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool is_reserved(std::string_view word) {
  return std::find(std::begin(reserved), std::end(reserved), word) != std::end(reserved);
}
std::string reserved_message(std::string_view word) {
  return fmt::format(
      "'{}' is kept for control flow, which is not available yet; where(condition, a, b) chooses between "
      "values",
      word);
}
bool is_keyword(std::string_view word) {
  return is_reserved(word) || std::find(std::begin(keywords), std::end(keywords), word) != std::end(keywords);
}

std::vector<Token> tokenize(const Source& source) { return Lexer(source).run(); }

}  // namespace wengert::language
