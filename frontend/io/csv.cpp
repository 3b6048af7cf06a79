#include "frontend/io/csv.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "frontend/io/files.h"
#include "frontend/io/number.h"
#include "ir/error.h"

namespace wengert {
namespace {

int64_t whole_number(std::string_view text, std::string_view what) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(Code::argument, fmt::format("'{}' is no {}; write [skip=1,cols=0:30]", text, what));
  return value;
}

ColumnRange parse_range(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == text.npos) {
    const int64_t column = whole_number(text, "column");
    ColumnRange range{column, {}};
    // Nothing is behind the last column, and no table has one of the largest number.
    if (column != -1 && column != std::numeric_limits<int64_t>::max()) range.last = column + 1;
    return range;
  }
  ColumnRange range;
  const std::string_view first = trim(text.substr(0, colon)), last = trim(text.substr(colon + 1));
  if (!first.empty()) range.first = whole_number(first, "column");
  if (!last.empty()) range.last = whole_number(last, "column");
  return range;
}

struct Cell {
  std::string_view text;
  uint32_t column;  ///< of its first character, from 1
};

/// The quote that ends what the one at `open` begins: of two side by side none does.
size_t closing_quote(std::string_view line, size_t open) {
  size_t close = line.find('"', open + 1);
  while (close != line.npos && line.substr(close + 1, 1) == "\"") close = line.find('"', close + 2);
  return close;
}

/// The cells of a line. A quoted cell loses its quotes, and may have commas in it.
void split(std::string_view line, std::vector<Cell>& cells) {
  cells.clear();
  size_t start = 0;
  for (;;) {
    const size_t word = line.find_first_not_of(" \t", start);
    size_t search = start;
    if (word != line.npos && line[word] == '"') {
      const size_t close = closing_quote(line, word);
      if (close != line.npos) search = close;
    }
    const size_t comma = line.find(',', search);
    std::string_view text = trim(line.substr(start, comma == line.npos ? comma : comma - start));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
      text = trim(text.substr(1, text.size() - 2));
    cells.push_back({text, static_cast<uint32_t>(text.data() - line.data() + 1)});
    if (comma == line.npos) return;
    start = comma + 1;
  }
}

bool is_number(std::string_view text) {
  std::byte ignored[8];
  const NumberStatus status = parse_number(text, Dtype::f64, ignored);
  return status == NumberStatus::read || status == NumberStatus::out_of_range;
}

/// 1;2 or 1 2: numbers without commas between them.
bool is_numbers(std::string_view text) {
  constexpr std::string_view between = ";| \t";
  size_t count = 0;
  for (size_t at = 0; (at = text.find_first_not_of(between, at)) != text.npos; count++) {
    const size_t end = std::min(text.find_first_of(between, at), text.size());
    if (!is_number(text.substr(at, end - at))) return false;
    at = end;
  }
  return count > 1;
}

