#include "ir/evaluate.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/evaluate_kinds.h"
#include "ir/op.h"
#include "ir/symbols.h"

namespace wengert {
namespace {

std::string bracketed(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::vector<uint32_t> last_uses(const Program& program, const std::vector<bool>& live) {
  const Graph& graph = *program.graph;
  std::vector<uint32_t> last(graph.size(), 0);
  for (uint32_t id = 0; id < graph.size(); id++)
    if (live[id])
      for (Value input : graph.inputs(id)) last[input.node] = id;
  for (const Output& output : program.outputs) last[output.value.node] = Value::none;
  return last;
}

}  // namespace

bool learn_symbols(const Shape& shape, const std::vector<int64_t>& numbers, Bindings& bindings) {
  bool found = false;
  for (size_t i = 0; i < std::min(shape.size(), numbers.size()); i++) {
    const std::optional<Extent::Linear> linear = shape[i].bind(bindings).as_linear();
    if (!linear || (numbers[i] - linear->offset) % linear->scale != 0) continue;
    found |= bindings.try_emplace(linear->symbol, (numbers[i] - linear->offset) / linear->scale).second;
  }
  return found;
}

Bindings bind_symbols(const Program& program, std::span<const Tensor> arguments, const Bindings& known) {
  const Graph& graph = *program.graph;
  const std::vector<Value>& inputs = program.inputs();
  if (arguments.size() != inputs.size())
    throw Error(Code::argument,
                fmt::format("{} takes {} arguments, not {}", program.name, inputs.size(), arguments.size()));
  for (size_t i = 0; i < inputs.size(); i++) {
    const Type& type = graph.type(inputs[i]);
    if (arguments[i].dtype != type.dtype || static_cast<int64_t>(arguments[i].shape.size()) != type.rank())
      throw Error(Code::type, fmt::format("the argument '{}' must be {}, not {}{}",
                                          graph.input_name(inputs[i]), text(type), name(arguments[i].dtype),
                                          arguments[i].shape.empty() ? "" : bracketed(arguments[i].shape)));
  }
  Bindings bindings = known;
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < inputs.size(); i++)
      more |= learn_symbols(graph.type(inputs[i]).shape, arguments[i].shape, bindings);
  }
  for (size_t i = 0; i < inputs.size(); i++) {
    const Shape& shape = graph.type(inputs[i]).shape;
    for (size_t axis = 0; axis < shape.size(); axis++) {
      const Extent bound = shape[axis].bind(bindings);
      if (bound.is(arguments[i].shape[axis])) continue;
      const std::string label = graph.input_name(inputs[i]);
      if (const auto linear = bound.as_linear())
        throw Error(
            Code::type,
            fmt::format("the argument '{}' has shape {}, but axis {} must be {}, which no whole {} gives",
                        label, bracketed(arguments[i].shape), axis, bound.text(), linear->symbol));
      if (!bound.is_number())
        throw Error(Code::argument,
                    fmt::format("the extent {} of the argument '{}' is not decided by the shapes; bind its "
                                "symbols",
                                shape[axis].text(), label));
      throw Error(Code::type,
                  fmt::format("the argument '{}' has shape {}, but axis {} must be {}{}", label,
                              bracketed(arguments[i].shape), axis, shape[axis].text(),
                              shape[axis].is_number() ? "" : fmt::format(" = {}", *bound.number())));
    }
  }
  for (const auto& [symbol, value] : bindings)
    if (value < 0) throw Error(Code::size, fmt::format("the symbol {} is negative: {}", symbol, value));
  for (const std::string& symbol : program.symbols())
    if (!bindings.contains(symbol))
      throw Error(Code::argument,
                  fmt::format("the symbol {} has no value: no argument's shape decides it; bind it", symbol));
  for (const Check& check : program.checks()) {
    if (check.not_negative.evaluate(bindings) >= 0) continue;
    std::vector<std::string> names;
    check.not_negative.collect_symbols(names);
    std::string values;
    for (const std::string& name : names)
      values += fmt::format("{}{} = {}", values.empty() ? "" : ", ", name, bindings.at(name));
    throw Error(Code::size, fmt::format("{}, with {}", check.what, values), check.place);
  }
  return bindings;
}

Evaluation evaluate(const Program& program, std::span<const Tensor> arguments, const Bindings& known) {
  check_sizes(program);
  const Bindings bindings = bind_symbols(program, arguments, known);
  const Graph& graph = *program.graph;
  const std::vector<bool> live = program.live_nodes();
  const std::vector<uint32_t> last = last_uses(program, live);
  EvaluationContext context{bindings, {}, 0};
  ValueTable values(graph);
  for (size_t i = 0; i < arguments.size(); i++) values[program.inputs()[i]] = arguments[i];
  for (uint32_t id = 0; id < graph.size(); id++) {
    const Node& node = graph.node(id);
    if (!live[id] || node.op->kind == Kind::input) continue;
    try {
      values.evaluate(context, id);
    } catch (const Error& e) {
      if (e.place().known()) throw;
      throw Error(e.code(), e.message(), graph.place(id));
    }
    for (Value input : graph.inputs(id))
      if (last[input.node] == id) std::ranges::fill(values.of(input.node), Tensor());
  }
  Evaluation out;
  for (const Output& output : program.outputs) out.outputs.push_back(values[output.value]);
  out.flags = context.flags;
  return out;
}

}  // namespace wengert
