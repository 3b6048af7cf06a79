// wengert opt: passes by name on graph text.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frontend/io/files.h"
#include "ir/error.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tools/wengert/command.h"
#include "tools/wengert/pass_options.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {
namespace {

struct Options {
  std::string file, output;
  std::vector<std::string> passes, print_after, bind;
  RunOptions run;
  bool all = false, list = false, report = false, locations = false;
};

int list_passes() {
  for (const Pass& pass : pipeline()) fmt::print("{:<28}  {}\n", pass.name, pass.reason);
  return ok;
}

void print_report(const std::vector<PassReport>& report) {
  fmt::print(stderr, "{:<28}  {:>10}  {:>10}  {:>9}  {}\n", "pass", "before", "after", "seconds", "changed");
  for (const PassReport& row : report)
    fmt::print(stderr, "{:<28}  {:>10}  {:>10}  {:>9.6f}  {}\n", row.pass, row.nodes_before, row.nodes_after,
               row.seconds, row.changed ? "yes" : "no");
}

int run(Options options) {
  if (options.list) return list_passes();
  if (options.file.empty()) throw Error(Code::argument, "opt wants a FILE of graph text, or --list");
  std::vector<const Pass*> passes = find_passes(options.passes);
  find_passes(options.print_after);
  if (options.all)
    for (const Pass& pass : pipeline()) passes.push_back(&pass);

  Program program = parse(read_file(options.file), options.file);
  verify(program);
  if (!options.bind.empty()) program = wengert::bind(program, parse_bindings(options.bind));
  const PrintOptions how{.locations = options.locations};
  options.run.after = [&](const Pass& pass, const Program& after) {
    if (std::find(options.print_after.begin(), options.print_after.end(), pass.name) !=
        options.print_after.end())
      fmt::print("# after {}\n{}\n", pass.name, print(after, how));
  };
  std::vector<PassReport> report;
  options.run.report = &report;
  const Program result = run_passes(program, passes, options.run);
  const std::string text = print(result, how);
  if (options.output.empty())
    fmt::print("{}", text);
  else
    write_file(options.output, text);
  if (options.report) print_report(report);
  return ok;
}

}  // namespace

Command add_opt(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("opt", "Runs passes by name on graph text");
  sub->footer(
      "The passes run in the order given; --list shows those of the pipeline and why they stand where they "
      "do.");
  sub->add_option("FILE", options->file, "Graph text (.wir)");
  CLI::Option* passes =
      add_names(*sub, "--passes", options->passes, "The passes to run")->type_name("PASS,...");
  sub->add_flag("--pipeline", options->all, "The passes that compiling runs")->excludes(passes);
  add_names(*sub, "--print-after", options->print_after,
            "Print the graph after these passes, where they changed it")
      ->type_name("PASS,...");
  add_pass_options(*sub, options->run);
  sub->add_option("--stop-after", options->run.stop_after, "Run only so many passes")->type_name("NUMBER");
  sub->add_option("--bind", options->bind, "A number for an extent's symbol")
      ->type_name("N=NUMBER")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_flag("--report", options->report, "Print what each pass did, to stderr");
  sub->add_flag("--locations", options->locations, "Print where nodes come from");
  sub->add_flag("--list", options->list, "List the passes of the pipeline");
  sub->add_option("-o", options->output, "Write the graph here instead of to the standard output")
      ->type_name("FILE");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
