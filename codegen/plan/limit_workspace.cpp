// A workspace within a limit: arrays that are elementwise are computed again by whoever reads them instead of
// being stored, one after another, until the plan's workspace is small enough. Of those that are alive where
// most is, the one goes first whose bytes cost least to compute; divisions, roots and functions, whose bodies
// are long, only when nothing else is left. In the end those are stored again that need not have gone.
//
// A plan is made for each attempt. The results have the same bits: an array's readers run its own bodies.
#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/plan/costs.h"
#include "codegen/plan/rows.h"
#include "ir/op.h"
#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

constexpr int most_attempts = 1000;

// What NAME_workspace() gives.
int64_t workspace_of(const Plan& plan) {
  const int64_t bytes = *plan.workspace.number();
  return bytes == 0 ? 0 : bytes + WENGERT_WORKSPACE_ALIGNMENT - 1;
}

// A root with what only serves to compute it, as the plan stands.
struct Choice {
  uint32_t root = 0;
  std::vector<uint32_t> nodes = {};
  bool dear = false;  // a division, a root or a function
  double cost = 0;    // of each byte that goes
};

class Limiter {
 public:
  Limiter(const Program& program, const PlanOptions& options)
      : program_(program),
        graph_(*program.graph),
        options_(options),
        plan_(make_plan_without(program, options, {})) {}

  Plan run() {
    require_known_sizes();
    least_ = workspace_of(plan_);
    while (workspace_of(plan_) > *options_.workspace_limit) {
      const std::optional<Choice> next = cheapest();
      if (!next || attempts_ == most_attempts) fail();
      tried_.insert(next->root);
      attempt(*next);
    }
    store_again();
    for (const Choice& choice : chosen_) plan_.recomputed.push_back({choice.root, choice.dear});
    return std::move(plan_);
  }

 private:
  void require_known_sizes() const {
    if (plan_.workspace.is_number()) return;
    std::vector<std::string> symbols;
    plan_.workspace.collect_symbols(symbols);
    throw Error(
        Code::argument,
        fmt::format("a limit of the workspace wants sizes that are known: {} needs {} bytes; bind {} to "
                    "numbers (build: --bind {}=...)",
                    program_.name, plan_.workspace.text(), fmt::join(symbols, ", "), symbols[0]));
  }

  static int64_t number(const Extent& extent) { return extent.evaluate({}); }
  int64_t bytes_of(uint32_t id) const {
    const Type& type = graph_.type({id, 0});
    return number(element_count(type.shape)) * static_cast<int64_t>(size_of(type.dtype));
  }

  // The nests during which most is alive.
  uint32_t fullest(const Plan& plan) const {
    uint32_t out = 0;
    int64_t most = -1;
    for (const WorkspaceRequest& at : plan.requests) {
      int64_t alive = 0;
      for (const WorkspaceRequest& one : plan.requests)
        if (one.first <= at.first && at.first <= one.last) alive += number(one.bytes);
      if (alive > most) most = alive, out = at.first;
    }
    return out;
  }

  std::optional<Choice> cheapest() {
    const uint32_t time = fullest(plan_);
    std::optional<Choice> best;
    std::vector<int64_t> reads(graph_.size(), 0);  // elements that nests read of each root
    std::vector<char> kept(graph_.size(), 0);      // must be an array
    plan_.each_nest([&](const Nest& nest) {
      for (Value root : nest.roots)
        for (const Read& read : reads_of(plan_, root.node)) {
          reads[read.node] += number(element_count(nest.space));
          if (is_matrix_product(graph_, root.node)) kept[read.node] = 1;
        }
    });
    for (const WorkspaceRequest& request : plan_.requests) {
      const uint32_t id = request.node;
      if (id == Value::none || tried_.contains(id) || kept[id] || request.first > time || request.last < time)
        continue;
      const Kind kind = graph_.node(id).op->kind;
      if (kind != Kind::elementwise && kind != Kind::gather) continue;
      Choice choice = choice_of(id, reads[id]);
      if (!best || std::pair(choice.dear, choice.cost) < std::pair(best->dear, best->cost))
        best = std::move(choice);
    }
    return best;
  }

