#include "passes/gradients.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "passes/accumulate.h"
#include "passes/guards.h"

namespace wengert {
namespace {

/// The cotangents of every value so far: by node for result 0, in a map for further results.
class GradTable {
 public:
  explicit GradTable(uint32_t nodes) : first_(nodes) {}
  Cotangent& at(Value value) {
    return value.result == 0 ? first_[value.node] : more_[{value.node, value.result}];
  }

 private:
  std::vector<Cotangent> first_;
  std::map<std::pair<uint32_t, uint32_t>, Cotangent> more_;
};

// Nodes on a differentiable path from an x: what the sweep visits.
std::vector<char> nodes_from(const Graph& graph, std::span<const Expr> xs, std::span<const Expr> stops,
                             uint32_t last) {
  std::vector<char> on_path(last + 1, 0), is_x(last + 1, 0);
  uint32_t first = last + 1;
  for (const Expr& x : xs) {
    if (x.value().node > last) continue;
    on_path[x.value().node] = is_x[x.value().node] = 1;
    first = std::min(first, x.value().node);
  }
  std::vector<char> stopped(last + 1, 0);
  for (const Expr& stop : stops)
    if (stop.value().node <= last) stopped[stop.value().node] = 1;
  for (uint32_t id = first; id <= last; id++) {
    const Node& node = graph.node(id);
    if (stopped[id] && !is_x[id]) continue;
    if (node.op->derivative == Derivative::zero) continue;
    const bool has_float =
        std::any_of(node.types->begin(), node.types->end(), [](const Type& t) { return is_float(t.dtype); });
    if (!has_float) continue;
    for (Value input : graph.inputs(id))
      if (on_path[input.node] && is_float(graph.type(input).dtype)) on_path[id] = 1;
  }
  for (uint32_t id = 0; id <= last; id++)
    if (stopped[id] && !is_x[id]) on_path[id] = 0;
  return on_path;
}

[[noreturn]] void no_rule(const Graph& graph, uint32_t id) {
  throw Error(Code::no_rule,
              fmt::format("the op {} has no reverse-mode rule (bprop)", graph.node(id).op->name),
              graph.place(id));
}

struct NodeView {
  const Op& op;
  const Attributes& attributes;
  std::vector<Expr> inputs, outputs;
  NodeView(Graph& graph, uint32_t id) : op(*graph.node(id).op), attributes(*graph.node(id).attributes) {
    for (Value input : graph.inputs(id)) inputs.push_back(Expr(graph, input));
    for (uint32_t r = 0; r < graph.node(id).types->size(); r++) outputs.push_back(Expr(graph, {id, r}));
  }
};

std::vector<Cotangent> pull_by_partials(const NodeView& node, const Cotangent& g) {
  std::vector<Cotangent> out;
  for (const Expr& partial : node.op.partials(node.inputs, node.outputs[0], node.attributes))
    out.push_back(partial.absent() ? Cotangent{} : Cotangent{scaled(g.value, g.guard, partial), g.guard});
  return out;
}

std::vector<Cotangent> pull_by_rule(const NodeView& node, std::span<const Cotangent> gs) {
  std::vector<Expr> values, guards;
  bool guarded = true;
  for (const Cotangent& g : gs) {
    values.push_back(g.value);
    guards.push_back(g.guard);
    guarded = guarded && (g.value.absent() || g.guard.present());
  }
  std::vector<Cotangent> out = node.op.bprop(Pull{node.inputs, node.outputs, values, node.attributes});
  if (!guarded) return out;
  const Pull pull{node.inputs, node.outputs, guards, node.attributes};
  if (node.op.moves_guard) {
    const std::vector<Cotangent> moved = node.op.bprop(pull);
    for (size_t i = 0; i < out.size(); i++) out[i].guard = moved[i].value;
    return out;
  }
  const std::vector<Expr> operands = node.op.kind == Kind::elementwise
                                         ? std::vector<Expr>(out.size(), guards[0])
                                         : operand_guards(pull, node.op);
  for (size_t i = 0; i < out.size(); i++) {
    if (out[i].value.absent() || operands[i].absent()) continue;
    if (node.op.linearity != Linearity::jointly) out[i].value = masked(out[i].value, operands[i]);
    out[i].guard = both(out[i].guard, operands[i]);
  }
  return out;
}

std::vector<Cotangent> pull_through(Graph& graph, uint32_t id, std::span<const Cotangent> gs) {
  const NodeView node(graph, id);
  if (node.op.bprop) return pull_by_rule(node, gs);
  if (node.op.partials) return pull_by_partials(node, gs[0]);
  if (!node.op.expand) no_rule(graph, id);
  std::vector<Expr> unique;  // an operand used twice gets its cotangent once
  std::vector<Cotangent> out(node.inputs.size());
  for (const Expr& input : node.inputs)
    if (std::none_of(unique.begin(), unique.end(), [&](const Expr& e) { return e.same(input); }))
      unique.push_back(input);
  const std::vector<Cotangent> pulled =
      pull_back(node.op.expand(node.inputs, node.attributes), gs, unique, {});
  for (size_t u = 0; u < unique.size(); u++)
    for (size_t i = 0; i < node.inputs.size(); i++)
      if (node.inputs[i].same(unique[u])) {
        out[i] = pulled[u];
        break;
      }
  return out;
}

void check_contribution(const Graph& graph, uint32_t id, size_t operand, const Cotangent& c) {
  const Type& wanted = graph.type(graph.inputs(id)[operand]);
  if (c.value.type() != wanted)
    throw Error(Code::type,
                fmt::format("bprop of {} gives {} for operand {}, which is {}", graph.node(id).op->name,
                            text(c.value.type()), operand, text(wanted)),
                graph.place(id));
}

}  // namespace

std::vector<Cotangent> pull_back(std::span<const Expr> ys, std::span<const Cotangent> seeds,
                                 std::span<const Expr> xs, std::span<const Expr> stops) {
  Graph& graph = ys[0].graph();
  uint32_t last = 0;
  for (const Expr& y : ys) last = std::max(last, y.value().node);
  const std::vector<char> on_path = nodes_from(graph, xs, stops, last);
  GradTable table(last + 1);
  for (size_t i = 0; i < ys.size(); i++)
    if (on_path[ys[i].value().node]) accumulate(table.at(ys[i].value()), seeds[i]);
  uint32_t first = last;
  for (const Expr& x : xs) first = std::min(first, x.value().node);
  for (uint32_t id = last + 1; id-- > first;) {
    if (!on_path[id]) continue;
    const std::span<const Value> inputs = graph.inputs(id);
    std::vector<size_t> wanted;
    for (size_t i = 0; i < inputs.size(); i++)
      if (on_path[inputs[i].node] && is_float(graph.type(inputs[i]).dtype)) wanted.push_back(i);
    if (wanted.empty()) continue;
    std::vector<Cotangent> gs;
    bool any = false;
    for (uint32_t r = 0; r < graph.node(id).types->size(); r++) {
      gs.push_back(table.at({id, r}));
      any = any || gs.back().value.present();
    }
    if (!any) continue;
    const PlaceScope place(graph, graph.place_id(id));
    const std::vector<Cotangent> contributions = pull_through(graph, id, gs);
    if (contributions.size() != graph.inputs(id).size())
      throw Error(Code::argument,
                  fmt::format("the derivative rule of {} gives {} results for {} operands",
                              graph.node(id).op->name, contributions.size(), graph.inputs(id).size()),
                  graph.place(id));
    for (size_t i : wanted) {
      if (contributions[i].value.absent()) continue;
      check_contribution(graph, id, i, contributions[i]);
      accumulate(table.at(graph.inputs(id)[i]), contributions[i]);
    }
  }
  std::vector<Cotangent> out;
  for (const Expr& x : xs) out.push_back(x.value().node <= last ? table.at(x.value()) : Cotangent{});
  return out;
}

std::vector<Expr> gradients(std::span<const Expr> ys, std::span<const Expr> xs,
                            const GradientOptions& options, std::source_location at) {
  Graph& graph =
      one_graph({ys, xs, options.stop_gradients}, {options.grad_ys, options.grad_guards}, "gradients", at);
  if (!options.grad_ys.empty() && options.grad_ys.size() != ys.size())
    throw Error(Code::argument,
                fmt::format("gradients: {} grad_ys for {} ys", options.grad_ys.size(), ys.size()), at);
  if (!options.grad_guards.empty() && options.grad_guards.size() != ys.size())
    throw Error(Code::argument,
                fmt::format("gradients: {} grad_guards for {} ys", options.grad_guards.size(), ys.size()),
                at);
  for (const Expr& x : xs) require_variable(x, "the variable of a gradient", at);
  std::vector<Cotangent> seeds;
  for (size_t i = 0; i < ys.size(); i++) {
    require_float(ys[i], "the value to differentiate", at);
    Expr seed = options.grad_ys.empty() ? Expr() : options.grad_ys[i];
    if (seed.absent()) seed = ones(graph, ys[i].type());
    if (seed.type() != ys[i].type())
      throw Error(
          Code::type,
          fmt::format("gradients: a cotangent is {}, its value {}", text(seed.type()), text(ys[i].type())),
          at);
    seeds.push_back({seed, options.grad_guards.empty() ? Expr() : options.grad_guards[i]});
  }
  const std::vector<Cotangent> pulled = pull_back(ys, seeds, xs, options.stop_gradients);
  std::vector<Expr> out;
  for (size_t i = 0; i < xs.size(); i++) {
    Expr g = pulled[i].value;
    if (g.absent() && options.unconnected == Unconnected::error)
      throw Error(Code::not_differentiable,
                  fmt::format("gradients: no y depends on variable number {}, {}", i, text(xs[i].type())),
                  graph.place(xs[i].value().node));
    if (g.absent() && options.unconnected == Unconnected::zeros) g = zeros(graph, xs[i].type());
    out.push_back(g);
  }
  return out;
}

}  // namespace wengert
