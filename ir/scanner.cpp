#include "ir/scanner.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "ir/text_words.h"

namespace wengert {

void Scanner::skip_blanks() {
  while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r')) at_++;
}
char Scanner::peek() {
  skip_blanks();
  return at_ < line_.size() ? line_[at_] : '\0';
}
bool Scanner::at_end() { return at_ >= line_.size() || peek() == '#' || at_ >= line_.size(); }
bool Scanner::take(char c) {
  if (peek() != c || at_ >= line_.size()) return false;
  at_++;
  return true;
}
void Scanner::expect(char c) {
  if (!take(c)) fail(fmt::format("expected '{}'", c));
}

uint32_t Scanner::column() {
  skip_blanks();
  return static_cast<uint32_t>(at_) + 1;
}

void Scanner::fail(const std::string& message) {
  const Place place = here();
  std::string found = "the end of the line";
  if (!at_end()) {
    size_t end = at_;
    while (end < line_.size() && end < at_ + 20 && is_word_character(line_[end])) end++;
    found = fmt::format("'{}'", line_.substr(at_, std::max<size_t>(end - at_, 1)));
  }
  throw Error(Code::syntax, fmt::format("{}, found {}", message, found), place);
}

std::string_view Scanner::word() {
  skip_blanks();
  const size_t start = at_;
  while (at_ < line_.size() && is_word_character(line_[at_])) at_++;
  return line_.substr(start, at_ - start);
}
std::string_view Scanner::expect_word(std::string_view what) {
  const std::string_view found = word();
  if (found.empty()) fail(fmt::format("expected {}", what));
  return found;
}

std::string Scanner::name(std::string_view what) {
  if (peek() == '"') return string();
  return std::string(expect_word(what));
}

std::string Scanner::string() {
  expect('"');
  std::string out;
  while (true) {
    if (at_ >= line_.size()) fail("the string has no closing quote");
    const char c = line_[at_++];
    if (c == '"') return out;
    if (c != '\\') {
      out += c;
      continue;
    }
    const char escape = at_ < line_.size() ? line_[at_++] : '\0';
    switch (escape) {
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '/': out += '/'; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'u': {
        unsigned code = 0;
        const std::string_view digits = line_.substr(std::min(at_, line_.size()), 4);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (error != std::errc() || end != digits.data() + 4 || code > 0x7F)
          fail("expected four hex digits of a code up to 007f behind \\u");
        out += static_cast<char>(code);
        at_ += 4;
        break;
      }
      default: at_--; fail("unknown escape in a string");
    }
  }
}

int64_t Scanner::integer() {
  skip_blanks();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value);
  if (error == std::errc::result_out_of_range) fail("the integer does not fit 64 bits");
  if (error != std::errc()) fail("expected an integer");
  at_ = static_cast<size_t>(end - line_.data());
  return value;
}

uint64_t Scanner::index(std::string_view what) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value);
  if (error != std::errc()) fail(fmt::format("expected {}", what));
  at_ = static_cast<size_t>(end - line_.data());
  return value;
}

Extent Scanner::extent() {
  const uint32_t start = column();
  try {
    return parse_extent(line_, at_);
  } catch (const Error& e) { throw Error(e.code(), e.message(), place_at(start)); }
}

Shape Scanner::shape(char close) {
  Shape out;
  if (take(close)) return out;
  do out.push_back(extent());
  while (take(','));
  expect(close);
  return out;
}

Type Scanner::type_named(std::string_view word) {
  const std::optional<Dtype> dtype = dtype_named(word);
  if (!dtype) {
    at_ -= word.size();
    fail("expected a type (bool, i32, i64, f32 or f64)");
  }
  return {*dtype, at_ < line_.size() && line_[at_] == '[' ? (at_++, shape(']')) : Shape{}};
}
Type Scanner::type() { return type_named(expect_word("a type")); }

AttributeValue Scanner::attribute() {
  const char first = peek();
  if (first == '"') return string();
  if (first == '-' || (first >= '0' && first <= '9')) return integer();
  if (take('[')) {
    Axes axes;
    if (take(']')) return axes;
    do axes.push_back(integer());
    while (take(','));
    expect(']');
    return axes;
  }
  if (take('<')) return shape('>');
  if (take('(')) {
    Extent value = extent();
    expect(')');
    return value;
  }
  Type type = type_named(expect_word("the value of an attribute"));
  if (at_ >= line_.size() || line_[at_] != '(') return type;
  return tensor(std::move(type));
}

double Scanner::floating() {
  const bool negative = take('-');
  skip_blanks();
  const bool hex = line_.substr(at_, 2) == "0x";
  if (hex) at_ += 2;
  double value = 0;
  const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value,
                                            hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::result_out_of_range) fail("the number does not fit f64");
  if (error != std::errc()) fail("expected a number");
  at_ = static_cast<size_t>(end - line_.data());
  if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
  return negative ? -value : value;
}

Tensor Scanner::tensor(Type type) {
  std::vector<int64_t> shape;
  for (const Extent& extent : type.shape) {
    if (!extent.is_number()) fail(fmt::format("the literal's extent {} is not a number", extent.text()));
    shape.push_back(*extent.number());
  }
  const Place place = here();
  Tensor out;
  try {
    out = Tensor(type.dtype, std::move(shape));
  } catch (const Error& e) { throw Error(e.code(), e.message(), place); }
  expect('(');
  for (int64_t i = 0; i < out.count(); i++) {
    if (i) expect(',');
    const Place element = here();
    switch (out.dtype) {
      case Dtype::boolean: {
        const std::string_view truth = word();
        if (truth != "true" && truth != "false") throw Error(Code::syntax, "expected true or false", element);
        out.data<uint8_t>()[i] = truth == "true";
        break;
      }
      case Dtype::i32: {
        const int64_t value = integer();
        if (static_cast<int32_t>(value) != value)
          throw Error(Code::syntax, fmt::format("{} does not fit i32", value), element);
        out.data<int32_t>()[i] = static_cast<int32_t>(value);
        break;
      }
      case Dtype::i64: out.data<int64_t>()[i] = integer(); break;
      case Dtype::f32: out.data<float>()[i] = static_cast<float>(floating()); break;
      case Dtype::f64: out.data<double>()[i] = floating(); break;
    }
  }
  if (!take(')')) fail(fmt::format("expected ')' behind the {} values of {}", out.count(), text(type)));
  return out;
}

}  // namespace wengert