/// What tables have where a number is missing.
bool is_missing(std::string_view text) {
  constexpr std::string_view words[] = {"",     "NA",   "na",   "N/A", "n/a", "#N/A", "<NA>", "NULL",
                                        "null", "None", "none", "NaT", "?",   "-",    "--",   "."};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

class TableReader {
 public:
  TableReader(const std::string& path, Dtype dtype, const CsvOptions& options)
      : path_(path), dtype_(dtype), options_(options) {}

  Tensor read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.find('\0') != text.npos)
      throw Error(
          Code::file,
          fmt::format("'{}' has zero bytes, which no text has but in UTF-16; save it as UTF-8", path_));
    while (!text.empty()) {
      const size_t end = text.find('\n');
      line_++;
      line(text.substr(0, end));
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    if (options_.skip && line_ < *options_.skip)
      throw Error(Code::file,
                  fmt::format("'{}' has {} lines, fewer than skip={}", path_, line_, *options_.skip));
    if (rows_ == 0 && width_ == 0) throw Error(Code::file, fmt::format("'{}' has no rows of numbers", path_));
    const int64_t columns = static_cast<int64_t>(chosen_.size());
    Tensor table(dtype_, columns == 1 && !options_.matrix ? std::vector<int64_t>{rows_}
                                                          : std::vector<int64_t>{rows_, columns});
    table.bytes = std::move(elements_);
    return table;
  }

 private:
  [[noreturn]] void fail(uint32_t column, const std::string& what) const {
    throw Error(Code::file, what, Place(path_, static_cast<uint32_t>(line_), column));
  }

  void line(std::string_view text) {
    if (options_.skip && line_ <= *options_.skip) return;
    if (trim(text).empty()) return;
    split(text, cells_);
    if (width_ == 0) {
      width_ = cells_.size();
      choose();
      if (!options_.skip && is_header()) return;
    }
    if (cells_.size() != width_)
      fail(cells_.size() > width_ ? cells_[width_].column : static_cast<uint32_t>(text.size() + 1),
           fmt::format("this row has {} cells and the first one {}", cells_.size(), width_));
    for (size_t column : chosen_) store(cells_[column]);
    rows_++;
  }

  void choose() {
    const int64_t width = static_cast<int64_t>(width_);
    for (const ColumnRange& range :
         options_.columns.empty() ? std::vector<ColumnRange>{{}} : options_.columns) {
      const int64_t first = range.first.value_or(0), last = range.last.value_or(width);
      const int64_t low = first < 0 ? first + width : first, high = last < 0 ? last + width : last;
      if (low < 0 || high > width || low >= high)
        fail(1, fmt::format("the columns {}:{} are not in this table of {} columns", first, last, width));
      for (int64_t column = low; column < high; column++) chosen_.push_back(static_cast<size_t>(column));
    }
  }

  /// True for a line of words, false for one of numbers alone or of missing ones.
  bool is_header() {
    const Cell *number = nullptr, *word = nullptr;
    if (std::all_of(chosen_.begin(), chosen_.end(), [&](size_t i) { return is_missing(cells_[i].text); }))
      return false;
    for (size_t column : chosen_) {
      const Cell& cell = cells_[column];
      if (is_numbers(cell.text))
        fail(cell.column, fmt::format("'{}' is not one number; commas are between cells: if this line is a "
                                      "header, say [skip=1]",
                                      cell.text.substr(0, 40)));
      (is_number(cell.text) ? number : word) = &cell;
    }
    if (number && word)
      fail(word->column,
           fmt::format("'{}' is not a number, and other cells of this first line are: if it is a "
                       "header, say [skip=1]",
                       word->text.substr(0, 40)));
    return number == nullptr;
  }

  void store(const Cell& cell) {
    if (cell.text.empty()) fail(cell.column, "an empty cell; write nan for a missing number");
    if (is_missing(cell.text))
      fail(cell.column, fmt::format("'{}' is not a number; write nan for a missing number", cell.text));
    const size_t width = size_of(dtype_);
    elements_.resize(elements_.size() + width);
    const NumberStatus status = parse_number(cell.text, dtype_, elements_.data() + elements_.size() - width);
    if (status != NumberStatus::read) fail(cell.column, explain(status, cell.text, dtype_));
  }

  const std::string& path_;
  Dtype dtype_;
  const CsvOptions& options_;
  int64_t line_ = 0, rows_ = 0;
  size_t width_ = 0;  ///< cells of a row; 0 before the first
  std::vector<size_t> chosen_;
  std::vector<Cell> cells_;
  std::vector<std::byte> elements_;
};

}  // namespace

CsvOptions parse_csv_options(std::string_view text) {
  CsvOptions options;
  std::string_view key;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view item = trim(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    if (const size_t equals = item.find('='); equals != item.npos) {
      key = trim(item.substr(0, equals));
      item = trim(item.substr(equals + 1));
    } else if (key != "cols") {
      throw Error(Code::argument,
                  fmt::format("'{}' is no option of a CSV file; write [skip=1,cols=0:30]", item));
    }
    if (key == "cols") {
      options.columns.push_back(parse_range(item));
    } else if (key == "skip") {
      options.skip = whole_number(item, "number of lines");
      if (*options.skip < 0) throw Error(Code::argument, "skip is negative");
    } else {
      throw Error(Code::argument,
                  fmt::format("'{}' is no option of a CSV file; there are skip and cols", key));
    }
  }
  return options;
}

Tensor parse_csv(std::string_view text, const std::string& path, Dtype dtype, const CsvOptions& options) {
  return TableReader(path, dtype, options).read(text);
}

Tensor read_csv(const std::string& path, Dtype dtype, const CsvOptions& options) {
  return parse_csv(read_file(path), path, dtype, options);
}

}  // namespace wengert
