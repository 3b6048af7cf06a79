// The spelling of names and strings in the text form, shared by printer and parser.
#pragma once
#include <string>
#include <string_view>

namespace wengert {

/// A letter, digit, '_' or '.': what names of ops, programs and outputs are made of.
constexpr bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// The text in double quotes, escaped as in JSON. Bytes from 0x80 on are kept as they are (UTF-8).
std::string in_quotes(std::string_view text);
/// The text itself if it is made of word characters, else quoted.
std::string word_or_quoted(std::string_view text);

}  // namespace wengert
