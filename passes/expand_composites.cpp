#include <fmt/format.h>

#include "ir/op.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {

// Composites may expand to composites; deeper nesting than this is one that expands to itself.
static constexpr int most_levels = 64;

Program expand_composites(const Program& program, const PassOptions&) {
  Program out;
  const Program* current = &program;
  for (int level = 0; level < most_levels; level++) {
    const Op* expanded = nullptr;
    out = rebuild(
        *current,
        [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) -> std::vector<Expr> {
          const Node& node = from.graph->node(id);
          if (node.op->kind != Kind::composite) return {};
          expanded = node.op;
          std::vector<Expr> operands;
          for (Value input : inputs) operands.push_back(Expr(to, input));
          return node.op->expand(operands, *node.attributes);
        });
    current = &out;
    if (!expanded) return out;
    if (level + 1 == most_levels)
      throw Error(Code::internal,
                  fmt::format("the composite op {} still expands to composites after {} levels",
                              expanded->name, most_levels));
  }
  return out;
}

}  // namespace wengert
