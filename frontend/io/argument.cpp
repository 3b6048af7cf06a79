#include "frontend/io/argument.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "frontend/io/csv.h"
#include "frontend/io/npy.h"
#include "frontend/io/number.h"
#include "ir/error.h"

namespace wengert {
namespace {

/// Reads nested lists of numbers, with a loop: the depth of the nesting is not bounded by the stack.
class LiteralReader {
 public:
  LiteralReader(std::string_view text, std::string source, Dtype dtype)
      : text_(text), source_(std::move(source)), dtype_(dtype) {}

  Tensor read() {
    while (!value()) {}
    space();
    if (at_ != text_.size()) fail(at_, "something follows the value");
    Tensor tensor(dtype_, shape_);
    tensor.bytes = std::move(elements_);
    return tensor;
  }

 private:
  static constexpr size_t unknown = static_cast<size_t>(-1);

  [[noreturn]] void fail(size_t at, const std::string& what) const {
    const std::string_view before = text_.substr(0, at);
    const size_t start = before.rfind('\n') + 1;  // 0 when there is none
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    throw Error(Code::argument, what,
                Place(source_, static_cast<uint32_t>(line), static_cast<uint32_t>(at - start + 1)));
  }
  void space() { at_ = std::min(text_.find_first_not_of(spaces, at_), text_.size()); }
  bool next_is(char c) {
    space();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool accept(char c) {
    const bool found = next_is(c);
    at_ += found;
    return found;
  }

  /// Reads a number or the start of a list, and the ends of lists behind it. True when the outermost has
  /// ended.
  bool value() {
    if (next_is('[')) {
      open();
      if (!next_is(']')) return false;
      close();
    } else {
      number();
    }
    while (!counts_.empty()) {
      counts_.back()++;
      if (accept(',') && !next_is(']')) return false;
      if (!next_is(']'))
        fail(at_, at_ == text_.size() ? "a ']' is missing"
                                      : fmt::format("',' or ']' is expected, not '{}'", text_[at_]));
      close();
    }
    return true;
  }

  void open() {
    counts_.push_back(0);
    if (number_depth_ != unknown && counts_.size() > number_depth_) fail(at_, "a list stands beside numbers");
    if (shape_.size() < counts_.size()) {
      if (closed_) fail(at_, "this list is deeper than the ones before it");
      shape_.push_back(unset);
    }
    at_++;
  }

  void close() {
    int64_t& extent = shape_[counts_.size() - 1];
    if (extent == unset)
      extent = counts_.back();
    else if (extent != counts_.back())
      fail(at_, fmt::format("this list is of {} and one before it of {}: rows must be of one length",
                            counts_.back(), extent));
    counts_.pop_back();
    closed_ = true;
    at_++;
  }

  void number() {
    const size_t end = std::min(text_.find_first_of(",[] \t\r\n", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    if (word.empty())
      fail(at_, at_ == text_.size() ? "a number is missing here"
                                    : fmt::format("a number is expected, not '{}'", text_[at_]));
    if (counts_.size() != (number_depth_ == unknown ? shape_.size() : number_depth_))
      fail(at_, "a number stands beside a list");
    number_depth_ = counts_.size();
    const size_t width = size_of(dtype_);
    elements_.resize(elements_.size() + width);
    const NumberStatus status = parse_number(word, dtype_, elements_.data() + elements_.size() - width);
    if (status != NumberStatus::read) fail(at_, explain(status, word, dtype_));
    at_ = end;
  }

  static constexpr int64_t unset = -1;
  std::string_view text_;
  std::string source_;
  Dtype dtype_;
  size_t at_ = 0;
  size_t number_depth_ = unknown;  ///< how many lists are around every number
  bool closed_ = false;            ///< a list has ended, so that the depth is settled
  std::vector<int64_t> shape_;     ///< the extent of the lists of each depth; unset before the first one ends
  std::vector<int64_t> counts_;    ///< elements so far in the lists that are open
  std::vector<std::byte> elements_;
};

/// Whether element i has a place among the dtype's whole numbers, its fraction aside.
bool fits(const Tensor& tensor, int64_t i, Dtype dtype) {
  if (tensor.dtype == Dtype::i64) {
    const int64_t value = tensor.data<int64_t>()[i];
    return dtype == Dtype::i64 || value == static_cast<int32_t>(value);
  }
  const double value = std::trunc(tensor.at(i)), end = dtype == Dtype::i32 ? 0x1p31 : 0x1p63;
  return value >= -end && value < end;  // false for NaN
}

Tensor read_array_file(const std::string& name, const std::string& path, Dtype dtype, bool cast) {
  Tensor tensor = read_npy(path);
  if (tensor.dtype == dtype) return tensor;
  if (!cast)
    throw Error(Code::type, fmt::format("'{}' holds {}, and the parameter {} is {}; --cast converts it", path,
                                        wengert::name(tensor.dtype), name, wengert::name(dtype)));
  if (is_integer(dtype))
    for (int64_t i = 0; i < tensor.count(); i++)
      if (!fits(tensor, i, dtype))
        throw Error(Code::argument, fmt::format("'{}': element {}, counted from 0, does not fit {}, the type "
                                                "of the parameter {}",
                                                path, i, wengert::name(dtype), name));
  return convert(tensor, dtype);
}

/// How a literal can begin; anything else is the name of a file.
bool looks_like_literal(std::string_view text) {
  std::byte ignored[8];
  return text.starts_with('[') || text.find_first_of("0123456789+-.") == 0 ||
         parse_number(text, Dtype::f64, ignored) != NumberStatus::not_a_number;
}

}  // namespace

std::string argument_source(std::string_view name) { return fmt::format("<argument {}>", name); }

std::pair<std::string, std::string> split_argument(std::string_view text) {
  const size_t equals = text.find('=');
  const std::string_view name = trim(text.substr(0, equals));
  if (equals == text.npos || name.empty())
    throw Error(Code::argument, fmt::format("'{}' is no argument: write NAME=VALUE or NAME=FILE", text));
  return {std::string(name), std::string(text.substr(equals + 1))};
}

Tensor read_argument(const std::string& name, std::string_view value, Dtype dtype, bool cast, bool matrix) {
  const std::string_view text = trim(value);
  if (text.ends_with(".npy")) return read_array_file(name, std::string(text), dtype, cast);
  if (text.ends_with(".csv")) return read_csv(std::string(text), dtype, {.matrix = matrix});
  if (const size_t bracket = text.find(".csv["); bracket != text.npos && text.ends_with(']')) {
    const size_t open = bracket + 4;
    CsvOptions options = parse_csv_options(text.substr(open + 1, text.size() - open - 2));
    options.matrix = matrix;
    return read_csv(std::string(text.substr(0, open)), dtype, options);
  }
  if (!text.empty() && !looks_like_literal(text))
    throw Error(Code::argument,
                fmt::format("the argument {} is '{}', which is neither a number, a list such as "
                            "[1, 2], nor a .npy or .csv file",
                            name, text.substr(0, 60)));
  return LiteralReader(value, argument_source(name), dtype).read();
}

}  // namespace wengert
