#include "passes/tangents.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/program.h"
#include "passes/accumulate.h"

namespace wengert {
namespace {

struct NodeView {
  const Op& op;
  const Attributes& attributes;
  std::vector<Expr> inputs, outputs;
  std::vector<Cotangent> tangents;
};

// The result's guard where the op moves elements or works element by element; dropped elsewhere.
Expr joined_guard(const NodeView& node) {
  Expr out;
  for (const Cotangent& t : node.tangents) {
    if (t.value.absent()) continue;
    if (t.guard.absent()) return {};
    out = out.absent() ? t.guard : out | t.guard;
  }
  return out;
}

Expr make_like(const NodeView& node, std::span<const Expr> operands) {
  std::vector<Value> values;
  for (const Expr& operand : operands) values.push_back(operand.value());
  return operands[0].graph().make(node.op, values, node.attributes);
}

// The op on the tangents, zeros for the absent ones, operands that are not floats as they are.
Cotangent push_jointly(const NodeView& node) {
  std::vector<Expr> operands;
  for (size_t i = 0; i < node.inputs.size(); i++) {
    const Expr& x = node.inputs[i];
    if (!is_float(x.dtype()))
      operands.push_back(x);
    else
      operands.push_back(node.tangents[i].value.present() ? node.tangents[i].value
                                                          : zeros(x.graph(), x.type()));
  }
  const Expr tangent = make_like(node, operands);
  if (node.op.kind == Kind::elementwise) return {tangent, joined_guard(node)};
  if (node.inputs.size() == 1 && node.tangents[0].guard.present() &&
      (node.op.kind == Kind::movement || node.op.kind == Kind::reshape)) {
    return {tangent, make_like(node, {&node.tangents[0].guard, 1})};
  }
  return {tangent, {}};
}

// Linear in each operand: one term for each that moves.
Cotangent push_each(const NodeView& node) {
  Cotangent out;
  for (size_t i = 0; i < node.inputs.size(); i++) {
    if (node.tangents[i].value.absent()) continue;
    std::vector<Expr> operands = node.inputs;
    operands[i] = node.tangents[i].value;
    const Expr guard = node.op.kind == Kind::elementwise ? node.tangents[i].guard : Expr();
    accumulate(out, {masked(make_like(node, operands), guard), guard});
  }
  return out;
}

Cotangent push_by_partials(const NodeView& node) {
  const std::vector<Expr> partials = node.op.partials(node.inputs, node.outputs[0], node.attributes);
  Cotangent out;
  for (size_t i = 0; i < partials.size(); i++) {
    const Cotangent& t = node.tangents[i];
    if (t.value.absent() || partials[i].absent()) continue;
    accumulate(out, {scaled(t.value, t.guard, partials[i]), t.guard});
  }
  return out;
}

// An op with a bprop alone: it is linear in the cotangent, so pulling the tangent back through it pushes
// forward.
std::vector<Cotangent> push_by_transposing(Graph& graph, const NodeView& node) {
  std::vector<Expr> placeholders, pulled;
  for (const Expr& y : node.outputs) placeholders.push_back(variable(zeros(graph, y.type())));
  const std::vector<Cotangent> rule =
      node.op.bprop ? node.op.bprop(Pull{node.inputs, node.outputs, placeholders, node.attributes})
                    : std::vector<Cotangent>{};
  std::vector<Cotangent> seeds;
  for (size_t i = 0; i < rule.size(); i++) {
    if (rule[i].value.absent() || node.tangents[i].value.absent()) continue;
    pulled.push_back(rule[i].value);
    seeds.push_back({node.tangents[i].value, {}});
  }
  if (pulled.empty()) return std::vector<Cotangent>(node.outputs.size());
  return pull_back(pulled, seeds, placeholders, {});
}

std::vector<Cotangent> push_through(Graph& graph, uint32_t id, const NodeView& node) {
  if (node.op.jvp) {
    std::vector<Expr> values;
    for (const Cotangent& t : node.tangents) values.push_back(t.value);
    std::vector<Cotangent> out;
    for (const Expr& t : node.op.jvp(Push{node.inputs, node.outputs, values, node.attributes}))
      out.push_back({t, {}});
    return out;
  }
  if (node.op.linearity == Linearity::jointly) return {push_jointly(node)};
  if (node.op.linearity == Linearity::each) return {push_each(node)};
  if (node.op.partials) return {push_by_partials(node)};
  if (node.op.bprop) return push_by_transposing(graph, node);
  if (node.op.expand)
    return push_forward(node.op.expand(node.inputs, node.attributes), node.inputs, node.tangents);
  throw Error(Code::no_rule, fmt::format("the op {} has no forward-mode rule (jvp)", node.op.name),
              graph.place(id));
}

}  // namespace

std::vector<Cotangent> push_forward(std::span<const Expr> ys, std::span<const Expr> xs,
                                    std::span<const Cotangent> seeds) {
  Graph& graph = ys[0].graph();
  const std::vector<bool> needed = nodes_behind(ys);
  const auto last = static_cast<uint32_t>(needed.size()) - 1;
  uint32_t first = Value::none;
  for (const Expr& x : xs) first = std::min(first, x.value().node);
  std::vector<std::vector<Cotangent>> table(last + 1);
  std::vector<char> is_x(last + 1, 0);
  for (size_t i = 0; i < xs.size(); i++) {
    const Value x = xs[i].value();
    if (x.node > last) continue;
    table[x.node].resize(graph.node(x.node).types->size());
    if (table[x.node][x.result].value.absent()) table[x.node][x.result] = seeds[i];
    is_x[x.node] = 1;
  }
  for (uint32_t id = first; id <= last; id++) {
    if (!needed[id] || is_x[id] || graph.node(id).op->derivative == Derivative::zero) continue;
    bool moves = false;
    for (Value input : graph.inputs(id))
      moves = moves || (!table[input.node].empty() && table[input.node][input.result].value.present());
    if (!moves) continue;
    NodeView node{*graph.node(id).op, *graph.node(id).attributes, {}, {}, {}};
    for (Value input : graph.inputs(id)) {
      node.inputs.push_back(Expr(graph, input));
      node.tangents.push_back(table[input.node].empty() ? Cotangent{} : table[input.node][input.result]);
    }
    for (uint32_t r = 0; r < graph.node(id).types->size(); r++) node.outputs.push_back(Expr(graph, {id, r}));
    if (std::none_of(node.outputs.begin(), node.outputs.end(),
                     [](const Expr& y) { return is_float(y.dtype()); }))
      continue;
    const PlaceScope place(graph, graph.place_id(id));
    table[id] = push_through(graph, id, node);
    for (size_t r = 0; r < node.outputs.size(); r++)
      if (table[id][r].value.present() && table[id][r].value.type() != node.outputs[r].type())
        throw Error(Code::type,
                    fmt::format("the forward rule of {} gives {} for a result of type {}", node.op.name,
                                text(table[id][r].value.type()), text(node.outputs[r].type())),
                    graph.place(id));
  }
  std::vector<Cotangent> out;
  for (const Expr& y : ys)
    out.push_back(table[y.value().node].empty() ? Cotangent{} : table[y.value().node][y.value().result]);
  return out;
}

std::vector<Expr> jvp(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> tangents,
                      std::span<const Expr> guards, std::source_location at) {
  one_graph({ys, xs}, {tangents, guards}, "jvp", at);
  if (tangents.size() != xs.size())
    throw Error(Code::argument, fmt::format("jvp: {} tangents for {} variables", tangents.size(), xs.size()),
                at);
  std::vector<Cotangent> seeds;
  for (size_t i = 0; i < xs.size(); i++) {
    require_variable(xs[i], "the variable of a jvp", at);
    if (tangents[i].present() && tangents[i].type() != xs[i].type())
      throw Error(
          Code::type,
          fmt::format("jvp: a tangent is {}, its variable {}", text(tangents[i].type()), text(xs[i].type())),
          at);
    seeds.push_back({tangents[i], guards.empty() ? Expr() : guards[i]});
  }
  for (const Expr& y : ys) require_float(y, "the value to differentiate", at);
  const std::vector<Cotangent> pushed = push_forward(ys, xs, seeds);
  std::vector<Expr> out;
  for (size_t i = 0; i < ys.size(); i++)
    out.push_back(pushed[i].value.present() ? pushed[i].value : zeros(ys[i].graph(), ys[i].type()));
  return out;
}

}  // namespace wengert
