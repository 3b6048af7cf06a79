// Tables of numbers in CSV files: cells between commas, one row a line. One column is a vector, more are a
// matrix.
//
// The first line is a header, and skipped, when none of its chosen cells is a number and one is a word other
// than NA, null and the like, which stand for missing numbers and are refused. A first line of words and
// numbers is refused too, unless `skip` says how many lines to leave out. Lines of spaces alone are skipped,
// cells may have spaces or quotes around them, nan and inf are numbers. Every row has as many cells as the
// first.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/tensor.h"

namespace wengert {

/// Columns first..last, last excluded; negative ones count from the end. An absent end is the table's.
struct ColumnRange {
  std::optional<int64_t> first, last;
};

struct CsvOptions {
  std::optional<int64_t> skip = {};       ///< lines to leave out; absent: find the header
  std::vector<ColumnRange> columns = {};  ///< in this order; empty: all
  bool matrix = false;                    ///< one column is a matrix too, [N, 1]
};

/// Parses the `skip=1,cols=0:30` of `FILE.csv[skip=1,cols=0:30]`; cols is a column, a range `2:5`, `2:`,
/// `:5`, or several: `cols=0,3:6`. Throws Error(argument).
CsvOptions parse_csv_options(std::string_view text);

/// Reads the cells as elements of `dtype`. Throws Error(file) with file, line and column of the character.
Tensor read_csv(const std::string& path, Dtype dtype, const CsvOptions& options = {});
/// The same from text; `path` is the name in messages.
Tensor parse_csv(std::string_view text, const std::string& path, Dtype dtype, const CsvOptions& options = {});

}  // namespace wengert
