#include "ir/ops/leaves.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {

static bool is_mark(const Program& program, uint32_t id) {
  const Op* op = program.graph->node(id).op;
  return op == &ops::stop_gradient || op == &ops::variable;
}

std::optional<Program> drop_gradient_marks(const Program& program, const PassOptions&) {
  return rebuild(
      program, is_mark,
      [](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) -> std::vector<Expr> {
        if (!is_mark(from, id)) return {};
        return {Expr(to, inputs[0])};
      });
}

}  // namespace wengert
