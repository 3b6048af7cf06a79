// The one exception of Wengert, and the place it names.
#pragma once
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

namespace wengert {

/// A place in somebody's source: the text language, the graph text, or C++. Line 0 means unknown.
struct Place {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  Place() = default;
  Place(std::string f, uint32_t l, uint32_t c) : file(std::move(f)), line(l), column(c) {}
  Place(const std::source_location& at)  // NOLINT: implicit on purpose
      : file(at.file_name()), line(at.line()), column(at.column()) {}
  bool known() const { return line != 0; }
  bool operator==(const Place&) const = default;
};

enum class Code {
  syntax,              ///< text that does not parse
  name,                ///< an unknown or duplicate name
  type,                ///< dtypes or shapes that do not fit
  argument,            ///< a wrong count, attribute or option
  not_differentiable,  ///< there is no derivative on this path
  no_rule,             ///< there is one, but the op has no rule for this mode
  size,                ///< a size that overflows, is negative, or is over a stated limit
  file,                ///< reading or writing failed
  target,              ///< the machine or triple cannot run this
  internal             ///< a broken invariant of Wengert itself
};

/// Everything Wengert throws. what() is "file:line:column: message" where the place is known.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message, Place place = {});
  Code code() const { return code_; }
  const Place& place() const { return place_; }
  /// The message without the place before it.
  const std::string& message() const { return message_; }

 private:
  Code code_;
  Place place_;
  std::string message_;
};

}  // namespace wengert
