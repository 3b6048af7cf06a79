#include "ir/verify.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "ir/op.h"

namespace wengert {
namespace {

[[noreturn]] void broken(const Graph& graph, uint32_t id, const std::string& why) {
  throw Error(Code::internal, fmt::format("%{} = {}: {}", id, graph.node(id).op->name, why), graph.place(id));
}

void check_operands(const Graph& graph, uint32_t id) {
  const Node& node = graph.node(id);
  if (node.op->arity >= 0 && static_cast<uint32_t>(node.op->arity) != node.input_count)
    broken(graph, id, fmt::format("has {} operands, not {}", node.input_count, node.op->arity));
  for (Value operand : graph.inputs(id)) {
    if (operand.node >= id)
      broken(graph, id, fmt::format("its operand %{} does not come before it", operand.node));
    if (operand.result >= graph.node(operand.node).types->size())
      broken(graph, id, fmt::format("%{} has no result {}", operand.node, operand.result));
  }
}

void check_types(const Graph& graph, uint32_t id, std::vector<const Type*>& operands) {
  const Node& node = graph.node(id);
  operands.clear();
  for (Value operand : graph.inputs(id)) operands.push_back(&graph.type(operand));
  std::vector<Type> types;
  try {
    types = node.op->type(Call{*node.op, operands, *node.attributes});
  } catch (const Error& e) { broken(graph, id, "its op refuses it: " + e.message()); }
  if (types != *node.types) broken(graph, id, "its result types are not what its op's rule gives");
}

struct SameCall {
  const Graph* graph;
  size_t operator()(uint32_t id) const {
    size_t h = reinterpret_cast<size_t>(graph->node(id).op) ^
               (reinterpret_cast<size_t>(graph->node(id).attributes) * 31);
    for (Value v : graph->inputs(id))
      h = (h ^ (v.node + (static_cast<size_t>(v.result) << 32))) * 0x9E3779B97F4A7C15ull;
    return h ^ (h >> 29);
  }
  bool operator()(uint32_t a, uint32_t b) const {
    const Node &x = graph->node(a), &y = graph->node(b);
    if (x.op != y.op || x.attributes != y.attributes) return false;
    return std::ranges::equal(graph->inputs(a), graph->inputs(b));
  }
};

}  // namespace

void verify(const Program& program) {
  const Graph& graph = *program.graph;
  std::vector<const Type*> operands;
  std::unordered_set<uint32_t, SameCall, SameCall> calls(graph.size(), SameCall{&graph}, SameCall{&graph});
  std::unordered_set<std::string> names;
  size_t inputs = 0;
  for (uint32_t id = 0; id < graph.size(); id++) {
    check_operands(graph, id);
    check_types(graph, id, operands);
    if (graph.node(id).op->kind == Kind::input) {
      if (!names.insert(graph.input_name({id, 0})).second) broken(graph, id, "another input has its name");
      if (inputs >= graph.inputs().size() || graph.inputs()[inputs++] != Value{id, 0})
        broken(graph, id, "is not among the graph's inputs");
    }
    if (!graph.node(id).op->interned) continue;
    if (auto [first, added] = calls.insert(id); !added) broken(graph, id, fmt::format("repeats %{}", *first));
  }
  names.clear();
  for (const Output& output : program.outputs) {
    if (output.value.node >= graph.size() ||
        output.value.result >= graph.node(output.value.node).types->size())
      throw Error(Code::internal, fmt::format("the output '{}' is %{}.{}, which is not in the program",
                                              output.name, output.value.node, output.value.result));
    if (!names.insert(output.name).second)
      throw Error(Code::internal, fmt::format("two outputs are named '{}'", output.name));
  }
}

}  // namespace wengert
