// --time-passes: what the steps of compiling take.
#pragma once
#include "runtime/step_times.h"
#include "tools/wengert/command.h"

namespace wengert::tool {

void add_time_passes(CLI::App& app, bool& wanted);

/// Prints a table to stderr: each group of steps, and its steps with their parts of the whole; the
/// longest ones of a group that has many.
void print_times(const StepTimes& times);

}  // namespace wengert::tool
