#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {

std::optional<Program> remove_dead_nodes(const Program& program, const PassOptions&) {
  return rebuild(
      program, [](const Program&, uint32_t) { return false; },
      [](const Program&, uint32_t, Graph&, std::span<const Value>) { return std::vector<Expr>(); });
}

}  // namespace wengert
