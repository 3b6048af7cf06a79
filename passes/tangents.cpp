#include "passes/tangents.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"
#include "ir/program.h"
#include "passes/accumulate.h"
#include "passes/guards.h"
#include "passes/node_view.h"

namespace wengert {
namespace {

// A node with the tangents of its operands.
struct Moving : NodeView {
  std::vector<Cotangent> tangents;
  using NodeView::NodeView;
};

Expr make_like(const NodeView& node, std::span<const Expr> operands) {
  std::vector<Value> values;
  for (const Expr& operand : operands) values.push_back(operand.value());
  return operands[0].graph().make(node.op, values, node.attributes);
}

// The op on the tangents, zeros for the absent ones, operands that are not floats as they are.
Cotangent push_jointly(const Moving& node) {
  std::vector<Expr> operands;
  for (size_t i = 0; i < node.inputs.size(); i++) {
    const Expr& x = node.inputs[i];
    if (!is_float(x.dtype()))
      operands.push_back(x);
    else
      operands.push_back(node.tangents[i].value.present() ? node.tangents[i].value
                                                          : zeros(x.graph(), x.type()));
  }
  return {make_like(node, operands), moved_guard(node, node.tangents)};
}

// Linear in each operand: one term for each that moves.
Cotangent push_each(const Moving& node) {
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

Cotangent push_by_partials(const Moving& node) {
  const std::vector<Expr> partials = node.op.partials(node.inputs, node.outputs[0], node.attributes);
  Cotangent out;
  for (size_t i = 0; i < partials.size(); i++) {
    const Cotangent& t = node.tangents[i];
    if (t.value.absent() || partials[i].absent()) continue;
    accumulate(out, {scaled(t.value, t.guard, partials[i]), t.guard});
  }
  return out;
}

std::vector<Cotangent> push_by_rule(const Moving& node) {
  std::vector<Expr> values, guards;
  for (const Cotangent& t : node.tangents) values.push_back(t.value), guards.push_back(t.guard);
  std::vector<Cotangent> out = node.op.jvp(Push{node.inputs, node.outputs, values, node.attributes, guards});
  for (size_t r = 0; r < out.size() && r < node.outputs.size(); r++) {
    if (out[r].value.absent() || out[r].guard.present()) continue;
    out[r].guard = result_guard(node, node.tangents, r);
    if (node.op.linearity != Linearity::jointly) out[r].value = masked(out[r].value, out[r].guard);
  }
  return out;
}

// An op with a bprop alone: it is linear in the cotangent, so pulling the tangent back through it pushes
// forward.
std::vector<Cotangent> push_by_transposing(Graph& graph, const Moving& node) {
  std::vector<Expr> placeholders, pulled;
  for (const Expr& y : node.outputs) placeholders.push_back(variable(zeros(graph, y.type())));
  const std::vector<Cotangent> rule =
      node.op.bprop(Pull{node.inputs, node.outputs, placeholders, node.attributes});
  std::vector<Cotangent> seeds;
  for (size_t i = 0; i < rule.size(); i++) {
    if (rule[i].value.absent() || node.tangents[i].value.absent()) continue;
    pulled.push_back(rule[i].value);
    seeds.push_back(
        {masked(node.tangents[i].value, rule[i].guard), both(rule[i].guard, node.tangents[i].guard)});
  }
  if (pulled.empty()) return std::vector<Cotangent>(node.outputs.size());
  return pull_back(pulled, seeds, placeholders, {});
}

std::vector<Cotangent> push_by_expanding(const Moving& node) {
  std::vector<bool> moves;
  for (const Cotangent& t : node.tangents) moves.push_back(t.value.present());
  const Expansion apart = expand_apart(node, moves);
  std::vector<Cotangent> seeds;
  for (size_t operand : apart.operands) seeds.push_back(node.tangents[operand]);
  return push_forward(apart.results, apart.stand_ins, seeds);
}

std::vector<Cotangent> push_through(Graph& graph, uint32_t id, const Moving& node) {
  if (node.op.jvp) return push_by_rule(node);
  if (node.op.linearity == Linearity::jointly) return {push_jointly(node)};
  if (node.op.linearity == Linearity::each) return {push_each(node)};
  if (node.op.partials) return {push_by_partials(node)};
  if (node.op.bprop) return push_by_transposing(graph, node);
  if (node.op.expand) return push_by_expanding(node);
  throw Error(Code::no_rule, fmt::format("the op {} has no forward-mode rule (jvp)", node.op.name),
              graph.place(id));
}

}  // namespace

std::vector<Cotangent> push_forward(std::span<const Expr> ys, std::span<const Expr> xs,
                                    std::span<const Cotangent> seeds) {
  Graph& graph = ys[0].graph();
  uint32_t first = Value::none;
  for (const Expr& x : xs) first = std::min(first, x.value().node);
  const std::vector<bool> needed = nodes_behind(ys, first);
  const uint32_t end = first + static_cast<uint32_t>(needed.size());
  DerivativeTable table(first, end);
  std::vector<char> is_x(needed.size());
  for (size_t i = 0; i < xs.size(); i++) {
    const Value x = xs[i].value();
    if (!table.covers(x)) continue;
    if (table[x].value.absent()) table[x] = seeds[i];
    is_x[x.node - first] = 1;
  }
  for (uint32_t id = first; id < end; id++) {
    if (!needed[id - first] || is_x[id - first] || graph.node(id).op->derivative == Derivative::zero)
      continue;
    const std::span<const Value> inputs = graph.inputs(id);
    if (std::none_of(inputs.begin(), inputs.end(),
                     [&](Value input) { return table.find(input).value.present(); }))
      continue;
    Moving node(graph, id);
    if (std::none_of(node.outputs.begin(), node.outputs.end(),
                     [](const Expr& y) { return is_float(y.dtype()); }))
      continue;
    for (Value input : inputs) node.tangents.push_back(table.find(input));
    const PlaceScope place(graph, graph.place_id(id));
    const std::vector<Cotangent> pushed = push_through(graph, id, node);
    if (pushed.size() != node.outputs.size())
      throw Error(Code::argument,
                  fmt::format("the forward rule of {} gives {} tangents for {} results", node.op.name,
                              pushed.size(), node.outputs.size()),
                  graph.place(id));
    for (uint32_t r = 0; r < pushed.size(); r++) {
      if (pushed[r].value.absent()) continue;
      if (pushed[r].value.type() != node.outputs[r].type())
        throw Error(Code::type,
                    fmt::format("the forward rule of {} gives {} for a result of type {}", node.op.name,
                                text(pushed[r].value.type()), text(node.outputs[r].type())),
                    graph.place(id));
      table[{id, r}] = pushed[r];
    }
  }
  std::vector<Cotangent> out;
  for (const Expr& y : ys) out.push_back(table.find(y.value()));
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
