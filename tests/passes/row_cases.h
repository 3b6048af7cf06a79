// The text cases of rewrite rows: tests/passes/rows/*.txt. A case is
//
//   row: NAME           the row, or "none": canonicalize and simplify together must not touch it
//   T: f32 f64          the case is run with each of these for the word T
//   bind: N=4 D=3       values of the symbols (optional)
//   range: -3 3         where rows that aren't exact are compared (optional)
//   unchanged           the row does not apply (optional; then nothing follows =>)
//   %0 = …              the program, without its first line
//   =>
//   %0 = …              what the row makes of it
#pragma once
#include <string>
#include <vector>

#include "ir/extent.h"

namespace wengert::testing {

struct RowCase {
  std::string place;  ///< file:line
  std::string row;
  std::vector<std::string> types;
  Bindings symbols;
  double low = 0.2, high = 2.5;
  bool unchanged = false;
  std::string before, after;
};

std::vector<RowCase> read_row_cases(const std::string& folder);
/// The text with `type` for the word T, and bool literals spelled out.
std::string with_type(const std::string& text, const std::string& type);

}  // namespace wengert::testing
