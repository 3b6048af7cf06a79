// Which elements of a matrix somebody wants, where the last two axes are its rows and columns: results of
// products that every reader masks out are not computed. A mask is a comparison of two iotas.
//
// Invariant: what is not wanted decides nothing that leaves the kernel; what lies there may be anything.
#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert {
namespace {

// The axis along which a value counts its elements, or -1.
int64_t counted_axis(const Graph& graph, Value value) {
  std::vector<uint32_t> spread;  // broadcasts of it, the outermost first
  while (graph.node(value.node).op == &ops::broadcast_in_dim) {
    spread.push_back(value.node);
    value = graph.inputs(value.node)[0];
  }
  if (graph.node(value.node).op != &ops::iota) return -1;
  int64_t axis = graph.node(value.node).attributes->get<int64_t>("axis");
  Extent extent = graph.type(value).shape[axis];
  for (size_t i = spread.size(); i-- > 0;) {
    axis = graph.node(spread[i]).attributes->axes("dimensions")[axis];
    if (graph.type({spread[i], 0}).shape[axis] != extent) return -1;
  }
  return axis;
}

// Triangles that hold all elements for which the mask has the given truth.
Triangles triangles_of(const Graph& graph, Value mask, bool truth) {
  const Node* node = &graph.node(mask.node);
  if (graph.type(mask).rank() < 2) return no_triangle;
  int64_t row = static_cast<int64_t>(graph.type(mask).shape.size()) - 2, column = row + 1;
  if (node->op == &ops::broadcast_in_dim) {
    const Axes& dimensions = node->attributes->axes("dimensions");
    const Value from = graph.inputs(mask.node)[0];
    const auto size = static_cast<int64_t>(dimensions.size());
    if (size < 2 || dimensions[size - 2] != row || dimensions[size - 1] != column) return no_triangle;
    row = size - 2, column = size - 1;
    mask = from;
    node = &graph.node(mask.node);
  }
  if (node->op != &ops::less && node->op != &ops::less_equal && node->op != &ops::equal &&
      node->op != &ops::not_equal)
    return no_triangle;
  const int64_t a = counted_axis(graph, graph.inputs(mask.node)[0]),
                b = counted_axis(graph, graph.inputs(mask.node)[1]);
  if (!(a == row && b == column) && !(a == column && b == row)) return no_triangle;
  if (node->op == &ops::equal) return truth ? both_triangles : no_triangle;
  if (node->op == &ops::not_equal) return truth ? no_triangle : both_triangles;
  return (a == row) == truth ? upper_triangle : lower_triangle;
}

}  // namespace

std::vector<Triangles> wanted_triangles(const Plan& plan) {
  const Graph& graph = *plan.program->graph;
  std::vector<Triangles> out(graph.size(), both_triangles);  // of nothing that is wanted
  for (const Output& output : plan.program->outputs) out[output.value.node] = no_triangle;
  for (uint32_t id = graph.size(); id-- > 0;) {
    if (plan.roles[id] == Role::dead) continue;
    const Node& node = graph.node(id);
    const std::span<const Value> inputs = graph.inputs(id);
    for (size_t i = 0; i < inputs.size(); i++) {
      Triangles wanted = no_triangle;
      if (node.op->kind == Kind::elementwise && graph.type(inputs[i]).shape == graph.type({id, 0}).shape) {
        wanted = out[id];
        if (node.op == &ops::select && i > 0) wanted |= triangles_of(graph, inputs[0], i == 1);
      }
      out[inputs[i].node] &= wanted;
    }
  }
  return out;
}

}  // namespace wengert
