// Elementwise work on a product's results joins its nest: it is done block by block, on results that are
// still in the second cache. Bias, activation, the mask of a gradient, accumulation.
//
// The product moves to the level of the map that it joins, so whatever else reads it must be of a higher one.
#include <algorithm>
#include <map>
#include <set>

#include "codegen/plan/plan.h"
#include "ir/op.h"

namespace wengert {
namespace {

/// A root or scalar that reads a product's result; in place: at the very index that it computes.
struct Reader {
  uint32_t node;
  bool in_place;
};

class Epilogues {
 public:
  explicit Epilogues(Plan& plan) : plan_(plan), graph_(*plan.program->graph) {}

  void run() {
    for (size_t n = 0; n < plan_.nests.size(); n++) {
      for (Value root : plan_.nests[n].roots) nest_of_[root.node] = n;
      if (plan_.nests[n].kind == NestKind::product) readers_[plan_.nests[n].roots[0].node];
    }
    if (readers_.empty()) return;
    for (uint32_t id = 0; id < graph_.size(); id++)
      if (plan_.roles[id] == Role::root || plan_.roles[id] == Role::scalar) find_readers(id);
    std::vector<char> gone(plan_.nests.size(), 0);
    for (size_t n = 0; n < plan_.nests.size(); n++) {
      if (plan_.nests[n].kind != NestKind::product || plan_.nests[n].roots.size() > 1) continue;
      if (const std::optional<size_t> map = joins(plan_.nests[n])) {
        join(plan_.nests[n], plan_.nests[*map]);
        gone[n] = 1;
      }
    }
    std::vector<Nest> kept;
    for (size_t n = 0; n < plan_.nests.size(); n++)
      if (!gone[n]) kept.push_back(std::move(plan_.nests[n]));
    plan_.nests = std::move(kept);
  }

 private:
  // Walks from a root or scalar to the products that it reads, through what is recomputed for it.
  void find_readers(uint32_t reader) {
    const bool maps = graph_.node(reader).op->kind == Kind::elementwise;
    std::vector<Reader> pending;
    std::set<std::pair<uint32_t, bool>> seen;
    auto visit = [&](uint32_t node, bool in_place) {
      for (Value input : graph_.inputs(node)) {
        const auto found = readers_.find(input.node);
        if (found != readers_.end()) found->second.push_back({reader, in_place});
        const Role role = plan_.roles[input.node];
        if (role != Role::inlined && role != Role::view) continue;
        const bool stays = in_place && graph_.node(input.node).op->kind == Kind::elementwise;
        if (seen.insert({input.node, stays}).second) pending.push_back({input.node, stays});
      }
    };
    visit(reader, maps);
    while (!pending.empty()) {
      const Reader next = pending.back();
      pending.pop_back();
      visit(next.node, next.in_place);
    }
  }

  // The map that the product can join.
  std::optional<size_t> joins(const Nest& product) const {
    const uint32_t node = product.roots[0].node;
    const std::vector<Reader>& readers = readers_.at(node);
    if (!product.product->one_column_axis || readers.empty() || plan_.trees[node] != Plan::no_tree)
      return std::nullopt;
    const Reader& first = *std::min_element(readers.begin(), readers.end(), [&](Reader a, Reader b) {
      return plan_.levels[a.node] < plan_.levels[b.node];
    });
    const auto found = nest_of_.find(first.node);
    if (found == nest_of_.end()) return std::nullopt;
    const Nest& map = plan_.nests[found->second];
    if (map.kind != NestKind::map || map.space != graph_.type({node, 0}).shape || !map.low_edge.empty() ||
        plan_.trees[first.node] != Plan::no_tree)
      return std::nullopt;
    for (const Reader& reader : readers) {
      const auto at = nest_of_.find(reader.node);
      const bool inside = at != nest_of_.end() && at->second == found->second;
      const uint32_t level = plan_.levels[reader.node];
      if (inside ? !reader.in_place : at == nest_of_.end() ? level < map.level : level <= map.level)
        return std::nullopt;
    }
    return found->second;
  }

  // In the map's place, so that the order of levels stays.
  void join(const Nest& product, Nest& map) {
    Nest out = product;
    const uint32_t node = product.roots[0].node;
    const size_t place = nest_of_.at(map.roots[0].node);
    const bool all_inside =
        std::all_of(readers_.at(node).begin(), readers_.at(node).end(), [&](const Reader& reader) {
          const auto at = nest_of_.find(reader.node);
          return at != nest_of_.end() && at->second == place;
        });
    const auto& outputs = plan_.program->outputs;
    const bool is_output = std::any_of(outputs.begin(), outputs.end(), [&](const Output& o) {
      uint32_t source = o.value.node;  // an output may be a view of the product
      while (plan_.roles[source] == Role::view) source = graph_.inputs(source)[0].node;
      return source == node;
    });
    for (Value root : map.roots) {
      out.roots.push_back(root);
      if (all_inside && !is_output && graph_.type(root) == graph_.type({node, 0}))
        out.shared_storage = root.node;
    }
    out.level = map.level;
    plan_.levels[node] = map.level;
    nest_of_[node] = place;
    map = std::move(out);
  }

  Plan& plan_;
  const Graph& graph_;
  std::map<uint32_t, size_t> nest_of_;               // by root
  std::map<uint32_t, std::vector<Reader>> readers_;  // by product
};

}  // namespace

void join_epilogues(Plan& plan) { Epilogues(plan).run(); }

}  // namespace wengert
