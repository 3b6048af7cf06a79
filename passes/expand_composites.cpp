#include <fmt/format.h>

#include "ir/op.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {

// Composites may expand to composites; deeper nesting than this is one that expands to itself.
static constexpr int most_levels = 64;

static bool is_composite(const Program& program, uint32_t id) {
  return program.graph->node(id).op->kind == Kind::composite;
}

std::optional<Program> expand_composites(const Program& program, const PassOptions&) {
  std::optional<Program> out;
  for (int level = 0; level < most_levels; level++) {
    const Op* expanded = nullptr;
    std::optional<Program> next = rebuild(
        out ? *out : program, is_composite,
        [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) -> std::vector<Expr> {
          if (!is_composite(from, id)) return {};
          const Node& node = from.graph->node(id);
          expanded = node.op;
          std::vector<Expr> operands;
          for (Value input : inputs) operands.push_back(Expr(to, input));
          return node.op->expand(operands, *node.attributes);
        });
    if (next) out = std::move(next);
    if (!expanded) return out;
    if (level + 1 == most_levels)
      throw Error(Code::internal,
                  fmt::format("the composite op {} still expands to composites after {} levels",
                              expanded->name, most_levels));
  }
  return out;
}

}  // namespace wengert
