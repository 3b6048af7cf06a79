#include "ir/symbols.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/error.h"

namespace wengert {
namespace {

std::string bracketed(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void check_type(const Graph& graph, Value input, const Tensor& argument) {
  const Type& type = graph.type(input);
  if (argument.dtype != type.dtype || static_cast<int64_t>(argument.shape.size()) != type.rank())
    throw Error(Code::type,
                fmt::format("the argument '{}' must be {}, not {}{}", graph.input_name(input), text(type),
                            name(argument.dtype), argument.shape.empty() ? "" : bracketed(argument.shape)));
}

// The extent with what is known of its symbols; of the axis of an input, which an overflow names.
Extent known_part(const Graph& graph, Value input, size_t axis, const Bindings& bindings) {
  const Extent& extent = graph.type(input).shape[axis];
  try {
    return extent.bind(bindings);
  } catch (const Error& e) {
    std::vector<std::string> symbols;
    extent.collect_symbols(symbols);
    throw Error(e.code(),
                fmt::format("axis {} of the argument '{}' is {}: {}{}", axis, graph.input_name(input),
                            extent.text(), e.message(), values_text(symbols, bindings)));
  }
}

// Whether the input's extents told a symbol.
bool learn(const Graph& graph, Value input, const std::vector<int64_t>& numbers, Bindings& bindings) {
  bool found = false;
  for (size_t axis = 0; axis < numbers.size(); axis++) {
    const auto linear = known_part(graph, input, axis, bindings).as_linear();
    int64_t scaled = 0;
    if (!linear || __builtin_sub_overflow(numbers[axis], linear->offset, &scaled)) continue;
    if (scaled % linear->scale != 0) continue;
    found |= bindings.try_emplace(linear->symbol, scaled / linear->scale).second;
  }
  return found;
}

void check_extents(const Graph& graph, Value input, const std::vector<int64_t>& numbers,
                   const Bindings& bindings) {
  for (size_t axis = 0; axis < numbers.size(); axis++) {
    const Extent bound = known_part(graph, input, axis, bindings);
    if (bound.is(numbers[axis])) continue;
    const std::string refused = fmt::format("the argument '{}' has shape {}, but axis {} must be ",
                                            graph.input_name(input), bracketed(numbers), axis);
    if (const auto linear = bound.as_linear())
      throw Error(Code::type,
                  fmt::format("{}{}, which no whole {} gives", refused, bound.text(), linear->symbol));
    const Extent& wanted = graph.type(input).shape[axis];
    if (bound.is_number())
      throw Error(Code::type, fmt::format("{}{}{}", refused, wanted.text(),
                                          wanted.is_number() ? "" : fmt::format(" = {}", *bound.number())));
  }
}

}  // namespace

std::string values_text(const std::vector<std::string>& symbols, const Bindings& bindings) {
  std::string out;
  for (const std::string& symbol : symbols)
    if (const auto found = bindings.find(symbol); found != bindings.end())
      out += fmt::format("{} {} = {}", out.empty() ? ", with" : ",", symbol, found->second);
  return out;
}

void learn_symbols(const Program& program, std::span<const Tensor* const> arguments, Bindings& bindings) {
  const Graph& graph = *program.graph;
  const std::vector<Value>& inputs = program.inputs();
  for (size_t i = 0; i < inputs.size(); i++)
    if (arguments[i]) check_type(graph, inputs[i], *arguments[i]);
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < inputs.size(); i++)
      if (arguments[i]) more |= learn(graph, inputs[i], arguments[i]->shape, bindings);
  }
  for (size_t i = 0; i < inputs.size(); i++)
    if (arguments[i]) check_extents(graph, inputs[i], arguments[i]->shape, bindings);
}

void check_symbols(const Program& program, const Bindings& bindings) {
  for (const auto& [symbol, value] : bindings)
    if (value < 0) throw Error(Code::size, fmt::format("the symbol {} is negative: {}", symbol, value));
  for (const std::string& symbol : program.symbols())
    if (!bindings.contains(symbol))
      throw Error(Code::argument,
                  fmt::format("the symbol {} has no value: no argument's shape decides it; bind it", symbol));
  for (const Check& check : program.checks()) {
    std::vector<std::string> symbols;
    check.not_negative.collect_symbols(symbols);
    const auto refuse = [&](const std::string& what) {
      throw Error(Code::size, what + values_text(symbols, bindings), check.place);
    };
    try {
      if (check.not_negative.evaluate(bindings) >= 0) continue;
    } catch (const Error& e) { refuse(e.message()); }
    refuse(check.what);
  }
}

Bindings bind_symbols(const Program& program, std::span<const Tensor> arguments, const Bindings& known) {
  const std::vector<Value>& inputs = program.inputs();
  if (arguments.size() != inputs.size())
    throw Error(Code::argument,
                fmt::format("{} takes {} arguments, not {}", program.name, inputs.size(), arguments.size()));
  std::vector<const Tensor*> given;
  for (const Tensor& argument : arguments) given.push_back(&argument);
  Bindings bindings = known;
  learn_symbols(program, given, bindings);
  for (Value input : inputs)
    for (const Extent& extent : program.graph->type(input).shape)
      if (!extent.bind(bindings).is_number())
        throw Error(Code::argument,
                    fmt::format("the extent {} of the argument '{}' is not decided by the shapes; bind its "
                                "symbols",
                                extent.text(), program.graph->input_name(input)));
  check_symbols(program, bindings);
  return bindings;
}

}  // namespace wengert
