// A cursor over one line of the text form, for the parser. Errors carry file, line and column.
#pragma once
#include <string>
#include <string_view>

#include "ir/attribute.h"
#include "ir/error.h"

namespace wengert {

class Scanner {
 public:
  Scanner(std::string_view line, const std::string& file, uint32_t number)
      : line_(line), file_(file), number_(number) {}

  /// At the end of the line or at a comment.
  bool at_end();
  /// Takes `c` after blanks, if it is there.
  bool take(char c);
  void expect(char c);
  /// The word after blanks; empty when there is none.
  std::string_view word();
  std::string_view expect_word(std::string_view what);
  /// A word or a quoted string.
  std::string name(std::string_view what);
  int64_t integer();
  uint64_t index(std::string_view what);
  Type type();
  AttributeValue attribute();

  /// Where the next thing begins, 1-based.
  uint32_t column();
  Place here() { return {file_, number_, column()}; }
  Place place_at(uint32_t column) const { return {file_, number_, column}; }
  [[noreturn]] void fail(const std::string& message);

 private:
  void skip_blanks();
  char peek();
  std::string string();
  Extent extent();
  Shape shape(char close);
  Type type_named(std::string_view word);
  Tensor tensor(Type type);
  double floating();

  std::string_view line_;
  const std::string& file_;
  uint32_t number_;
  size_t at_ = 0;
};

}  // namespace wengert