  Choice choice_of(uint32_t root, int64_t reads) {
    Choice out{root, {root}};
    std::set<uint32_t> seen{root};
    size_t cost = 0;
    for (size_t i = 0; i < out.nodes.size(); i++) {
      const uint32_t id = out.nodes[i];
      const size_t own = recomputing_cost(graph_, bodies_, id);
      out.dear = out.dear || own > cheap_to_recompute;
      cost += own;
      for (Value input : graph_.inputs(id))
        if (plan_.roles[input.node] == Role::inlined && seen.insert(input.node).second)
          out.nodes.push_back(input.node);
    }
    out.cost = static_cast<double>(cost) * static_cast<double>(reads) /
               static_cast<double>(std::max<int64_t>(1, bytes_of(root)));
    return out;
  }

  Plan made_without(const std::vector<Choice>& choices) {
    attempts_++;
    std::vector<char> recompute(graph_.size(), 0);
    for (const Choice& choice : choices)
      for (uint32_t id : choice.nodes) recompute[id] = 1;
    return make_plan_without(program_, options_, std::move(recompute));
  }

  // Takes the choice if its root is not stored then, and no more is alive at once.
  void attempt(Choice choice) {
    const uint32_t root = choice.root;
    chosen_.push_back(std::move(choice));
    Plan made = made_without(chosen_);
    if (made.roles[root] != Role::inlined || most_alive(made.requests, {}) > most_alive(plan_.requests, {})) {
      chosen_.pop_back();
      return;
    }
    plan_ = std::move(made);
    least_ = std::min(least_, workspace_of(plan_));
  }

  // The last ones, which cost most, first.
  void store_again() {
    for (size_t i = chosen_.size(); i-- > 0 && attempts_ < most_attempts;) {
      std::vector<Choice> fewer = chosen_;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
      Plan made = made_without(fewer);
      if (workspace_of(made) > *options_.workspace_limit) continue;
      chosen_ = std::move(fewer);
      plan_ = std::move(made);
    }
  }

  [[noreturn]] void fail() const {
    std::vector<WorkspaceRequest> rest = plan_.requests;
    std::stable_sort(rest.begin(), rest.end(), [](const WorkspaceRequest& a, const WorkspaceRequest& b) {
      return number(a.bytes) > number(b.bytes);
    });
    constexpr size_t shown = 4;
    std::vector<std::string> largest;
    for (const WorkspaceRequest& one : rest) {
      if (largest.size() == shown) break;
      largest.push_back(fmt::format("{} of {} bytes", what(one.node), number(one.bytes)));
    }
    throw Error(
        Code::size,
        fmt::format("the workspace of {} takes {} bytes at least, and {} are the limit{}; the largest "
                    "that is left: {}",
                    program_.name, least_, *options_.workspace_limit,
                    attempts_ == most_attempts ? fmt::format(", after {} attempts", attempts_) : "",
                    fmt::join(largest, "; ")));
  }

  std::string what(uint32_t id) const {
    if (id == Value::none) return "accumulators, panels of products or rows of blocks";
    const Place place = graph_.place(id);
    return fmt::format("%{} {} {}{}", id, graph_.node(id).op->name, text(graph_.type({id, 0})),
                       place.known() ? fmt::format(" ({}:{})", place.file, place.line) : "");
  }

  const Program& program_;
  const Graph& graph_;
  const PlanOptions& options_;
  Plan plan_;
  std::vector<Choice> chosen_;
  std::set<uint32_t> tried_;
  BodyCache bodies_;
  int64_t least_ = 0;
  int attempts_ = 0;
};

}  // namespace

Plan make_plan_within_limit(const Program& program, const PlanOptions& options) {
  return Limiter(program, options).run();
}

}  // namespace wengert
