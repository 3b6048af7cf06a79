#include "passes/rewrite.h"

#include "ir/ops/leaves.h"
#include "passes/rebuild.h"

namespace wengert {
namespace {

// A value that a row put is looked at again, by rows for its own op, so many times at most.
constexpr int most_steps_at_a_node = 16;

// Constants last, else by id. True when the two were exchanged.
bool order_operands(Graph& graph, std::span<Value> inputs) {
  const bool first_constant = constant_value(Expr(graph, inputs[0])).has_value();
  const bool second_constant = constant_value(Expr(graph, inputs[1])).has_value();
  if (first_constant != second_constant ? second_constant : inputs[0] <= inputs[1]) return false;
  std::swap(inputs[0], inputs[1]);
  return true;
}

class Round {
 public:
  Round(const RowTable& rows, const PassOptions& options) : rows_(rows), options_(options) {}
  uint32_t applied = 0;

  std::vector<Expr> replace(const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
    const Node& node = from.graph->node(id);
    if (node.types->size() != 1) return {};
    const Row* row = nullptr;
    Expr made = rows_.apply({node.op, node.attributes, inputs, &(*node.types)[0]}, to, options_, &row);
    if (made.absent()) return ordered(node, to, inputs);
    applied++;
    for (int step = 1; step < most_steps_at_a_node; step++) {
      // The matched node may be older than `to`'s end: what stands for it is then already as simple as it
      // gets.
      const Node& now = to.node(made.value().node);
      if (now.types->size() != 1 || now.op->kind == Kind::input) break;
      const std::vector<Value> operands(to.inputs(made.value().node).begin(),
                                        to.inputs(made.value().node).end());
      const Type type = (*now.types)[0];
      const Expr next = rows_.apply({now.op, now.attributes, operands, &type}, to, options_, &row);
      if (next.absent()) break;
      made = next;
      applied++;
    }
    return {made};
  }

 private:
  std::vector<Expr> ordered(const Node& node, Graph& to, std::span<const Value> inputs) {
    if (!node.op->commutative || inputs.size() != 2) return {};
    Value pair[2] = {inputs[0], inputs[1]};
    if (!order_operands(to, pair)) return {};
    return {to.make(*node.op, std::span<const Value>(pair, 2), *node.attributes)};
  }

  const RowTable& rows_;
  const PassOptions& options_;
};

}  // namespace

Program rewrite(const Program& program, const RowTable& rows, const PassOptions& options,
                RewriteReport* report) {
  RewriteReport local;
  RewriteReport& said = report ? *report : local;
  said = {};
  Program out;
  const Program* current = &program;
  for (; said.rounds < most_rewrite_rounds; said.rounds++) {
    Round round(rows, options);
    out = rebuild(*current, [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
      return round.replace(from, id, to, inputs);
    });
    current = &out;
    said.applied += round.applied;
    said.reached_limit = round.applied != 0;
    if (round.applied == 0) break;
  }
  return out;
}

}  // namespace wengert
