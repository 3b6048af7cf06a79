// wengert graph: a picture of a function's graph, forward and adjoint nodes told apart, before and after the
// passes.
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "frontend/io/files.h"
#include "tools/wengert/command.h"
#include "tools/wengert/derivative_options.h"
#include "tools/wengert/pass_options.h"
#include "tools/wengert/picture/diagram.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  Derivatives request;
  RunOptions run;
  std::string format = "svg", output;
  bool optimized = false, both = false;
};

int run(const Options& options) {
  Program derived = load_program(options.source);
  std::vector<bool> is_derivative;
  for (const Origin& origin : origins(derived, options.request))
    is_derivative.push_back(origin.part != Part::value);
  derived = derive(std::move(derived), options.request);
  std::vector<Diagram> diagrams;
  const auto add = [&](const Program& program, std::string_view when) {
    diagrams.push_back(make_diagram(program, is_derivative, {}));
    diagrams.back().caption = fmt::format("{} {}: {} nodes", derived.name, when, program.graph->size());
  };
  if (!options.optimized || options.both) add(derived, "as written");
  if (options.optimized || options.both) add(optimize(derived, options.run), "after the passes");
  const std::string picture = options.format == "dot" ? to_dot(diagrams) : to_svg(diagrams);
  if (options.output.empty())
    fmt::print("{}", picture);
  else
    write_file(options.output, picture);
  return ok;
}

}  // namespace

Command add_graph(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("graph", "Draws a function's graph, with derivatives, as SVG or DOT");
  sub->footer("An SVG holds at most 5000 nodes; scalar constants are drawn inside the nodes that read them.");
  add_source_options(*sub, options->source);
  add_derivative_options(*sub, options->request);
  sub->add_flag("--optimized", options->optimized, "Draw the graph behind the passes that compiling runs");
  sub->add_flag("--both", options->both, "Draw it before and after the passes, side by side");
  add_pass_options(*sub, options->run);
  sub->add_option("--format", options->format, "svg or dot")
      ->check(CLI::IsMember({"svg", "dot"}))
      ->capture_default_str();
  sub->add_option("-o", options->output, "Write to this file instead of the standard output")
      ->type_name("FILE");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
