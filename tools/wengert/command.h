// The commands of `wengert`. Each stands in the file of its name: add_X declares its options, and what it
// returns runs it. Commands throw wengert::Error for bad input; main prints it and picks the exit code.
#pragma once
#include <functional>

#include <CLI/CLI.hpp>

namespace wengert::tool {

/// What the process returns; documented by `wengert --help`.
enum Exit : int {
  ok = 0,
  check_failed = 1,  ///< `check` found a wrong derivative
  bad_input = 2,     ///< bad usage, a bad program, bad arguments, a file that can't be read or written
  internal = 3       ///< a fault of wengert itself
};

struct Command {
  CLI::App* app;
  std::function<int()> run;
};

Command add_build(CLI::App& app);
Command add_run(CLI::App& app);
Command add_bench(CLI::App& app);
Command add_check(CLI::App& app);
Command add_print(CLI::App& app);
Command add_graph(CLI::App& app);
Command add_opt(CLI::App& app);
Command add_ops(CLI::App& app);

}  // namespace wengert::tool
