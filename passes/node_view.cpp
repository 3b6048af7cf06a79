#include "passes/node_view.h"

#include <algorithm>

#include "ir/ops/leaves.h"

namespace wengert {

NodeView::NodeView(Graph& graph, uint32_t id)
    : op(*graph.node(id).op), attributes(*graph.node(id).attributes) {
  for (Value input : graph.inputs(id)) inputs.push_back(Expr(graph, input));
  for (uint32_t r = 0; r < graph.node(id).types->size(); r++) outputs.push_back(Expr(graph, {id, r}));
}

Expansion expand_apart(const NodeView& node, const std::vector<bool>& chosen) {
  Expansion out;
  std::vector<Expr> operands = node.inputs;
  for (size_t i = 0; i < operands.size(); i++) {
    if (!chosen[i]) continue;
    const auto same = std::find_if(out.operands.begin(), out.operands.end(),
                                   [&](size_t k) { return node.inputs[k].same(node.inputs[i]); });
    if (same == out.operands.end()) {
      out.operands.push_back(i);
      out.stand_ins.push_back(variable(node.inputs[i]));
      operands[i] = out.stand_ins.back();
    } else {
      operands[i] = operands[*same];
    }
  }
  out.results = node.op.expand(operands, node.attributes);
  return out;
}

}  // namespace wengert
