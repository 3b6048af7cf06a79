// Trees: nests that share the rows of their outermost axis and run block by block, so that what one computes
// is still in the first cache when the next one reads it, and an array that all of them read comes from
// memory once.
#include <algorithm>
#include <map>
#include <set>

#include "codegen/plan/rows.h"
#include "ir/op.h"
#include "ir/summation.h"

namespace wengert {
namespace {

constexpr int64_t block_bytes = 24 << 10;  // of all arrays' rows in a block: they stay in the first cache
constexpr int64_t largest_block = 64;      // chunks of sums are multiples of it
constexpr int64_t largest_ragged_block = 1024;
constexpr int64_t least_product_block = 32;  // sums of folded products are loaded and stored for each block
constexpr size_t most_members = 16;   // of a tree of loops that only read the same: keeps planning linear
constexpr size_t most_interior = 16;  // roots of one loop: bounds registers
constexpr int64_t most_ragged = 64;   // rows that a member may have more or less than its tree

// Bytes of a row of what the nest stores and, where that is more, reads; 0 where it is not known.
int64_t row_bytes(const Graph& graph, const Nest& nest) {
  if (nest.kind == NestKind::product && nest.rows == Rows::folded) return 1;  // its factors are others' rows
  int64_t bytes = 0;
  for (Value root : nest.roots) {
    const Type& type = graph.type(nest.rows == Rows::folded ? graph.inputs(root.node)[0] : root);
    Extent row = 1;
    const size_t axis = nest.rows == Rows::folded ? nest.kept : nest.row_axis;
    for (size_t i = 0; i < nest.space.size(); i++)
      if (i != axis) row = row * nest.space[i];
    if (!row.is_number()) return 0;
    bytes += *row.number() * static_cast<int64_t>(size_of(type.dtype));
  }
  return bytes;
}

bool of_rows_alone(const Nest& nest) {
  return nest.space.size() == 1 && (nest.kind == NestKind::map || nest.kind == NestKind::fold_lanes);
}

// A block's rows: a whole number of the lanes that rows are folded in.
uint32_t block_of(const Graph& graph, const Nest& tree) {
  int64_t bytes = 0, block = 16;
  bool known = true;
  for (const Nest& nest : tree.members) {
    const int64_t row = row_bytes(graph, nest);
    known = known && row > 0;
    bytes += row;
    if (nest.kind == NestKind::product) block = std::max(block, least_product_block);
    if (nest.rows != Rows::folded || nest.kind != NestKind::fold_lanes) continue;
    // Accumulators of columns are loaded and stored for each block: several rows should share that.
    if (nest.kept > 0) block = largest_block;
    for (Value root : nest.roots) block = std::max(block, summation::lanes(graph.type(root).dtype));
  }
  const int64_t largest = tree.ragged ? largest_ragged_block : largest_block;
  while (known && block < largest && 2 * block * bytes <= block_bytes) block *= 2;
  return static_cast<uint32_t>(block);
}

}  // namespace

namespace {

// Large arrays that a nest reads.
std::set<uint32_t> arrays_read(const Plan& plan, const Nest& nest) {
  std::set<uint32_t> out;
  for (Value root : nest.roots)
    for (const Read& read : reads_of(plan, root.node))
      if (!plan.program->graph->type({read.node, 0}).is_scalar()) out.insert(read.node);
  return out;
}

// A row of the array is known to be shorter than a cache line.
bool has_short_rows(const Type& type) {
  constexpr int64_t line = 64;
  const uint32_t axis = row_axis(type.shape);
  Extent row = 1;
  for (size_t i = axis + 1; i < type.shape.size(); i++) row = row * type.shape[i];
  return row.is_number() && *row.number() * static_cast<int64_t>(size_of(type.dtype)) < line;
}

// For each array from outside that several members read by rows, the last of these that is not a product,
// whose loads are its own.
void find_reread(const Plan& plan, Nest& tree) {
  const Graph& graph = *plan.program->graph;
  std::set<uint32_t> made;
  for (const Nest& member : tree.members)
    for (Value root : member.roots) made.insert(root.node);
  std::map<uint32_t, Nest*> last;  // null: only one member, or products, so far
  for (Nest& member : tree.members) {
    std::map<uint32_t, bool> own_row;
    for (Value root : member.roots)
      for (const Read& read : reads_of(plan, root.node)) {
        const auto [found, added] = own_row.emplace(read.node, read.own_row);
        if (!added) found->second = found->second && read.own_row;
      }
    for (const auto& [node, own] : own_row) {
      if (!own || made.contains(node) || has_short_rows(graph.type({node, 0}))) continue;
      const bool first = last.emplace(node, nullptr).second;
      if (!first && member.kind != NestKind::product) last[node] = &member;
    }
  }
  for (const auto& [node, member] : last)
    if (member) member->reread.push_back(node);
}

// Whether two nests go over the same rows, but for a few, and read some of the same elements.
bool shares_rows(const Plan& plan, const Nest& a, const Nest& b) {
  if (!of_rows_alone(a) || !of_rows_alone(b) || a.level != b.level) return false;
  const Extent more = a.space[0] - b.space[0];
  if (!more.is_number() || std::abs(*more.number()) > most_ragged) return false;
  const std::set<uint32_t> of_a = arrays_read(plan, a);
  for (uint32_t id : arrays_read(plan, b))
    if (of_a.contains(id)) return true;
  return false;
}

// A fold of rows and maps, none of which reads another's results, are one loop where no pad and no member
// ends.
void add_interior(const Plan& plan, Nest& tree) {
  const Graph& graph = *plan.program->graph;
  Nest joint;
  std::vector<Value> maps;
  size_t folds = 0;
  for (const Nest& member : tree.members) {
    if (plan.trees[member.roots[0].node] != Plan::no_tree) return;
    if (member.kind == NestKind::map) {
      maps.insert(maps.end(), member.roots.begin(), member.roots.end());
      continue;
    }
    for (Value root : member.roots)
      if (graph.node(root.node).op->kind == Kind::contraction) return;
    joint = member;
    folds++;
  }
  if (folds != 1 || maps.empty() || joint.roots.size() + maps.size() > most_interior) return;
  joint.roots.insert(joint.roots.end(), maps.begin(), maps.end());
  tree.interior = {std::move(joint)};
}

// Puts a nest into a tree that reads the same rows. All folds of rows in a tree have its extent.
bool joins_tree(const Plan& plan, Nest& tree, Nest& nest) {
  if (!tree.ragged || tree.level != nest.level || !of_rows_alone(nest)) return false;
  if (tree.members.size() >= most_members) return false;
  const bool folds = nest.kind == NestKind::fold_lanes;
  const bool has_folds = std::any_of(tree.members.begin(), tree.members.end(),
                                     [](const Nest& m) { return m.rows == Rows::folded; });
  if (folds && has_folds && tree.space != nest.space) return false;
  for (const Nest& member : tree.members)
    if (shares_rows(plan, member, nest)) {
      if (folds) tree.space = nest.space;
      nest.rows = folds ? Rows::folded : Rows::kept;
      tree.members.push_back(std::move(nest));
      return true;
    }
  return false;
}

}  // namespace

void make_trees(Plan& plan) {
  const Graph& graph = *plan.program->graph;
  std::vector<Nest> nests = std::move(plan.nests);
  plan.nests.clear();
  for (Nest& nest : nests) {
    const uint32_t root = nest.roots[0].node, tree = plan.trees[root];
    Nest* last = plan.nests.empty() ? nullptr : &plan.nests.back();
    if (tree != Plan::no_tree) {
      if (!last || last->kind != NestKind::tree || plan.trees[last->members[0].roots[0].node] != tree)
        plan.nests.push_back(
            {.kind = NestKind::tree, .level = nest.level, .space = {row_role(graph, root).extent}});
      plan.nests.back().members.push_back(std::move(nest));
      continue;
    }
    if (nest.kind == NestKind::fold_lanes && nest.kept > 0 && row_role(graph, root).rows == Rows::folded) {
      Nest alone{.kind = NestKind::tree, .level = nest.level, .space = {row_role(graph, root).extent}};
      nest.rows = Rows::folded;
      alone.members.push_back(std::move(nest));
      plan.nests.push_back(std::move(alone));
      continue;
    }
    if (last && last->kind == NestKind::tree && joins_tree(plan, *last, nest)) continue;
    if (last && shares_rows(plan, *last, nest)) {
      Nest made{.kind = NestKind::tree, .level = nest.level, .space = last->space, .ragged = true};
      last->rows = last->kind == NestKind::map ? Rows::kept : Rows::folded;
      made.members.push_back(std::move(*last));
      if (joins_tree(plan, made, nest)) {
        *last = std::move(made);
        continue;
      }
      *last = std::move(made.members[0]);
      last->rows = Rows::none;
    }
    plan.nests.push_back(std::move(nest));
  }
  for (Nest& nest : plan.nests) {
    if (nest.kind != NestKind::tree) continue;
    nest.ragged = std::all_of(nest.members.begin(), nest.members.end(), of_rows_alone);
    nest.block = block_of(graph, nest);
    if (nest.ragged)
      add_interior(plan, nest);
    else
      find_reread(plan, nest);
  }
}

}  // namespace wengert
