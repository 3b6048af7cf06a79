// wengert print: a function's graph as text, as built or behind passes.
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "frontend/io/files.h"
#include "ir/print.h"
#include "tools/wengert/command.h"
#include "tools/wengert/derivative_options.h"
#include "tools/wengert/pass_options.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  Derivatives request;
  std::vector<std::string> passes;
  RunOptions run;
  std::string output;
  bool optimized = false, locations = false;
};

int run(const Options& options) {
  Program program = derive(load_program(options.source), options.request);
  if (!options.passes.empty()) program = run_passes(program, find_passes(options.passes), options.run);
  if (options.optimized) program = optimize(program, options.run);
  const std::string text = print(program, {.locations = options.locations});
  if (options.output.empty())
    fmt::print("{}", text);
  else
    write_file(options.output, text);
  return ok;
}

}  // namespace

Command add_print(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("print", "Prints a function's graph, with derivatives, as text");
  sub->footer("'wengert opt' reads this text.");
  add_source_options(*sub, options->source);
  add_derivative_options(*sub, options->request);
  CLI::Option* passes =
      add_names(*sub, "--passes", options->passes, "Run these passes first")->type_name("PASS,...");
  sub->add_flag("--optimized", options->optimized, "Run the passes that compiling runs")->excludes(passes);
  add_pass_options(*sub, options->run);
  sub->add_flag("--locations", options->locations, "Print where nodes come from");
  sub->add_option("-o", options->output, "Write to this file")->type_name("FILE");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
