#include "ir/evaluate_kinds.h"
#include "ir/op.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {
namespace {

constexpr int64_t most_operand_elements = 1 << 16;

// The number of elements, when every extent is a number (0 times a symbol is not).
std::optional<int64_t> known_count(const Type& type) {
  for (const Extent& extent : type.shape)
    if (!extent.is_number()) return std::nullopt;
  try {
    return element_count(type.shape).number();
  } catch (const Error&) {  // over 64 bits
    return std::nullopt;
  }
}

// A constant, or a broadcast of one that isn't too large.
bool is_known(const Graph& graph, Value value) {
  uint32_t id = value.node;
  while (graph.node(id).op == &ops::broadcast_in_dim) id = graph.inputs(id)[0].node;
  if (graph.node(id).op != &ops::constant) return false;
  const std::optional<int64_t> count = known_count(graph.type(value));
  return count && *count <= most_operand_elements;
}

// Whether the node can be folded on these operands of `graph`.
bool can_fold(const Node& node, const Graph& graph, std::span<const Value> inputs) {
  if (node.op->kind == Kind::constant || node.op == &ops::broadcast_in_dim || !node.op->interned)
    return false;
  if (inputs.empty() || node.types->size() != 1) return false;
  for (Value input : inputs)
    if (!is_known(graph, input)) return false;
  const std::optional<int64_t> count = known_count((*node.types)[0]);
  if (!count || *count > most_folded_elements) return false;
  for (const auto& [name, value] : node.attributes->entries())
    if (const Shape* shape = std::get_if<Shape>(&value))
      for (const Extent& extent : *shape)
        if (!extent.is_number()) return false;
  return true;
}

Tensor value_of(const Graph& graph, Value value) {
  std::vector<uint32_t> chain = {value.node};
  while (graph.node(chain.back()).op == &ops::broadcast_in_dim)
    chain.push_back(graph.inputs(chain.back())[0].node);
  Tensor out = graph.node(chain.back()).attributes->get<Tensor>("value");
  const Bindings none;
  EvaluationContext context{none, {}, 0};
  for (size_t i = chain.size() - 1; i-- > 0;) {
    const Tensor* operand = &out;
    Tensor repeated;
    evaluate_node(context, graph, chain[i], {&operand, 1}, {&repeated, 1});
    out = std::move(repeated);
  }
  return out;
}

// One repeated value stays a broadcast scalar.
Expr literal(Graph& graph, Tensor value) {
  if (value.count() == 1 || !value.is_uniform()) return constant(graph, std::move(value));
  return broadcast_to(constant(graph, value.element(0)), Shape(value.shape.begin(), value.shape.end()));
}

std::vector<Expr> fold(const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
  if (!can_fold(from.graph->node(id), to, inputs)) return {};
  std::vector<Tensor> values;
  for (Value input : inputs) values.push_back(value_of(to, input));
  std::vector<const Tensor*> operands;
  for (const Tensor& value : values) operands.push_back(&value);
  const Bindings none;
  EvaluationContext context{none, {}, 0};
  Tensor result;
  evaluate_node(context, *from.graph, id, operands, {&result, 1});
  if (context.flags != 0) return {};
  return {literal(to, std::move(result))};
}

}  // namespace

std::optional<Program> fold_constants(const Program& program, const PassOptions&) {
  return rebuild(
      program,
      [](const Program& from, uint32_t id) {
        return can_fold(from.graph->node(id), *from.graph, from.graph->inputs(id));
      },
      fold);
}

}  // namespace wengert
