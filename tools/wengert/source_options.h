// The program a command works on: FILE (text language, or graph text beginning "wengert 1"), --fn, --bind.
#pragma once
#include <string>
#include <vector>

#include "ir/program.h"
#include "tools/wengert/command.h"

namespace wengert::tool {

struct SourceOptions {
  std::string file;
  std::string function;           ///< may be left out when the file has one function
  std::vector<std::string> bind;  ///< "N=3"
};

/// FILE, --fn and --bind.
void add_source_options(CLI::App& app, SourceOptions& options);

/// An option that is given any number of times, each time with a value that may be a list with commas.
CLI::Option* add_names(CLI::App& app, const std::string& flag, std::vector<std::string>& names,
                       const std::string& help);

/// Reads "N=3,D=4" items. Throws Error(argument).
Bindings parse_bindings(const std::vector<std::string>& items);

/// The function's program, with symbols bound.
Program load_program(const SourceOptions& options);
/// Several functions of the file, in order of `functions`; all bound where they have the symbols.
std::vector<Program> load_programs(const SourceOptions& options, const std::vector<std::string>& functions);

}  // namespace wengert::tool
