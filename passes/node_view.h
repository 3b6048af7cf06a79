// A node as the derivative drivers see it, and composites taken apart where they stand.
#pragma once
#include <vector>

#include "ir/graph.h"
#include "ir/op.h"

namespace wengert {

struct NodeView {
  const Op& op;
  const Attributes& attributes;
  std::vector<Expr> inputs, outputs;
  NodeView(Graph& graph, uint32_t id);
};

/// What a composite expands to, with a stand-in (a variable) for each chosen operand. All that is made of the
/// stand-ins comes after them, and is the expansion's alone: a walk from them to the results meets neither
/// the graph before nor what makes one operand of another.
struct Expansion {
  std::vector<Expr> results;
  std::vector<Expr> stand_ins;
  std::vector<size_t> operands;  ///< the operand each is for; equal operands share the first one's
};
Expansion expand_apart(const NodeView& node, const std::vector<bool>& chosen);

}  // namespace wengert
