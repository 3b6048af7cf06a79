// A row of the table: one problem, its data, what its answer must be, and the contenders that compute it.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "benchmarks/harness/array.h"
#include "benchmarks/harness/yardstick.h"
#include "frontend/function.h"
#include "ir/extent.h"

namespace wengert::benchmarks {

struct Contender {
  std::string name;
  /// Computes the answer so many times. A call through std::function is no part of what is timed.
  std::function<void(long)> run;
  /// What it writes, with the answers.
  std::vector<std::pair<Array, Array>> outputs = {};
  /// One run counts as so many of the row: a loop of a billion operations, for a row of a thousand, counts a
  /// million.
  double counts = 1;
  bool on_the_wall = false;  ///< it uses several threads: timed by the clock on the wall
};

/// A contender's `run` of something that is called once for each answer.
template <class F>
std::function<void(long)> each(F f) {
  return [f = std::move(f)](long times) {
    for (long i = 0; i < times; i++) f();
  };
}

struct Row {
  std::string name;
  std::vector<std::pair<std::string, Array>> inputs = {};  ///< by the names in the program
  /// In the order of the program. `expected`, the answers, is empty where Wengert's kernel runs alone.
  std::vector<Array> outputs = {}, expected = {};
  double tolerance = 1e-9;  ///< of relative_error()
  std::vector<Contender> contenders = {};
  double data_seconds = 0;    ///< of making the inputs, on the wall
  nlohmann::json facts = {};  ///< seconds of compiling and the like

  const Array& input(std::string_view name) const;
  /// The outputs with their answers.
  std::vector<std::pair<Array, Array>> answers() const;
};

/// What rows are made with.
struct Context {
  const Yardstick* yardstick = nullptr;  ///< null: not given
  std::string cache;                     ///< a folder for C that was compiled
  std::string c_compiler;                ///< empty: none
  bool only_wengert = false;  ///< no reference, no other contender: for time and memory of a process
  bool slow = false;          ///< C compilers may take minutes
  double began = 0;           ///< wall_seconds() when the row's making began
};

/// Has `compute(expected)` write the answers, unless Wengert's kernel runs alone.
template <class F>
void expect(Row& row, const Context& context, F compute) {
  if (context.only_wengert) return;
  for (const Array& output : row.outputs) row.expected.emplace_back(output.dtype(), output.shape());
  compute(row.expected);
}

/// Adds the yardstick's function of that name, of type F: `call(f)` computes the row's outputs.
template <class F, class Call>
void add_by_hand(Row& row, const Context& context, const std::string& label, const char* function,
                 Call call) {
  if (!context.yardstick) return;
  F* f = context.yardstick->function<F>(function);
  row.contenders.push_back({label, each([=] { call(f); }), row.answers()});
}

struct RowMaker {
  std::string name, group;
  std::function<Row(const Context&)> make;
};

/// Every row, in the order of the table.
std::vector<RowMaker> all_rows();

}  // namespace wengert::benchmarks
