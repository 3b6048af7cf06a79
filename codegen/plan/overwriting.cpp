#include "codegen/plan/overwriting.h"

#include <algorithm>

#include <fmt/format.h>

#include "codegen/plan/rows.h"
#include "ir/op.h"

namespace wengert {

constexpr uint32_t most_moved_over = 64;  // nests: what moves keeps what it reads alive so long

Overwriting::Overwriting(Plan& plan, std::span<const uint32_t> arrays)
    : plan_(plan), graph_(*plan.program->graph) {
  for (uint32_t array : arrays) readers_[array];
  if (arrays.empty()) return;
  find_readers();
  find_positions();
}

std::string Overwriting::conflict(uint32_t array, uint32_t root) {
  std::optional<Conflict> found = find_conflict(array, root);
  if (found && found->wait != nowhere && move_behind(first_[root].nest, found->wait))
    found = find_conflict(array, root);
  return found ? found->why : "";
}

void Overwriting::find_readers() {
  for (uint32_t id = 0; id < graph_.size(); id++) {
    const Role role = plan_.roles[id];
    if (role != Role::inlined && role != Role::root && role != Role::scalar) continue;
    Uses uses = uses_of(id);
    if (uses.empty()) continue;
    if (role == Role::inlined)
      flows_[id] = std::move(uses);
    else
      for (auto& [array, use] : uses) readers_.at(array).push_back({id, std::move(use)});
  }
}

Overwriting::Uses Overwriting::uses_of(uint32_t id) const {
  Uses out;
  const std::span<const Value> inputs = graph_.inputs(id);
  for (size_t i = 0; i < inputs.size(); i++) {
    const auto add = [&](uint32_t array, const Use& use) {
      Use& all = out[array];
      all.same = all.same && use.same && keeps_places(id, i);
      all.nodes.insert(use.nodes.begin(), use.nodes.end());
    };
    const uint32_t input = inputs[i].node, source = plan_.source[input];
    if (readers_.contains(source)) add(source, {true, {input}});
    if (const auto flow = flows_.find(input); flow != flows_.end())
      for (const auto& [array, use] : flow->second) add(array, use);
  }
  return out;
}

// Whether each element of an operand is read where the nest of `id` stands at its place: what it computes,
// or what a fold in order or the first nest of a scatter goes over.
bool Overwriting::keeps_places(uint32_t id, size_t operand) const {
  const Node& node = graph_.node(id);
  if (node.op->kind == Kind::elementwise) return true;
  if (node.op->kind == Kind::scatter) return operand == 0;
  if (node.op->kind != Kind::reduction) return false;
  const Axes& axes = node.attributes->axes();
  const int64_t first = graph_.type(graph_.inputs(id)[0]).rank() - static_cast<int64_t>(axes.size());
  for (size_t i = 0; i < axes.size(); i++)
    if (axes[i] != first + static_cast<int64_t>(i)) return false;
  return true;
}

void Overwriting::find_positions() {
  first_.assign(graph_.size(), {}), last_ = first_;
  const auto add = [&](const Nest& nest, Position at) {
    for (Value root : nest.roots) {
      first_[root.node] = std::min(first_[root.node], at);
      Position& last = last_[root.node];
      last = last.nest == nowhere ? at : std::max(last, at);
    }
  };
  for (uint32_t n = 0; n < plan_.nests.size(); n++) {
    add(plan_.nests[n], {n, 0});
    for (uint32_t m = 0; m < plan_.nests[n].members.size(); m++) add(plan_.nests[n].members[m], {n, m});
  }
}

const Nest& Overwriting::nest_at(Position at) const {
  const Nest& nest = plan_.nests[at.nest];
  return nest.members.empty() ? nest : nest.members[at.member];
}

std::optional<Overwriting::Conflict> Overwriting::find_conflict(uint32_t array, uint32_t root) const {
  std::optional<Conflict> out;
  for (const Reader& reader : readers_.at(array)) {
    std::optional<Conflict> found = conflict_with(reader, array, root);
    if (!found) continue;
    const bool later = found->wait != nowhere;
    if (!out || !later || found->wait > out->wait) out = std::move(found);
    if (!later) break;
  }
  return out;
}

std::optional<Overwriting::Conflict> Overwriting::conflict_with(const Reader& reader, uint32_t array,
                                                                uint32_t root) const {
  const Position writer = first_[root], at = last_[reader.node];
  const auto reads = [&](const char* how) {
    return fmt::format("%{} ({}) reads {} {}", reader.node, graph_.node(reader.node).op->name,
                       graph_.input_name({array, 0}), how);
  };
  if (plan_.roles[reader.node] == Role::scalar)
    return plan_.levels[reader.node] < plan_.nests[writer.nest].level
               ? std::nullopt
               : std::optional(Conflict{reads("later, a scalar")});
  if (at.nest < writer.nest) return std::nullopt;
  const bool scatters = reader.node == root && graph_.node(root).op->kind == Kind::scatter;
  if (at.nest > writer.nest && !scatters) return Conflict{reads("later"), at.nest};
  const bool fits = scatters ? reader.use.same : reads_in_time(reader, at, array, root, writer);
  return fits ? std::nullopt : std::optional(Conflict{reads("where it is written before")});
}

// Of a reader in the nest that writes, or in its tree.
bool Overwriting::reads_in_time(const Reader& reader, Position at, uint32_t array, uint32_t root,
                                Position writer) const {
  const Nest& nest = nest_at(writer);
  const bool folds = is_fold(graph_.node(root).op->kind);
  if (at.member > writer.member || last_[root] != writer) return false;
  if (at.member < writer.member) {
    if (!plan_.nests[writer.nest].interior.empty() && !reader.use.same) return false;
    if (folds && nest.rows == Rows::folded) return false;
    if (nest.rows == Rows::folded && row_role(graph_, root).axis != 0) return false;
    return graph_.type({root, 0}) == graph_.type({array, 0}) && reads_own_rows(reader.node, array);
  }
  const bool maps = nest.kind == NestKind::map || (nest.kind == NestKind::fold_lanes && !folds) ||
                    (nest.kind == NestKind::product && nest.roots[0].node != root);
  return maps && reader.use.same;
}

bool Overwriting::reads_own_rows(uint32_t reader, uint32_t array) const {
  for (const Read& read : reads_of(plan_, reader))
    if (read.node == array) return read.own_row;
  return true;
}

void Overwriting::write_over(uint32_t array, uint32_t root) {
  const Position writer = first_[root];
  Nest& top = plan_.nests[writer.nest];
  std::set<uint32_t> ahead;
  for (const Reader& reader : readers_.at(array)) {
    const Position at = last_[reader.node];
    if (at == writer || (at.nest == writer.nest && !top.interior.empty()))
      ahead.insert(reader.use.nodes.begin(), reader.use.nodes.end());
  }
  // Partial results of a product must not lie where its maps read.
  if (top.shared_storage == root && !ahead.empty()) top.shared_storage.reset();
  plan_.written_over[root] = {array, {ahead.begin(), ahead.end()}};
}

template <typename Body>
static void each_root(const Nest& nest, Body body) {
  for (Value root : nest.roots) body(root.node);
  for (const Nest& member : nest.members)
    for (Value root : member.roots) body(root.node);
}

// Moves a nest behind a later one, if nothing in between wants its results or overwrites what it reads.
bool Overwriting::move_behind(uint32_t from, uint32_t to) {
  if (to - from > most_moved_over) return false;
  std::set<uint32_t> own;
  each_root(plan_.nests[from], [&](uint32_t root) { own.insert(root); });
  for (uint32_t root : own)
    if (graph_.type({root, 0}).is_scalar() || first_[root].nest != from || last_[root].nest != from)
      return false;
  const uint32_t level = plan_.nests[to].level;
  bool free = true;
  const auto wants = [&](uint32_t node) {
    for (const Read& read : reads_of(plan_, node)) free = free && !own.contains(read.node);
  };
  for (uint32_t n = from + 1; n <= to; n++) each_root(plan_.nests[n], wants);
  for (uint32_t id = 0; id < graph_.size() && free && level > plan_.nests[from].level; id++)
    if (plan_.roles[id] == Role::scalar && plan_.levels[id] < level &&
        plan_.levels[id] >= plan_.nests[from].level)
      wants(id);
  for (const auto& [written, over] : plan_.written_over) {
    if (first_[written].nest <= from || first_[written].nest > to) continue;
    for (const Reader& reader : readers_.at(over.array)) free = free && !own.contains(reader.node);
  }
  if (!free) return false;
  for (uint32_t root : own) plan_.levels[root] = level;
  plan_.nests[from].level = level;
  for (Nest& member : plan_.nests[from].members) member.level = level;
  std::rotate(plan_.nests.begin() + from, plan_.nests.begin() + from + 1, plan_.nests.begin() + to + 1);
  find_positions();
  return true;
}

}  // namespace wengert
