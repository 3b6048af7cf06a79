// A source text with positions, and the errors that quote it.
//
// A Span is a range of bytes. Columns count code points from 1. Errors carry the line they are about and a
// caret:
//
//   loss.wg:3:12: multiply(f64[N], f64[D]): the shapes do not broadcast …
//     3 |   let a = w * x
//       |           ~~^~~
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ir/error.h"

namespace wengert::language {

struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
};

class Source {
 public:
  /// Throws Error(size) for a text of 4 GiB or more.
  Source(std::string text, std::string filename);
  std::string_view text() const { return text_; }
  std::string_view text(Span span) const { return text().substr(span.begin, span.end - span.begin); }
  const std::string& filename() const { return filename_; }
  Place place(uint32_t offset) const;
  /// The line of `focus` with `span` underlined and a caret at `focus`.
  std::string excerpt(Span span, uint32_t focus) const;
  /// The line of a place with a caret.
  std::string excerpt(const Place& place) const;

 private:
  std::string_view line_text(size_t line) const;
  std::string text_;
  std::string filename_;
  std::vector<uint32_t> line_starts_;
  bool ascii_ = true;  // then a column costs no counting, however long the line
};

/// An error of the text language: its message already quotes the source.
class SourceError : public Error {
 public:
  using Error::Error;
  /// The same error with one more line under it.
  SourceError noted(const std::string& note) const { return {code(), message() + "\n" + note, place()}; }
};

[[noreturn]] void fail(const Source& source, Code code, Span span, const std::string& message);
[[noreturn]] void fail(const Source& source, Code code, Span span, uint32_t focus,
                       const std::string& message);

/// The candidate nearest to `name` by edits, if near enough to be meant, or the shortest it begins; else
/// empty.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);
/// "; did you mean 'x'?" or nothing.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace wengert::language
