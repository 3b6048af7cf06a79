#include "ir/verify.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include <fmt/format.h>

#include "ir/hash.h"
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

void check_types(const Graph& graph, uint32_t id, std::vector<const Type*>& operands, TypeCache& known) {
  const Node& node = graph.node(id);
  operands.clear();
  for (Value operand : graph.inputs(id)) operands.push_back(&graph.type(operand));
  if (known.find(*node.op, node.attributes, operands) == node.types) return;
  std::vector<Type> types;
  try {
    types = node.op->type(Call{*node.op, operands, *node.attributes});
  } catch (const Error& e) { broken(graph, id, "its op refuses it: " + e.message()); }
  if (types != *node.types) broken(graph, id, "its result types are not what its op's rule gives");
  known.add(*node.op, node.attributes, operands, node.types);
}

// The calls seen so far: open addressing over their ids.
class Calls {
 public:
  explicit Calls(const Graph& graph)
      : graph_(graph), table_(std::bit_ceil(std::max<size_t>(16, size_t{2} * graph.size())), Value::none) {}

  /// The node that makes the same call, which is `id` itself when it is the first one.
  uint32_t first(uint32_t id) {
    size_t at = hash(id) & (table_.size() - 1);
    for (; table_[at] != Value::none; at = (at + 1) & (table_.size() - 1))
      if (same(table_[at], id)) return table_[at];
    return table_[at] = id;
  }

 private:
  size_t hash(uint32_t id) const {
    size_t h = mixed(mixed(0, graph_.node(id).op), graph_.node(id).attributes);
    for (Value v : graph_.inputs(id)) h = mixed(h, v.node + (static_cast<size_t>(v.result) << 32));
    return h;
  }
  bool same(uint32_t a, uint32_t b) const {
    const Node &x = graph_.node(a), &y = graph_.node(b);
    if (x.op != y.op || x.attributes != y.attributes) return false;
    return std::ranges::equal(graph_.inputs(a), graph_.inputs(b));
  }
  const Graph& graph_;
  std::vector<uint32_t> table_;
};

}  // namespace

void verify(const Program& program) {
  const Graph& graph = *program.graph;
  std::vector<const Type*> operands;
  TypeCache known;
  Calls calls(graph);
  std::unordered_set<std::string> names;
  size_t inputs = 0;
  for (uint32_t id = 0; id < graph.size(); id++) {
    check_operands(graph, id);
    check_types(graph, id, operands, known);
    if (graph.node(id).op->kind == Kind::input) {
      if (!names.insert(graph.input_name({id, 0})).second) broken(graph, id, "another input has its name");
      if (inputs >= graph.inputs().size() || graph.inputs()[inputs++] != Value{id, 0})
        broken(graph, id, "is not among the graph's inputs");
    }
    if (!graph.node(id).op->interned) continue;
    if (const uint32_t first = calls.first(id); first != id)
      broken(graph, id, fmt::format("repeats %{}", first));
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
