// How programs are compiled: --scalar-tier, --threads, --fast-math, --no-stable.
#pragma once
#include <string>

#include "frontend/compile.h"
#include "tools/wengert/command.h"

namespace wengert::tool {

/// `threads` says what --threads is for.
void add_compile_options(CLI::App& app, CompileSettings& settings, const std::string& threads);

}  // namespace wengert::tool
