// Cuts long straight-line scalar code into chunks: code, or loops over tables for what is wide enough.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr size_t few = 512;  // so many scalars stay in the entry: one function is the fastest code
// From so many on, loops are taken where they are estimated to run not much longer than code: they compile in
// a tenth of the time.
constexpr size_t many = 60000;
constexpr double longer = 2.5;

struct Cutter {
  Plan& plan;
  const Graph& graph;
  UnitMaker maker;
  std::vector<uint32_t> rank;
  std::map<ScalarLoop, uint32_t> loops;  // their numbers in the plan
  static constexpr uint32_t none = 0xFFFFFFFF;
  explicit Cutter(Plan& p) : plan(p), graph(*p.program->graph), maker(p) {}

  bool chunkable(uint32_t id) const { return graph.node(id).op->kind == Kind::elementwise; }

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
    rank_entry_scalars();
    std::vector<uint32_t> kept, segment;
    for (uint32_t id : order) {
      if (!segment.empty() && plan.levels[segment.back()] != plan.levels[id]) add_segment(segment);
      if (chunkable(id)) {
        segment.push_back(id);
        continue;
      }
      kept.push_back(id);
      if (!plan.reads_storage(id)) add_segment(segment);  // it may read the segment so far
    }
    add_segment(segment);
    plan.scalars = std::move(kept);
  }

  struct Ordered {
    ScalarUnits units;
    ScalarSchedule schedule;
  };

  // Of the orders that the tier permits, the one estimated to run soonest.
  Ordered order(std::span<const uint32_t> segment, ScalarTier tier) {
    Ordered best;
    const auto consider = [&](Join join, auto schedule) {
      ScalarUnits units = maker.make(segment, join);
      ScalarSchedule made = schedule(units);
      if (best.units.size() == 0 || made.cycles < best.schedule.cycles)
        best = {std::move(units), std::move(made)};
    };
    const auto code = [&](const ScalarUnits& units) {
      ScalarSchedule out = schedule_code(plan, units, tier != ScalarTier::at_once);
      if (segment.size() >= many) out.cycles *= longer;
      return out;
    };
    const auto grouped = [&](const ScalarUnits& units) { return schedule_grouped(plan, units); };
    if (tier == ScalarTier::at_once) consider(Join::none, code);
    if (tier == ScalarTier::full || tier == ScalarTier::automatic) consider(Join::twins, code);
    if (tier == ScalarTier::grouped || tier == ScalarTier::automatic) {
      consider(Join::twins, grouped);
      consider(Join::readers, grouped);
    }
    return best;
  }

  uint32_t loop_number(const ScalarLoop& loop) {
    const auto [known, added] = loops.try_emplace(loop, static_cast<uint32_t>(plan.loops.size()));
    if (added) plan.loops.push_back(loop);
    return known->second;
  }

  void add_nodes(std::span<const uint32_t> nodes, const ScalarChunk& empty, ScalarTier tier) {
    if (nodes.empty()) return;
    const Ordered made = order(nodes, tier);
    std::vector<uint32_t> numbers;
    for (const ScalarLoop& loop : made.schedule.loops) numbers.push_back(loop_number(loop));
    size_t next = 0, statements = ScalarChunk::most_nodes;
    for (ScalarGroup group : made.schedule.groups) {
      const bool loop = group.loop != ScalarGroup::no_loop;
      if (statements >= ScalarChunk::most_nodes) plan.chunks.push_back(empty), statements = 0;
      ScalarChunk& chunk = plan.chunks.back();
      statements += loop ? 1 : group.count;
      if (loop) group.loop = numbers[group.loop];
      chunk.groups.push_back(group);
      for (uint32_t i = 0; i < group.count; i++, next++) {
        const uint32_t unit = made.schedule.units[next];
        chunk.shapes.push_back(made.units.shape[unit]);
        for (uint32_t id : made.units.of(unit)) chunk.nodes.push_back(id);
      }
    }
  }

  // What no trip carries to the next runs first, many trips at once.
  void add_loops(std::span<const uint32_t> segment, const Repeat& repeat, const ScalarChunk& empty) {
    for (const char carried : {0, 1}) {
      ScalarChunk chunk = empty;
      chunk.form = ScalarChunk::Form::repeated;
      chunk.trips = repeat.last - repeat.first, chunk.independent = !carried;
      for (uint32_t trip = repeat.first; trip < repeat.last; trip++)
        for (uint32_t k = 0; k < repeat.period; k++) {
          if (repeat.carried[k] != carried) continue;
          const uint32_t& id = segment[repeat.begin + trip * repeat.period + k];
          if (trip == repeat.first) chunk.shapes.push_back(maker.shape_of(id));
          chunk.nodes.push_back(id);
        }
      if (!chunk.nodes.empty()) plan.chunks.push_back(std::move(chunk));
    }
    const auto all = segment.subspan(repeat.begin, static_cast<size_t>(repeat.period) * repeat.trips);
    plan.repeats.push_back({repeat.period, repeat.trips, {all.begin(), all.end()}});
  }

  void add_segment(std::vector<uint32_t>& segment) {
    if (segment.empty()) return;
    const ScalarChunk empty{.level = plan.levels[segment.front()], .first = segment.front()};
    const ScalarTier tier = plan.options.scalar_tier;
    std::vector<Repeat> repeats;
    if (tier == ScalarTier::automatic || tier == ScalarTier::full)
      repeats = find_repeats(plan, maker, segment, rank);
    const std::span<const uint32_t> all = segment;
    size_t done = 0;
    for (const Repeat& repeat : repeats) {
      const auto from = [&](uint32_t trip) { return repeat.begin + trip * repeat.period; };
      const auto part = [&](size_t begin, size_t end) { return all.subspan(begin, end - begin); };
      add_nodes(part(done, repeat.begin), empty, tier);
      // Trips beside the loop store into its arrays too, which loops over tables cannot.
      add_nodes(part(repeat.begin, from(repeat.first)), empty, ScalarTier::at_once);
      add_loops(all, repeat, empty);
      add_nodes(part(from(repeat.last), from(repeat.trips)), empty, ScalarTier::at_once);
      done = from(repeat.trips);
    }
    add_nodes(all.subspan(done), empty, tier);
    segment.clear();
  }

  // Which values of a trip are read outside of the function that computes them.
  void mark_stored() {
    struct Place {
      uint32_t chunk = none, trip = 0, place = 0;
    };
    std::vector<Place> places(graph.size());
    for (uint32_t c = 0; c < plan.chunks.size(); c++) {
      ScalarChunk& chunk = plan.chunks[c];
      if (chunk.form != ScalarChunk::Form::repeated) continue;
      const uint32_t length = static_cast<uint32_t>(chunk.shapes.size());
      chunk.stored.assign(length, 0);
      for (uint32_t i = 0; i < chunk.nodes.size(); i++) places[chunk.nodes[i]] = {c, i / length, i % length};
    }
    const auto read = [&](uint32_t id, const Place& by) {
      const Place& at = places[id];
      const auto function = [](const Place& p) { return p.place / ScalarChunk::most_nodes; };
      if (at.chunk != none && (at.chunk != by.chunk || at.trip != by.trip || function(at) != function(by)))
        plan.chunks[at.chunk].stored[at.place] = 1;
    };
    for (uint32_t id = 0; id < graph.size(); id++)
      if (plan.roles[id] != Role::dead)
        for (Value input : graph.inputs(id)) read(input.node, places[id]);
    for (const Output& output : plan.program->outputs) read(output.value.node, {});
  }

  // Where the scalars that the entry computes and chunks read lie among one another: their slots are in this
  // order.
  void rank_entry_scalars() {
    rank.assign(graph.size(), none);
    for (uint32_t id : plan.scalars)
      if (chunkable(id))
        for (Value input : graph.inputs(id)) {
          const bool constant = graph.node(input.node).op->kind == Kind::constant;
          const bool chunk = plan.roles[input.node] == Role::scalar && chunkable(input.node);
          if (!constant && !chunk) rank[input.node] = 0;
        }
    uint32_t next = 0;
    for (uint32_t& place : rank)
      if (place == 0) place = next++;
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
  Cutter cutter(plan);
  const size_t computed = static_cast<size_t>(std::count_if(
      plan.scalars.begin(), plan.scalars.end(), [&](uint32_t id) { return cutter.chunkable(id); }));
  std::vector<uint32_t> order = cutter.ordered();
  if (computed <= few && plan.options.scalar_tier == ScalarTier::automatic) {
    plan.scalars = std::move(order);
    return;
  }
  cutter.cut(order);
  cutter.mark_stored();
  assign_slots(plan);
}

