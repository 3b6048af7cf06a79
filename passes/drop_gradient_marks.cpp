#include "ir/ops/leaves.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {

Program drop_gradient_marks(const Program& program, const PassOptions&) {
  return rebuild(
      program,
      [](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) -> std::vector<Expr> {
        const Op* op = from.graph->node(id).op;
        if (op != &ops::stop_gradient && op != &ops::variable) return {};
        return {Expr(to, inputs[0])};
      });
}

}  // namespace wengert
