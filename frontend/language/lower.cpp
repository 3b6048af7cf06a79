#include "frontend/language/lower.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/function.h"
#include "frontend/language/builder.h"

namespace wengert::language {
namespace {

void add_outputs(Program& program, const Datum& datum, const std::string& name) {
  const Sequence* tuple = datum.as<Sequence>();
  if (!tuple || tuple->list) {
    program.outputs.push_back({unused_name(program, name), array_of(*program.graph, datum).expr.value()});
    return;
  }
  for (size_t i = 0; i < tuple->parts.size(); i++)
    add_outputs(program, tuple->parts[i],
                tuple->names.empty() ? fmt::format("{}_{}", name, i) : tuple->names[i]);
}

}  // namespace

std::vector<Signature> signatures(const Module& module) {
  std::vector<Signature> out;
  for (const FunctionSyntax& f : module.functions) {
    Signature signature{
        std::string(f.name), {}, {}, symbols_of(module, f), module.source->place(f.span.begin)};
    for (const NamedType& p : f.parameters)
      signature.parameters.push_back({std::string(p.name), std::string(module.source->text(p.type.span))});
    for (const NamedType& r : f.results)
      signature.results.push_back(
          {std::string(f.several ? r.name : f.name), std::string(module.source->text(r.type.span))});
    if (!f.states_results) signature.results.push_back({std::string(f.name), ""});
    out.push_back(std::move(signature));
  }
  return out;
}

Program lower(const Module& module, std::string_view function, const Bindings& binds) {
  const FunctionSyntax& f = module.function(function);
  Program program;
  program.name = function;
  Builder builder(module, *program.graph);
  Frame frame{f};
  builder.check_function(f);
  const std::vector<std::string> symbols = symbols_of(module, f);
  for (const auto& [symbol, value] : binds) {
    if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end())
      throw Error(Code::name,
                  fmt::format("function '{}' has no extent '{}' to bind{}", f.name, symbol,
                              suggestion(symbol, symbols)),
                  module.source->place(f.span.begin));
    if (value < 0)
      throw Error(Code::size, fmt::format("the extent {} cannot be {}", symbol, value),
                  module.source->place(f.span.begin));
  }
  for (const std::string& symbol : symbols) {
    const auto bound = binds.find(symbol);
    frame.extents.emplace(symbol, bound == binds.end() ? Extent::symbol(symbol) : Extent(bound->second));
  }
  for (const NamedType& parameter : f.parameters)
    builder.located(parameter.span, parameter.span.begin, [&] {
      const Type type = builder.type(parameter.type, frame);
      frame.locals.emplace(parameter.name, program.graph->input(parameter.name, type.dtype, type.shape));
    });
  const Datum datum = builder.run_entry(frame);
  const Syntax& root = module.nodes[f.body.root];
  builder.located(root.span, root.focus, [&] {
    add_outputs(program, datum, std::string(f.name));
    if (program.outputs.empty()) throw Error(Code::type, fmt::format("function '{}' has no result", f.name));
  });
  return program;
}

}  // namespace wengert::language