std::string print_chunks(const Plan& plan) {
  if (plan.chunks.empty()) return "";
  size_t functions = 0, coded = 0, repeats = 0, repeated = 0, calls = 0, grouped = 0, lanes = 0;
  for (const ScalarChunk& chunk : plan.chunks) {
    if (chunk.form == ScalarChunk::Form::repeated) {
      repeats++, repeated += chunk.nodes.size();
      continue;
    }
    functions++;
    for (const ScalarGroup& group : chunk.groups) {
      if (group.loop == ScalarGroup::no_loop) {
        coded += group.count;
        continue;
      }
      const uint32_t width = plan.loops[group.loop].lanes;
      calls++, grouped += group.count, lanes += (group.count + width - 1) / width * width;
    }
  }
  std::string out;
  if (functions) out += fmt::format("{} scalars as code in {} functions\n", coded, functions);
  if (repeats) out += fmt::format("{} scalars in {} loops over what repeats\n", repeated, repeats);
  if (calls)
    out +=
        fmt::format("{} scalars in {} calls of {} loops over tables, {:.0f}% of lanes used\n", grouped, calls,
                    plan.loops.size(), 100.0 * static_cast<double>(grouped) / static_cast<double>(lanes));
  return out + fmt::format("{} bytes of slots\n", plan.slot_bytes);
}

}  // namespace wengert
