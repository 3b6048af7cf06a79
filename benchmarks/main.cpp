// wengert_bench: makes rows, checks their contenders and times them, on request of a driver (run.py): a line
// of standard input is a command, the answer a line of JSON.
//
//   list            the rows, with their groups
//   open ROW        makes it: facts, contenders, each one's error, and which pass
//   round SECONDS   times every contender in turn, for so long each: {contender: [seconds an answer]}
//   dump FOLDER     writes inputs and answers as .npy, for contenders in other processes
//   close           frees the row
//
// Besides: --once ROW compiles and runs Wengert's kernel and prints the seconds, and those that making its
// data took, for the time and memory of a whole process; --loop ROW CONTENDER SECONDS runs one contender
// under a profiler.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "benchmarks/harness/measure.h"
#include "benchmarks/rows/rows.h"
#include "frontend/io/npy.h"
#include "ir/error.h"

namespace wengert::benchmarks {
namespace {

using nlohmann::json;

Row make_row(const std::string& name, const Context& context) {
  for (const RowMaker& maker : all_rows())
    if (maker.name == name) return maker.make(context);
  throw Error(Code::name, fmt::format("there is no row {}", name));
}

class Worker {
 public:
  explicit Worker(const Context& context) : context_(context) {}

  json answer(std::istringstream& command) {
    std::string word;
    command >> word;
    if (word == "list") return list();
    if (word == "open") return open(rest(command));
    if (word == "close") return close();
    if (!row_) throw Error(Code::argument, fmt::format("'{}' before a row is open", word));
    if (word == "round") return round(std::stod(rest(command)));
    if (word == "dump") return dump(rest(command));
    throw Error(Code::argument, fmt::format("'{}' is no command", word));
  }

 private:
  static std::string rest(std::istringstream& command) {
    std::string out;
    std::getline(command >> std::ws, out);
    return out;
  }

  static json list() {
    json rows = json::array();
    for (const RowMaker& row : all_rows()) rows.push_back({{"row", row.name}, {"group", row.group}});
    return {{"rows", rows}};
  }

  json open(const std::string& name) {
    row_.reset();
    row_ = make_row(name, context_);
    batches_.assign(row_->contenders.size(), 0);
    json contenders = json::array();
    for (const Contender& contender : row_->contenders) {
      const double error = check(contender);
      contenders.push_back(
          {{"contender", contender.name}, {"error", error}, {"right", error <= row_->tolerance}});
    }
    return {
        {"row", name}, {"facts", row_->facts}, {"contenders", contenders}, {"tolerance", row_->tolerance}};
  }

  json round(double seconds) {
    json out;
    for (size_t i = 0; i < row_->contenders.size(); i++)
      out[row_->contenders[i].name] = measure(row_->contenders[i], seconds, batches_[i]);
    return out;
  }

  json dump(const std::string& folder) const {
    for (const auto& [name, array] : row_->inputs) write_npy(folder + "/" + name + ".npy", array.tensor());
    for (size_t i = 0; i < row_->expected.size(); i++)
      write_npy(fmt::format("{}/answer_{}.npy", folder, i), row_->expected[i].tensor());
    return {{"answers", row_->expected.size()}, {"tolerance", row_->tolerance}};
  }

  json close() {
    row_.reset();
    return json::object();
  }

  Context context_;
  std::optional<Row> row_;
  std::vector<long> batches_;
};

void serve(const Context& context) {
  Worker worker(context);
  for (std::string line; std::getline(std::cin, line);) {
    json answer;
    try {
      std::istringstream command(line);
      answer = worker.answer(command);
    } catch (const std::exception& problem) { answer = {{"problem", problem.what()}}; }
    std::cout << answer.dump() << std::endl;
  }
}

void once(const std::string& name, Context context) {
  context.only_wengert = true;
  context.began = wall_seconds();
  const Row row = make_row(name, context);
  if (row.contenders.size() != 1 || !row.expected.empty())
    throw Error(Code::internal, fmt::format("the row {} makes more than Wengert's kernel", name));
  row.contenders[0].run(1);
  std::cout << json({{"row", name}, {"seconds", process_seconds()}, {"data", row.data_seconds}}).dump()
            << std::endl;
}

void loop(const std::string& name, const std::string& contender, double seconds, const Context& context) {
  const Row row = make_row(name, context);
  for (const Contender& one : row.contenders) {
    if (one.name != contender) continue;
    long batch = 0;
    std::vector<double> times = measure(one, seconds, batch);
    std::sort(times.begin(), times.end());
    fmt::print("{} {}: least {:.4g} s, median {:.4g} s, error {:.2g}\n", name, contender, times.front(),
               times[times.size() / 2], check(one));
    return;
  }
  throw Error(Code::name, fmt::format("the row {} has no contender {}", name, contender));
}

}  // namespace
}  // namespace wengert::benchmarks

int main(int count, char** arguments) {
  using namespace wengert::benchmarks;
  CLI::App app("Times Wengert's kernels beside others; benchmarks/run.py is the way to use it");
  Context context;
  std::string yardstick, once_row;
  std::vector<std::string> looped;
  app.add_option("--yardstick", yardstick, "A shared library of hand-written C");
  app.add_option("--cache", context.cache, "A folder for compiled C")->default_val("/tmp");
  app.add_option("--c-compiler", context.c_compiler, "Compiles C that is written for a row");
  app.add_flag("--slow", context.slow, "C compilers may take minutes");
  app.add_option("--once", once_row, "Compile and run one row's kernel once");
  app.add_option("--loop", looped, "ROW CONTENDER SECONDS: run one contender only")->expected(3);
  CLI11_PARSE(app, count, arguments);
  try {
    std::optional<Yardstick> library;
    if (!yardstick.empty()) context.yardstick = &library.emplace(yardstick);
    if (!once_row.empty())
      once(once_row, context);
    else if (!looped.empty())
      loop(looped[0], looped[1], std::stod(looped[2]), context);
    else
      serve(context);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "wengert_bench: {}\n", problem.what());
    return 1;
  }
}
