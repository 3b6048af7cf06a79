// Cuts long straight-line scalar code into chunks, and gives slots to what passes between them.
#include <algorithm>
#include <map>

#include "codegen/plan/plan.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr size_t few = 512;          // so many scalars stay in the entry: one function is the fastest code
constexpr size_t chunk_nodes = 300;  // llvm: 200 to 500 statements a function compile fastest and run well

struct Cutter {
  Plan& plan;
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> chunk_of;  // by node; none: computed in the entry
  static constexpr uint32_t none = 0xFFFFFFFF;

  bool chunkable(uint32_t id) const { return graph.node(id).op->kind == Kind::elementwise; }
  bool constant(uint32_t id) const { return graph.node(id).op->kind == Kind::constant; }

  // Scalars by level, each level: first those that only read storage, then the rest in order.
  std::vector<uint32_t> ordered() const {
    std::vector<uint32_t> out = plan.scalars;
    std::stable_sort(out.begin(), out.end(), [&](uint32_t a, uint32_t b) {
      if (plan.levels[a] != plan.levels[b]) return plan.levels[a] < plan.levels[b];
      return plan.reads_storage(a) && !plan.reads_storage(b);
    });
    return out;
  }

  void cut(const std::vector<uint32_t>& order) {
    std::vector<uint32_t> kept;
    bool open = false;
    for (uint32_t id : order) {
      if (!chunkable(id)) {
        kept.push_back(id);
        if (!plan.reads_storage(id)) open = false;  // it may read the chunk so far
        continue;
      }
      if (!open || plan.chunks.back().level != plan.levels[id] ||
          plan.chunks.back().nodes.size() >= chunk_nodes)
        plan.chunks.push_back({plan.levels[id], {}});
      open = true;
      plan.chunks.back().nodes.push_back(id);
      chunk_of[id] = static_cast<uint32_t>(plan.chunks.size() - 1);
    }
    plan.scalars = std::move(kept);
  }

  // Slots are given chunk by chunk and taken back behind the last reader; a chunk never writes a slot it
  // reads, so that its two pointers to them do not alias.
  void assign_slots() {
    std::vector<uint32_t> last(graph.size(), 0);
    std::vector<char> crosses(graph.size(), 0);
    constexpr uint32_t forever = 0xFFFFFFFF;
    for (uint32_t id = 0; id < graph.size(); id++) {
      if (plan.roles[id] == Role::dead) continue;
      for (Value input : graph.inputs(id)) {
        const uint32_t from = chunk_of[input.node], to = chunk_of[id];
        if (!graph.type(input).is_scalar() || constant(input.node) || (from == none && to == none) ||
            from == to)
          continue;
        crosses[input.node] = 1;
        last[input.node] = to == none || from == none ? forever : std::max(last[input.node], to);
      }
    }
    for (const Output& output : plan.program->outputs)
      if (chunk_of[output.value.node] != none)
        crosses[output.value.node] = 1, last[output.value.node] = forever;
    plan.slots.assign(graph.size(), Plan::no_slot);
    std::vector<uint32_t> free;
    std::multimap<uint32_t, uint32_t> ends;  // last reading chunk -> slot
    auto give = [&](uint32_t id) {
      if (free.empty())
        plan.slots[id] = plan.slot_count++;
      else
        plan.slots[id] = free.back(), free.pop_back();
      if (last[id] != forever) ends.emplace(last[id], plan.slots[id]);
    };
    for (uint32_t id = 0; id < graph.size(); id++)
      if (crosses[id] && chunk_of[id] == none) give(id);
    for (uint32_t c = 0; c < plan.chunks.size(); c++) {
      for (uint32_t id : plan.chunks[c].nodes)
        if (crosses[id]) give(id);
      for (auto end = ends.begin(); end != ends.end() && end->first <= c; end = ends.erase(end))
        free.push_back(end->second);
    }
  }
};

}  // namespace

bool Plan::reads_storage(uint32_t scalar) const {
  const Graph& graph = *program->graph;
  for (uint32_t at = scalar;;) {
    const Kind kind = graph.node(at).op->kind;
    if (kind == Kind::constant || kind == Kind::iota) return true;
    if (kind != Kind::reshape && kind != Kind::movement) return false;
    at = graph.inputs(at)[0].node;
    const Role role = roles[at];
    if (role == Role::argument || role == Role::constant || role == Role::root || role == Role::view)
      return !graph.type({at, 0}).is_scalar();
    if (role != Role::inlined) return false;
  }
}

void cut_scalars(Plan& plan) {
  Cutter cutter{plan, *plan.program->graph, std::vector<uint32_t>(plan.program->graph->size(), Cutter::none)};
  const size_t computed = static_cast<size_t>(std::count_if(
      plan.scalars.begin(), plan.scalars.end(), [&](uint32_t id) { return cutter.chunkable(id); }));
  std::vector<uint32_t> order = cutter.ordered();
  if (computed <= few) {
    plan.scalars = std::move(order);
    return;
  }
  cutter.cut(order);
  cutter.assign_slots();
}

}  // namespace wengert
