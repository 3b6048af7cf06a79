#include "tools/wengert/messages.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "frontend/io/files.h"

namespace wengert::tool {

static std::map<std::string, std::string>& sources() {
  static std::map<std::string, std::string> texts;
  return texts;
}

void remember_source(const std::string& name, std::string_view text) { sources()[name] = text; }

static bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::string excerpt(std::string_view text, const Place& place) {
  for (uint32_t line = 1; line < place.line; line++) {
    const size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  size_t caret = 0;  // the byte of the column
  for (uint32_t column = 1; caret < text.size() && column < place.column; column++) {
    do caret++;
    while (caret < text.size() && !starts_code_point(text[caret]));
  }
  constexpr size_t before = 60, shown = 100;
  const size_t start = caret > before && text.size() > shown ? caret - before : 0;
  const std::string_view part = text.substr(start, shown);
  std::string blank;
  for (const char c : part.substr(0, caret - start))
    if (c == '\t')
      blank += c;
    else if (starts_code_point(c))
      blank += ' ';
  const std::string_view front = start > 0 ? "..." : "", back = start + shown < text.size() ? "..." : "";
  return fmt::format("{:>4} | {}{}{}\n     | {}{}^\n", place.line, front, part, back,
                     std::string(front.size(), ' '), blank);
}

/// The text an error's place lies in, if it can still be had.
static std::string source_text(const std::string& name) {
  if (const auto found = sources().find(name); found != sources().end()) return found->second;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(name, ignored)) return {};
  try {
    return read_file(name);
  } catch (const Error&) {
    return {};  // the message alone must do
  }
}

void print_error(const Error& error) {
  const Place& place = error.place();
  const char* kind = error.code() == Code::internal ? "internal error" : "error";
  if (!place.known()) {
    fmt::print(stderr, "wengert: {}: {}\n", kind, error.message());
    return;
  }
  fmt::print(stderr, "{}:{}:{}: {}: {}\n", place.file, place.line, place.column, kind, error.message());
  // Errors of the language bring the quoted line along.
  if (error.message().find('\n') == std::string::npos)
    fmt::print(stderr, "{}", excerpt(source_text(place.file), place));
}

void print_warning(std::string_view message) { fmt::print(stderr, "wengert: warning: {}\n", message); }

}  // namespace wengert::tool
