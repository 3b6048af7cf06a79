#include "ir/evaluate.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/evaluate_kinds.h"
#include "ir/op.h"

namespace wengert {
namespace {

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
