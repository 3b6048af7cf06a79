// The words of the text language.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "frontend/language/source.h"

namespace wengert::language {

struct Token {
  enum class Kind : uint8_t { name, keyword, integer, floating, text, symbol, end };
  Kind kind = Kind::end;
  bool after_newline = false;  ///< a line ended between the token before and this one
  Span span;
  std::string_view text;  ///< as written; of a string its content
  bool is(std::string_view symbol) const {
    return (kind == Kind::symbol || kind == Kind::keyword) && text == symbol;
  }
};

/// The text as tokens, the last one of kind end. Throws SourceError(syntax). The tokens view the source.
std::vector<Token> tokenize(const Source& source);

/// Words that name neither functions nor variables.
bool is_keyword(std::string_view word);
/// Those of them that are kept for control flow.
bool is_reserved(std::string_view word);
/// What to say where one of these stands.
std::string reserved_message(std::string_view word);

}  // namespace wengert::language
