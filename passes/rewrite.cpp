#include "passes/rewrite.h"

#include "ir/ops/leaves.h"
#include "passes/rebuild.h"

namespace wengert {
namespace {

// A value that a row put is looked at again, by rows for its own op, so many times at most.
constexpr int most_steps_at_a_node = 16;

// Constants last, else by id.
bool is_ordered(Graph& graph, std::span<const Value> inputs) {
  const bool first_constant = constant_value(Expr(graph, inputs[0])).has_value();
  const bool second_constant = constant_value(Expr(graph, inputs[1])).has_value();
  return first_constant != second_constant ? second_constant : inputs[0] <= inputs[1];
}

bool can_order(const Node& node) { return node.op->commutative && node.input_count == 2; }

// One round. The first tries every node; the others those among the rows' by-products that want it, and nodes
// with something changed in what they are made of: whether a row fits depends on nothing else.
class Round {
 public:
  Round(const RowTable& rows, const PassOptions& options, const std::vector<bool>& wanted)
      : rows_(rows), options_(options), wanted_(wanted), changed_(wanted.size()) {}
  uint32_t applied = 0;

  // Whether a row fits a node as it stands, or its operands are out of order.
  static bool wants(const RowTable& rows, const PassOptions& options, Graph& graph, uint32_t id) {
    const Node& node = graph.node(id);
    if (node.types->size() != 1) return false;
    const std::span<const Value> inputs = graph.inputs(id);
    return (can_order(node) && !is_ordered(graph, inputs)) ||
           rows.fits({node.op, node.attributes, inputs, &(*node.types)[0]}, graph, options);
  }

  std::vector<Expr> replace(const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
    const Node& node = from.graph->node(id);
    for (Value input : from.graph->inputs(id)) changed_[id] = changed_[id] || changed_[input.node];
    if (node.types->size() != 1 || !(wanted_[id] || changed_[id])) return {};
    const uint32_t first_made = to.size();
    Expr made = rows_.apply({node.op, node.attributes, inputs, &(*node.types)[0]}, to, options_);
    if (made.absent()) return ordered(id, node, to, inputs);
    applied++;
    changed_[id] = true;
    bool settled = false;
    for (int step = 1; step < most_steps_at_a_node; step++) {
      // The matched node may be older than `to`'s end: what stands for it is then already as simple as it
      // gets.
      const Node now = to.node(made.value().node);
      if (now.types->size() != 1 || now.op->kind == Kind::input) break;
      const std::vector<Value> operands(to.inputs(made.value().node).begin(),
                                        to.inputs(made.value().node).end());
      const Type type = (*now.types)[0];
      const Expr next = rows_.apply({now.op, now.attributes, operands, &type}, to, options_);
      if (next.absent()) {
        settled = !can_order(now) || is_ordered(to, operands);
        break;
      }
      made = next;
      applied++;
    }
    for (uint32_t by_product = first_made; by_product < to.size(); by_product++)
      if (!(settled && by_product == made.value().node) && wants(rows_, options_, to, by_product))
        next_wanted_.push_back(by_product);
    return {made};
  }

  // Of the nodes of the round's result, those that the next round has to try.
  std::vector<bool> next_wanted(uint32_t size) const {
    std::vector<bool> out(size);
    for (uint32_t id : next_wanted_) out[id] = true;
    return out;
  }

 private:
  std::vector<Expr> ordered(uint32_t id, const Node& node, Graph& to, std::span<const Value> inputs) {
    if (!can_order(node) || is_ordered(to, inputs)) return {};
    changed_[id] = true;
    const Value exchanged[2] = {inputs[1], inputs[0]};
    return {to.make(*node.op, exchanged, *node.attributes)};
  }

  const RowTable& rows_;
  const PassOptions& options_;
  const std::vector<bool>& wanted_;
  std::vector<bool> changed_;
  std::vector<uint32_t> next_wanted_;
};

}  // namespace

std::optional<Program> rewrite(const Program& program, const RowTable& rows, const PassOptions& options,
                               RewriteReport* report) {
  RewriteReport local;
  RewriteReport& said = report ? *report : local;
  said = {};
  std::optional<Program> out;
  std::vector<bool> wanted(program.graph->size(), true);
  for (; said.rounds < most_rewrite_rounds; said.rounds++) {
    Round round(rows, options, wanted);
    std::optional<Program> next = rebuild(
        out ? *out : program,
        [&](const Program& from, uint32_t id) {
          return out ? wanted[id] : Round::wants(rows, options, *from.graph, id);
        },
        [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
          return round.replace(from, id, to, inputs);
        });
    if (next) out = std::move(next);
    said.applied += round.applied;
    said.reached_limit = round.applied != 0;
    if (round.applied == 0) break;
    wanted = round.next_wanted(out->graph->size());
  }
  return out;
}

}  // namespace wengert
