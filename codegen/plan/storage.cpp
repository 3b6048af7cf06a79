// Where arrays lie: in the output they are, else in the workspace, where arrays whose lifetimes do not meet
// share a place. Lifetimes are counted in levels.
#include <algorithm>
#include <map>

#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/summation.h"

namespace wengert {
namespace {

Extent aligned_bytes(const Extent& bytes) {
  constexpr int64_t alignment = 64;
  if (bytes.is_number()) return (*bytes.number() + alignment - 1) / alignment * alignment;
  return Extent::floor_divide(bytes + (alignment - 1), alignment) * alignment;
}

// A place in the workspace: its size, where it starts, and the last level that reads what lies there.
struct Place {
  Extent size, offset;
  uint32_t last;
};

class Workspace {
 public:
  Extent allocate(const Extent& bytes, uint32_t first, uint32_t last) {
    const Extent size = aligned_bytes(bytes);
    for (Place& place : places_) {
      if (place.last >= first) continue;
      const Extent slack = place.size - size;
      if (!slack.is_number() || *slack.number() < 0) continue;
      place.last = last;
      return place.offset;
    }
    places_.push_back({size, end_, last});
    const Extent offset = end_;
    end_ = end_ + size;
    return offset;
  }
  const Extent& bytes() const { return end_; }

 private:
  std::vector<Place> places_;
  Extent end_ = 0;
};

std::vector<uint32_t> last_readers(const Plan& plan) {
  const Graph& graph = *plan.program->graph;
  // The highest level at which a node's value is read, through inlined nodes and views.
  std::vector<uint32_t> last(graph.size(), 0);
  for (uint32_t id = graph.size(); id-- > 0;) {
    const Role role = plan.roles[id];
    if (role == Role::dead) continue;
    // A scalar of level L is computed behind the nests of level L.
    const bool passes_on = role == Role::inlined || role == Role::view;
    const uint32_t reads_at = passes_on ? last[id] : plan.levels[id];
    for (Value input : graph.inputs(id)) last[input.node] = std::max(last[input.node], reads_at);
  }
  return last;
}

}  // namespace

void assign_storage(Plan& plan) {
  const Program& program = *plan.program;
  const Graph& graph = *program.graph;
  plan.storage.assign(graph.size(), {});
  plan.source.resize(graph.size());
  for (uint32_t id = 0; id < graph.size(); id++)
    plan.source[id] = plan.roles[id] == Role::view ? plan.source[graph.inputs(id)[0].node] : id;
  for (uint32_t i = 0; i < program.inputs().size(); i++)
    plan.storage[program.inputs()[i].node] = {Storage::Kind::input, i, 0};
  for (uint32_t i = 0; i < program.outputs.size(); i++) {
    const uint32_t node = program.outputs[i].value.node;
    const uint32_t root = plan.source[node];
    if (plan.roles[root] == Role::root && !graph.type({root, 0}).is_scalar() &&
        plan.storage[root].kind == Storage::Kind::none)
      plan.storage[root] = {Storage::Kind::output, i, 0};
    else
      plan.copies.push_back({i, node});
  }
  std::vector<uint32_t> last = last_readers(plan);
  for (auto [output, node] : plan.copies) last[plan.source[node]] = 0xFFFFFFFF;  // copied at the very end
  Workspace workspace;
  std::vector<uint32_t> order;
  for (const Nest& nest : plan.nests)
    for (Value root : nest.roots) order.push_back(root.node);
  for (uint32_t id : order) {
    const Type& type = graph.type({id, 0});
    if (type.is_scalar() || plan.storage[id].kind != Storage::Kind::none) continue;
    const Extent bytes = element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype));
    plan.storage[id] = {Storage::Kind::workspace, 0, workspace.allocate(bytes, plan.levels[id], last[id])};
  }
  for (uint32_t id = 0; id < graph.size(); id++)
    if (plan.roles[id] == Role::constant) plan.storage[id] = {Storage::Kind::constant, 0, 0};
  for (uint32_t id = 0; id < graph.size(); id++)
    if (plan.roles[id] == Role::view) plan.storage[id] = plan.storage[plan.source[id]];
  for (Nest& nest : plan.nests) {
    if (nest.kind != NestKind::fold_chain) continue;
    const std::optional<int64_t> first = nest.space[nest.kept].number();
    if (first && *first < summation::long_extent) continue;
    // most_chunks results of the widest block (codegen/emit_fold_chain.cpp) for each root.
    nest.scratch = workspace.allocate(summation::most_chunks * 512 * static_cast<int64_t>(nest.roots.size()),
                                      nest.level, nest.level);
  }
  if (plan.slot_count > 0)
    plan.slot_area = workspace.allocate(static_cast<int64_t>(plan.slot_count) * 8, 0, 0xFFFFFFFF);
  plan.workspace = workspace.bytes();
}

}  // namespace wengert
