#include "passes/rebuild.h"

#include <fmt/format.h>

#include "ir/op.h"
#include "passes/copy_map.h"

namespace wengert {

static void check_replacement(const Graph& from, uint32_t node, std::span<const Expr> made) {
  const std::vector<Type>& types = *from.node(node).types;
  if (made.size() != types.size())
    throw Error(Code::internal,
                fmt::format("{} values were put for the {} results of {}", made.size(), types.size(),
                            from.node(node).op->name),
                from.place(node));
  for (size_t i = 0; i < made.size(); i++)
    if (made[i].type() != types[i])
      throw Error(Code::internal,
                  fmt::format("a value of type {} was put for {}, which gives {}", text(made[i].type()),
                              from.node(node).op->name, text(types[i])),
                  from.place(node));
}

Program rebuild(const Program& program, const Replace& replace) {
  const Graph& from = *program.graph;
  Program out;
  out.name = program.name;
  Graph& to = *out.graph;
  CopyMap copies(from, to);
  const std::vector<bool> live = live_nodes(program);
  for (uint32_t id = 0; id < from.size(); id++) {
    if (!live[id]) continue;
    const Node& node = from.node(id);
    const std::span<const Value> inputs = copies.inputs(id);
    copies.enter(id);
    const std::vector<Expr> made =
        node.op->kind == Kind::input ? std::vector<Expr>() : replace(program, id, to, inputs);
    if (made.empty()) {
      const Expr same = copies.again(id);
      copies.set(id, same);
      copies.copy_places(id, same.value().node);
    } else {
      check_replacement(from, id, made);
      copies.set(id, made);
      for (const Expr& expr : made) copies.copy_places(id, expr.value().node);
    }
  }
  to.set_current_place(0);
  out.outputs = copies.outputs(program.outputs);
  return out;
}

}  // namespace wengert
