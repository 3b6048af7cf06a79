// The passes a command runs: --fast-math, --no-stable, --skip.
#pragma once
#include "passes/pipeline.h"
#include "tools/wengert/command.h"

namespace wengert::tool {

void add_pass_options(CLI::App& app, RunOptions& options);

/// The passes of these names, in this order. Throws Error(name) that lists them all.
std::vector<const Pass*> find_passes(const std::vector<std::string>& names);
/// The names of the passes that the pipeline has.
std::vector<std::string> pass_names();

}  // namespace wengert::tool
