#include "passes/rebuild.h"

#include <algorithm>

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

std::optional<Program> rebuild(const Program& program, const Wants& wants, const Replace& replace) {
  const Graph& from = *program.graph;
  const std::vector<bool> live = program.live_nodes();
  const bool all_live = std::find(live.begin(), live.end(), false) == live.end();
  uint32_t first = 0;  // wanted
  while (first < from.size() &&
         !(live[first] && from.node(first).op->kind != Kind::input && wants(program, first)))
    first++;
  if (first == from.size()) return all_live ? std::nullopt : std::optional(copy_live(program, live));
  Program out;
  out.name = program.name;
  Graph& to = *out.graph;
  CopyMap copies(from, to);
  constexpr uint32_t ahead = 8;
  bool replaced = false, distinct = true;  // distinct: every node so far is one node of `from` again
  for (uint32_t id = 0; id < from.size(); id++) {
    if (!live[id]) continue;
    copies.enter(id);
    if (!distinct && id + ahead < from.size() && live[id + ahead]) copies.expect(id + ahead);
    const std::span<const Value> inputs = copies.inputs(id);
    std::vector<Expr> made;
    if (id >= first && from.node(id).op->kind != Kind::input) {
      const uint32_t size = to.size();
      made = replace(program, id, to, inputs);
      distinct = distinct && made.empty() && to.size() == size;
    }
    if (made.empty()) {
      const Expr same = distinct ? copies.append(id, inputs) : copies.again(id, inputs);
      copies.set(id, same);
      copies.copy_places(id, same.value().node);
    } else {
      replaced = true;
      check_replacement(from, id, made);
      copies.set(id, made);
      for (const Expr& expr : made) copies.copy_places(id, expr.value().node);
    }
  }
  if (!replaced && all_live) return std::nullopt;
  to.set_current_place(0);
  out.outputs = copies.outputs(program.outputs);
  return out;
}

}  // namespace wengert
