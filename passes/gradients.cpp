#include "passes/gradients.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"
#include "passes/accumulate.h"
#include "passes/guards.h"
#include "passes/node_view.h"

namespace wengert {
namespace {

// Nodes on a differentiable path from an x: what the sweep visits.
class Path {
 public:
  Path(const Graph& graph, std::span<const Expr> xs, std::span<const Expr> stops, uint32_t last)
      : first_(last + 1) {
    for (const Expr& x : xs) first_ = std::min(first_, x.value().node);
    on_.resize(last + 1 - first_);
    for (const Expr& x : xs)
      if (x.value().node <= last) on_[x.value().node - first_] = 1;
    std::vector<char> stopped(on_.size());
    for (const Expr& stop : stops)
      if (stop.value().node >= first_ && stop.value().node <= last) stopped[stop.value().node - first_] = 1;
    for (uint32_t id = first_; id <= last; id++) {
      const Node& node = graph.node(id);
      if (stopped[id - first_] || node.op->derivative == Derivative::zero) continue;
      if (std::none_of(node.types->begin(), node.types->end(),
                       [](const Type& t) { return is_float(t.dtype); }))
        continue;
      for (Value input : graph.inputs(id))
        if (has(input.node) && is_float(graph.type(input).dtype)) on_[id - first_] = 1;
    }
  }
  uint32_t first() const { return first_; }
  bool has(uint32_t node) const { return node >= first_ && on_[node - first_]; }

 private:
  uint32_t first_;
  std::vector<char> on_;
};

std::vector<Cotangent> pull_by_partials(const NodeView& node, const Cotangent& g,
                                        std::span<const bool> wanted) {
  const std::vector<Expr> partials = node.op.partials(node.inputs, node.outputs[0], node.attributes);
  std::vector<Cotangent> out(partials.size());
  for (size_t i = 0; i < partials.size() && i < wanted.size(); i++)
    if (wanted[i] && partials[i].present()) out[i] = {scaled(g.value, g.guard, partials[i]), g.guard};
  return out;
}

std::vector<Cotangent> pull_by_rule(const NodeView& node, std::span<const Cotangent> gs,
                                    std::span<const bool> wanted) {
  std::vector<Expr> values, guards;
  bool guarded = true;
  for (const Cotangent& g : gs) {
    values.push_back(g.value);
    guards.push_back(g.guard);
    guarded = guarded && (g.value.absent() || g.guard.present());
  }
  std::vector<Cotangent> out =
      node.op.bprop(Pull{node.inputs, node.outputs, values, node.attributes, wanted});
  if (!guarded) return out;
  const Pull pull{node.inputs, node.outputs, guards, node.attributes, wanted};
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

std::vector<Cotangent> pull_by_expanding(const NodeView& node, std::span<const Cotangent> gs,
                                         std::span<const bool> wanted) {
  const Expansion apart = expand_apart(node, std::vector<bool>(wanted.begin(), wanted.end()));
  const std::vector<Cotangent> pulled = pull_back(apart.results, gs, apart.stand_ins, {});
  std::vector<Cotangent> out(node.inputs.size());
  for (size_t k = 0; k < pulled.size(); k++) out[apart.operands[k]] = pulled[k];
  return out;
}

std::vector<Cotangent> pull_through(Graph& graph, uint32_t id, std::span<const Cotangent> gs,
                                    std::span<const bool> wanted) {
  const NodeView node(graph, id);
  if (node.op.bprop) return pull_by_rule(node, gs, wanted);
  if (node.op.partials) return pull_by_partials(node, gs[0], wanted);
  if (node.op.expand) return pull_by_expanding(node, gs, wanted);
  throw Error(Code::no_rule, fmt::format("the op {} has no reverse-mode rule (bprop)", node.op.name),
              graph.place(id));
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
  const Path path(graph, xs, stops, last);
  DerivativeTable table(path.first(), last + 1);
  for (size_t i = 0; i < ys.size(); i++)
    if (path.has(ys[i].value().node)) accumulate(table[ys[i].value()], seeds[i]);
  std::vector<Cotangent> gs;
  for (uint32_t id = last + 1; id-- > path.first();) {
    if (!path.has(id)) continue;
    gs.clear();
    bool any_cotangent = false, any_wanted = false;
    for (uint32_t r = 0; r < graph.node(id).types->size(); r++) {
      gs.push_back(table[{id, r}]);
      any_cotangent = any_cotangent || gs.back().value.present();
    }
    const size_t count = graph.inputs(id).size();
    const auto wanted = std::make_unique<bool[]>(count);
    for (size_t i = 0; i < count; i++) {
      const Value input = graph.inputs(id)[i];
      wanted[i] = path.has(input.node) && is_float(graph.type(input).dtype);
      any_wanted = any_wanted || wanted[i];
    }
    if (!any_cotangent || !any_wanted) continue;
    const PlaceScope place(graph, graph.place_id(id));
    const std::vector<Cotangent> contributions = pull_through(graph, id, gs, {wanted.get(), count});
    if (contributions.size() != count)
      throw Error(Code::argument,
                  fmt::format("the derivative rule of {} gives {} results for {} operands",
                              graph.node(id).op->name, contributions.size(), count),
                  graph.place(id));
    for (size_t i = 0; i < count; i++) {
      if (!wanted[i] || contributions[i].value.absent()) continue;
      check_contribution(graph, id, i, contributions[i]);
      const Value input = graph.inputs(id)[i];
      const bool ends = graph.node(input.node).op->kind == Kind::input;  // nothing asks for guards there
      accumulate(table[input], {contributions[i].value, ends ? Expr() : contributions[i].guard});
    }
  }
  std::vector<Cotangent> out;
  for (const Expr& x : xs) out.push_back(table.find(x.value()));
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
