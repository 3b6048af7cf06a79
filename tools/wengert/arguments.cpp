#include "tools/wengert/arguments.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frontend/io/argument.h"
#include "frontend/language/source.h"
#include "ir/error.h"
#include "tools/wengert/messages.h"

namespace wengert::tool {

std::vector<GivenArgument> parse_arguments(const std::vector<std::string>& items) {
  std::vector<GivenArgument> given;
  for (const std::string& item : items) {
    auto [name, value] = split_argument(item);
    if (std::any_of(given.begin(), given.end(),
                    [&](const GivenArgument& other) { return other.name == name; }))
      throw Error(Code::argument, fmt::format("the argument {} is given twice", name));
    given.push_back({std::move(name), std::move(value)});
  }
  return given;
}

static std::vector<std::string> input_names(const Program& program) {
  std::vector<std::string> names;
  for (const Value input : program.inputs()) names.push_back(program.graph->input_name(input));
  return names;
}

static std::string signature(const Program& program) {
  std::string out = program.name + "(";
  for (const Value input : program.inputs())
    out += fmt::format("{}{}: {}", out.back() == '(' ? "" : ", ", program.graph->input_name(input),
                       text(program.graph->type(input)));
  return out + ")";
}

Tensor read_argument(const Program& program, Value input, const std::string& value, bool cast) {
  const std::string& name = program.graph->input_name(input);
  remember_source(argument_source(name), value);
  const Type& type = program.graph->type(input);
  return wengert::read_argument(name, value, type.dtype, cast, type.rank() == 2);
}

std::vector<Tensor> read_arguments(const Program& program, const std::vector<GivenArgument>& given,
                                   bool cast) {
  const Graph& graph = *program.graph;
  for (const GivenArgument& argument : given)
    if (std::none_of(graph.inputs().begin(), graph.inputs().end(),
                     [&](Value input) { return graph.input_name(input) == argument.name; }))
      throw Error(Code::name, fmt::format("there is no input '{}' in {}{}", argument.name, signature(program),
                                          language::suggestion(argument.name, input_names(program))));
  std::vector<Tensor> tensors;
  std::vector<std::string> missing;
  for (const Value input : graph.inputs()) {
    const std::string& name = graph.input_name(input);
    const auto found = std::find_if(given.begin(), given.end(),
                                    [&](const GivenArgument& argument) { return argument.name == name; });
    if (found == given.end()) {
      missing.push_back(name);
      continue;
    }
    tensors.push_back(read_argument(program, input, found->value, cast));
  }
  if (!missing.empty())
    throw Error(Code::argument,
                fmt::format("{} of {} arguments are missing: {} in {}", missing.size(), graph.inputs().size(),
                            fmt::join(missing, ", "), signature(program)));
  return tensors;
}

}  // namespace wengert::tool
