// Shrinking: outputs are dropped, then nodes are replaced by zeros, an operand or an input of their type,
// from the last to the first, for as long as the program still fails.
#include "ir/ops/leaves.h"
#include "passes/passes.h"
#include "passes/rebuild.h"
#include "random_program.h"

namespace wengert::fuzz {
namespace {

Program with_outputs(const Program& program, const std::vector<Output>& outputs) {
  Program out = bind(program, {});
  out.outputs = outputs;
  return run_pass(remove_dead_nodes, out);
}

// `node` becomes its `choice`-th substitute; nothing when there are fewer.
std::optional<Program> replaced(const Program& program, uint32_t node, size_t choice) {
  bool done = false;
  std::optional<Program> out = rebuild(
      program, [&](const Program&, uint32_t id) { return id == node; },
      [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) -> std::vector<Expr> {
        if (id != node || from.graph->node(id).types->size() != 1) return {};
        const Type& type = (*from.graph->node(id).types)[0];
        std::vector<Expr> substitutes;
        for (Value input : inputs)
          if (to.type(input) == type) substitutes.push_back(Expr(to, input));
        for (Value input : to.inputs())
          if (to.type(input) == type) substitutes.push_back(Expr(to, input));
        substitutes.push_back(zeros(to, type));
        if (choice >= substitutes.size()) return {};
        done = true;
        return {substitutes[choice]};
      });
  if (!done) return std::nullopt;
  return run_pass(remove_dead_nodes, *out);
}

}  // namespace

Program shrink(const Program& program, const std::function<bool(const Program&)>& fails) {
  Program best = run_pass(remove_dead_nodes, program);
  if (!fails(best)) return bind(program, {});
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t i = 0; i < best.outputs.size() && best.outputs.size() > 1;) {
      std::vector<Output> fewer = best.outputs;
      fewer.erase(fewer.begin() + static_cast<int64_t>(i));
      Program candidate = with_outputs(best, fewer);
      if (fails(candidate))
        best = std::move(candidate), smaller = true;
      else
        i++;
    }
    for (uint32_t id = best.graph->size(); id-- > 0;) {
      for (size_t choice = 0; id < best.graph->size(); choice++) {
        std::optional<Program> candidate = replaced(best, id, choice);
        if (!candidate) break;
        if (candidate->graph->size() >= best.graph->size() || !fails(*candidate)) continue;
        best = std::move(*candidate);
        smaller = true;
        break;
      }
    }
  }
  return best;
}

}  // namespace wengert::fuzz
