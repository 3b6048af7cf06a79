#include "ir/text_words.h"

#include <algorithm>

#include <fmt/format.h>

namespace wengert {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += fmt::format("\\u{:04x}", c);
        else
          out += c;
    }
  }
  return out + "\"";
}

std::string word_or_quoted(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word_character) ? std::string(text)
                                                                                   : in_quotes(text);
}

}  // namespace wengert
