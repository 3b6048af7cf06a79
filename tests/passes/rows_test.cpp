// Each rewrite row alone: the text it gives, the values before and after, and what it needs permission for.
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/passes.h"
#include "passes/rules/rules.h"
#include "random_values.h"
#include "row_cases.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

std::vector<const Row*> all_rows() {
  std::vector<const Row*> rows = rules::canonical_rows().rows();
  rows.insert(rows.end(), rules::composite_rows().rows().begin(), rules::composite_rows().rows().end());
  rows.insert(rows.end(), rules::simplify_rows().rows().begin(), rules::simplify_rows().rows().end());
  return rows;
}

const std::vector<RowCase>& cases() {
  static const std::vector<RowCase> read = read_row_cases(ROW_CASES);
  return read;
}

constexpr PassOptions everything{.fast_math = true, .stable = true};

Program apply(const Program& program, const Row& row, const PassOptions& options) {
  const RowTable table({std::span(&row, 1)});
  RewriteReport report;
  std::optional<Program> changed = rewrite(program, table, options, &report);
  Program out = changed ? std::move(*changed) : bind(program, {});
  CHECK_FALSE(report.reached_limit);
  verify(out);
  return out;
}

// Exact rows to the bit on anything; the others nearly, on numbers where both sides are well conditioned.
void compare(const Program& before, const Program& after, const RowCase& test, const std::string& type,
             Exactness exactness) {
  std::mt19937_64 random(std::hash<std::string>()(test.place + type));
  const int draws = 30;
  for (int i = 0; i < draws; i++) {
    const bool exact = exactness == Exactness::exact;
    const std::vector<Tensor> arguments =
        random_arguments(before, test.symbols, exact ? Draw() : Draw{false, test.low, test.high}, random);
    const std::string difference =
        exact ? different_bits(before, after, arguments, test.symbols)
              : far_apart(before, after, arguments, test.symbols, type == "f32" ? 2e-5 : 1e-12);
    CHECK_MESSAGE(difference == "", difference);
    if (difference != "") return;
  }
}

void check(const RowCase& test, const Row& row, const std::string& type) {
  const Program before = parse(with_type(test.before, type), test.place);
  verify(before);
  const Program after = apply(before, row, everything);
  const std::string text = print(after), untouched = print(run_pass(remove_dead_nodes, before));
  const std::string expected =
      test.unchanged ? untouched : print(parse(with_type(test.after, type), test.place));
  CHECK(text == expected);
  if (!test.unchanged) CHECK(text != untouched);
  compare(before, after, test, type, row.exactness);
  if (row.exactness == Exactness::fast)
    CHECK(print(apply(before, row, {.fast_math = false, .stable = true})) == untouched);
  if (row.exactness == Exactness::stable)
    CHECK(print(apply(before, row, {.fast_math = true, .stable = false})) == untouched);
  if (row.exactness == Exactness::exact)
    CHECK(print(apply(before, row, {.fast_math = false, .stable = false})) == expected);
}

}  // namespace

TEST_CASE("every row gives its text, and keeps the values") {
  for (const RowCase& test : cases()) {
    if (test.row == "none") continue;
    CAPTURE(test.place);
    CAPTURE(test.row);
    REQUIRE_FALSE(test.types.empty());
    bool found = false;
    for (const Row* row : all_rows()) {
      if (row->name != test.row) continue;
      found = true;
      for (const std::string& type : test.types) {
        CAPTURE(type);
        check(test, *row, type);
      }
    }
    CHECK_MESSAGE(found, "there is no such row");
  }
}

TEST_CASE("every row has a case in which it applies, and names are not repeated") {
  std::set<std::string> covered, names;
  for (const RowCase& test : cases())
    if (!test.unchanged) covered.insert(test.row);
  for (const Row* row : all_rows()) {
    const std::string name(row->name);
    CAPTURE(name);
    CHECK(covered.contains(name));
    CHECK(names.insert(name).second);
  }
}

TEST_CASE("what no row may touch without permission stays") {
  for (const RowCase& test : cases()) {
    if (test.row != "none") continue;
    CAPTURE(test.place);
    for (const std::string& type : test.types) {
      const Program before = parse(with_type(test.before, type), test.place);
      const Program after = run_pass(simplify, run_pass(canonicalize, before));
      CHECK(print(after) == print(before));
    }
  }
}
