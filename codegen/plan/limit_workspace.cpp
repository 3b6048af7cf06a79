// A workspace within a limit: arrays that are elementwise are computed again by whoever reads them instead of
// being stored, one after another, until the plan's workspace is small enough. Of those that are alive where
// most is, the one goes first whose bytes cost least to compute; divisions, roots and functions, whose bodies
// are long, only when nothing else is left. In the end those are stored again that need not have gone.
//
// A plan is made for each attempt. When none is left, choices without which the workspace is smaller are
// dropped again, and those that were refused get another chance: all of it is greedy. The results have the
// same bits: an array's readers run its own bodies.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/plan/costs.h"
#include "codegen/plan/rows.h"
#include "ir/op.h"

namespace wengert {
namespace {

// Plans that are made at most, and nodes of all of them together: a plan takes some microseconds for each.
constexpr int most_attempts = 1000;
constexpr int64_t most_nodes = int64_t{1} << 20;

// What a nest over a symbol is taken to read: a number of elements that costs more than any that is known.
constexpr double unknown_elements = 1e15;

bool is_known(const Plan& plan) {
  return plan.workspace.is_number() && std::ranges::all_of(plan.requests, [](const WorkspaceRequest& one) {
           return one.bytes.is_number();
         });
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
        limit_(*options.workspace_limit),
        plan_(make_plan_without(program, options, {})) {}

  Plan run() {
    if (plan_.workspace.is_number() && bytes_of(plan_) <= limit_) return std::move(plan_);
    require_known_sizes();
    alive_ = most_alive(plan_.requests, {});
    least_ = bytes_of(plan_);
    for (int64_t before = least_; least_ > limit_;) {
      if (const std::vector<Choice> next = cheapest(); !next.empty() && !is_spent()) {
        if (!attempt(next) && next.size() > 1) attempt({next[0]});
        continue;
      }
      drop();
      if (least_ == before) fail();
      before = least_;
    }
    store_again();
    for (const Choice& choice : chosen_)
      if (plan_.roles[choice.root] == Role::inlined) plan_.recomputed.push_back({choice.root, choice.dear});
    return std::move(plan_);
  }

 private:
  void require_known_sizes() const {
    if (is_known(plan_)) return;
    std::vector<std::string> symbols;
    plan_.workspace.collect_symbols(symbols);
    for (const WorkspaceRequest& one : plan_.requests) one.bytes.collect_symbols(symbols);
    throw Error(
        Code::argument,
        fmt::format("a limit of the workspace wants sizes that are known: {} needs {} bytes; bind {} to "
                    "numbers (build: --bind {}=...)",
                    program_.name, with_alignment(plan_.workspace).text(), fmt::join(symbols, ", "),
                    symbols[0]));
  }

  static int64_t bytes_of(const Plan& plan) { return *with_alignment(plan.workspace).number(); }
  bool is_spent() const {
    return attempts_ >= most_attempts || attempts_ * int64_t{graph_.size()} >= most_nodes;
  }

  // A nest during which most is alive.
  uint32_t fullest() const {
    std::map<uint64_t, int64_t> changes;  // at each nest, of the bytes that are alive
    for (const WorkspaceRequest& one : plan_.requests) {
      changes[one.first] += *one.bytes.number();
      changes[uint64_t{one.last} + 1] -= *one.bytes.number();
    }
    uint64_t out = 0;
    int64_t alive = 0, most = -1;
    for (const auto& [time, change] : changes)
      if ((alive += change) > most) most = alive, out = time;
    return static_cast<uint32_t>(out);
  }

  // One; more of a large program, since there cannot be that many plans.
  std::vector<Choice> cheapest() {
    const uint32_t time = fullest();
    std::vector<Choice> out;
    std::vector<double> reads(graph_.size(), 0);  // elements that nests read of each root
    std::vector<char> kept(graph_.size(), 0);     // must be an array
    plan_.each_nest([&](const Nest& nest) {
      const std::optional<int64_t> known = element_count(nest.space).number();
      const double elements = known ? static_cast<double>(*known) : unknown_elements;
      for (Value root : nest.roots)
        for (const Read& read : reads_of(plan_, root.node)) {
          reads[read.node] += elements;
          if (is_matrix_product(graph_, root.node)) kept[read.node] = 1;
        }
    });
    for (const WorkspaceRequest& request : plan_.requests) {
      const uint32_t id = request.node;
      if (id == Value::none || tried_.contains(id) || kept[id] || request.first > time || request.last < time)
        continue;
      const Kind kind = graph_.node(id).op->kind;
      if (kind != Kind::elementwise && kind != Kind::gather) continue;
      out.push_back(choice_of(request, reads[id]));
    }
    std::ranges::stable_sort(out, {}, [](const Choice& one) { return std::pair(one.dear, one.cost); });
    out.resize(std::min<size_t>(out.size(), 1 + graph_.size() / most_attempts));
    return out;
  }

  Choice choice_of(const WorkspaceRequest& request, double reads) {
    Choice out{request.node, {request.node}};
    std::set<uint32_t> seen{request.node};
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
    out.cost = static_cast<double>(cost) * reads /
               static_cast<double>(std::max<int64_t>(1, *request.bytes.number()));
    return out;
  }

  // None: its sizes are not known, since other nests may belong together then.
  std::optional<Plan> made_without(const std::vector<Choice>& choices) {
    attempts_++;
    std::vector<char> recompute(graph_.size(), 0);
    for (const Choice& choice : choices)
      for (uint32_t id : choice.nodes) recompute[id] = 1;
    Plan made = make_plan_without(program_, options_, std::move(recompute));
    return is_known(made) ? std::optional(std::move(made)) : std::nullopt;
  }

  void take(std::vector<Choice> choices, Plan made) {
    chosen_ = std::move(choices);
    plan_ = std::move(made);
    alive_ = most_alive(plan_.requests, {});
    if (bytes_of(plan_) < least_) least_ = bytes_of(plan_), best_ = chosen_;
  }

  // Takes the choices if the workspace is smaller then than it ever was; or if none of them is stored then
  // and no more is alive at once.
  bool attempt(const std::vector<Choice>& choices) {
    std::vector<Choice> more = chosen_;
    more.insert(more.end(), choices.begin(), choices.end());
    std::optional<Plan> made = made_without(more);
    const auto is_gone = [&](const Choice& one) { return made->roles[one.root] == Role::inlined; };
    const bool good = made && (bytes_of(*made) < least_ || (std::ranges::all_of(choices, is_gone) &&
                                                            most_alive(made->requests, {}) <= alive_));
    if (good || choices.size() == 1)
      for (const Choice& one : choices) tried_.insert(one.root);
    if (good) take(std::move(more), std::move(*made));
    return good;
  }

  // Nothing is left to choose. Where the workspace was smallest, drops the choices without which it is
  // smaller; those that were refused may be of use then.
  void drop() {
    if (bytes_of(plan_) != least_) {
      std::optional<Plan> made = made_without(best_);
      take(best_, std::move(*made));
    }
    for (size_t i = chosen_.size(); i-- > 0 && least_ > limit_ && !is_spent();) {
      std::vector<Choice> fewer = chosen_;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
      std::optional<Plan> made = made_without(fewer);
      if (made && bytes_of(*made) < least_) take(std::move(fewer), std::move(*made));
    }
    tried_.clear();
    for (const Choice& choice : chosen_) tried_.insert(choice.root);
  }

  // The last ones, which cost most, first.
  void store_again() {
    attempts_ = 0;
    for (size_t i = chosen_.size(); i-- > 0 && !is_spent();) {
      std::vector<Choice> fewer = chosen_;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
      std::optional<Plan> made = made_without(fewer);
      if (made && bytes_of(*made) <= limit_) take(std::move(fewer), std::move(*made));
    }
  }

  [[noreturn]] void fail() const {
    std::vector<WorkspaceRequest> rest = plan_.requests;
    std::stable_sort(rest.begin(), rest.end(), [](const WorkspaceRequest& a, const WorkspaceRequest& b) {
      return *a.bytes.number() > *b.bytes.number();
    });
    constexpr size_t shown = 4;
    std::vector<std::string> largest;
    for (const WorkspaceRequest& one : rest) {
      if (largest.size() == shown) break;
      largest.push_back(fmt::format("{} of {} bytes", what(one.node), *one.bytes.number()));
    }
    throw Error(
        Code::size,
        fmt::format("the workspace of {} could not be brought below {} bytes, and {} are the limit{}; the "
                    "largest that is left: {}",
                    program_.name, least_, limit_,
                    is_spent() ? fmt::format(", after {} attempts", attempts_) : "",
                    fmt::join(largest, "; ")));
  }

  std::string what(uint32_t id) const {
    if (id == Value::none) return "accumulators, panels of products, rows of blocks or slots of scalars";
    const Place place = graph_.place(id);
    return fmt::format("%{} {} {}{}", id, graph_.node(id).op->name, text(graph_.type({id, 0})),
                       place.known() ? fmt::format(" ({}:{})", place.file, place.line) : "");
  }

  const Program& program_;
  const Graph& graph_;
  const PlanOptions& options_;
  const int64_t limit_;
  Plan plan_;
  std::vector<Choice> chosen_;
  std::set<uint32_t> tried_;  // since choices were dropped last
  BodyCache bodies_;
  int64_t alive_ = 0;         // in plan_, at once
  int64_t least_ = 0;         // bytes of a workspace so far
  std::vector<Choice> best_;  // with which it was so small
  int attempts_ = 0;
};

}  // namespace

Plan make_plan_within_limit(const Program& program, const PlanOptions& options) {
  return Limiter(program, options).run();
}

}  // namespace wengert
