// Finds repeated structure in scalar code: a block of nodes made a thousand times over becomes a loop.
//
// Nodes i and i + p are alike when their ops, attributes and dtypes are, and each operand of the one is that
// of the other a step further along: in the segment, among the entry's scalars, or the same value. A repeat
// keeps the same steps from trip to trip.
#include <algorithm>
#include <map>

#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr uint32_t none = 0xFFFFFFFF;
constexpr size_t least_nodes = 512;  // of a repeat
constexpr uint32_t least_trips = 8;
constexpr uint32_t longest = 4096;  // period
constexpr size_t gram = 8;          // neighbours whose likeness suggests a period
constexpr size_t candidates = 8;

struct Operand {
  enum class Home : uint8_t { fixed, segment, entry } home;
  int64_t place;  // fixed: the node
};

struct Finder {
  const Plan& plan;
  const Graph& graph = *plan.program->graph;
  std::span<const uint32_t> segment, rank;
  std::vector<uint32_t> position = {}, kind = {};  // by node; by position
  std::vector<Repeat> found = {};
  std::vector<uint32_t> owner = {};  // by position: number in `found`

  Operand operand(uint32_t at, size_t which) const {
    const uint32_t id = graph.inputs(segment[at])[which].node;
    if (position[id] != none) return {Operand::Home::segment, position[id]};
    if (rank[id] != none) return {Operand::Home::entry, rank[id]};
    return {Operand::Home::fixed, id};
  }

  // Whether position i + p does what i does, and i + 2p what i + p does, at the same steps.
  bool goes_on(uint32_t i, uint32_t p) const {
    if (kind[i] != kind[i + p] || kind[i] != kind[i + 2 * p]) return false;
    for (size_t o = 0; o < graph.inputs(segment[i]).size(); o++) {
      const Operand a = operand(i, o), b = operand(i + p, o), c = operand(i + 2 * p, o);
      if (a.home != b.home || b.home != c.home || c.place - b.place != b.place - a.place) return false;
      if (a.home == Operand::Home::fixed && a.place != b.place) return false;
    }
    return true;
  }

  std::vector<uint32_t> likely_periods() const {
    std::map<uint32_t, uint32_t> count;
    std::unordered_map<uint64_t, uint32_t> last;
    for (uint32_t i = 0; i + gram <= segment.size(); i++) {
      uint64_t hash = 0;
      for (size_t k = 0; k < gram; k++) hash = (hash ^ kind[i + k]) * 0x9E3779B97F4A7C15u, hash ^= hash >> 29;
      const auto [before, added] = last.try_emplace(hash, i);
      if (added) continue;
      if (i - before->second <= longest) count[i - before->second]++;
      before->second = i;
    }
    std::vector<std::pair<uint32_t, uint32_t>> order;
    for (auto [period, times] : count)
      if (times >= least_nodes / 2) order.emplace_back(times, period);
    std::sort(order.rbegin(), order.rend());
    order.resize(std::min(order.size(), candidates));
    std::vector<uint32_t> out;
    for (auto [times, period] : order) out.push_back(period);
    return out;
  }

  void scan(uint32_t p) {
    const uint32_t size = static_cast<uint32_t>(segment.size());
    for (uint32_t i = 0; i + 2 * p < size;) {
      uint32_t end = i;
      while (end + 2 * p < size && owner[end] == none && owner[end + p] == none &&
             owner[end + 2 * p] == none && goes_on(end, p))
        end++;
      const uint32_t trips = (end - i) / p + 2;
      if (end - i >= p && trips >= least_trips && static_cast<size_t>(trips) * p >= least_nodes) {
        std::fill(owner.begin() + i, owner.begin() + i + trips * p, static_cast<uint32_t>(found.size()));
        found.push_back({.begin = i, .period = p, .trips = trips, .first = 0, .last = trips});
        i += trips * p;
      } else {
        i = end + 1;
      }
    }
  }

  // Leaves the trips whose operands that move lie where the slots are arrays over the trips of some repeat.
  bool narrow(Repeat& repeat) const {
    const uint32_t before = repeat.last - repeat.first;
    for (uint32_t k = 0; k < repeat.period && repeat.first < repeat.last; k++) {
      const uint32_t at = repeat.begin + k;
      for (size_t o = 0; o < graph.inputs(segment[at]).size(); o++) {
        const Operand start = operand(at, o), next = operand(at + repeat.period, o);
        const int64_t step = next.place - start.place;
        if (start.home != Operand::Home::segment || step == 0) continue;
        const int64_t middle = start.place + step * ((repeat.first + repeat.last) / 2);
        const uint32_t other = owner[static_cast<size_t>(middle)];
        if (other == none || found[other].trips == 0 || step % found[other].period != 0) {
          repeat.first = repeat.last = 0;
          return true;
        }
        const Repeat& source = found[other];
        const auto inside = [&](uint32_t trip) {
          const int64_t place = start.place + step * trip;
          return place >= source.begin &&
                 place < source.begin + static_cast<int64_t>(source.period) * source.trips;
        };
        while (repeat.first < repeat.last && !inside(repeat.first)) repeat.first++;
        while (repeat.first < repeat.last && !inside(repeat.last - 1)) repeat.last--;
      }
    }
    return repeat.last - repeat.first != before;
  }

  void mark_carried(Repeat& repeat) const {
    repeat.carried.assign(repeat.period, 0);
    const int64_t begin = repeat.begin, p = repeat.period;
    for (uint32_t k = 0; k < repeat.period; k++)
      for (size_t o = 0; o < graph.inputs(segment[begin + k]).size(); o++) {
        const Operand start = operand(repeat.begin + k, o),
                      next = operand(repeat.begin + k + repeat.period, o);
        if (start.home != Operand::Home::segment) continue;
        const int64_t step = next.place - start.place;
        const bool same_trip = start.place >= begin && step == p;
        const bool other_trip =
            !same_trip && start.place + std::max<int64_t>(step * (repeat.trips - 1), 0) >= begin;
        if (other_trip || (same_trip && repeat.carried[static_cast<size_t>(start.place - begin)]))
          repeat.carried[k] = 1;
      }
  }
};

}  // namespace

std::vector<Repeat> find_repeats(const Plan& plan, UnitMaker& maker, std::span<const uint32_t> segment,
                                 std::span<const uint32_t> rank) {
  if (segment.size() < least_nodes) return {};
  Finder finder{.plan = plan, .segment = segment, .rank = rank};
  finder.position.assign(finder.graph.size(), none);
  finder.owner.assign(segment.size(), none);
  for (uint32_t i = 0; i < segment.size(); i++) {
    finder.position[segment[i]] = i;
    finder.kind.push_back(maker.shape_of(segment[i]));
  }
  for (uint32_t period : finder.likely_periods()) finder.scan(period);
  // A repeat that is given up takes its arrays along, so the others are looked at again.
  for (bool changed = true; changed;) {
    changed = false;
    for (Repeat& repeat : finder.found) {
      if (repeat.trips == 0) continue;
      finder.narrow(repeat);
      if (repeat.last - repeat.first < least_trips)
        repeat.trips = repeat.first = repeat.last = 0, changed = true;
    }
  }
  std::erase_if(finder.found, [](const Repeat& repeat) { return repeat.trips == 0; });
  std::sort(finder.found.begin(), finder.found.end(),
            [](const Repeat& a, const Repeat& b) { return a.begin < b.begin; });
  for (Repeat& repeat : finder.found) finder.mark_carried(repeat);
  return finder.found;
}

}  // namespace wengert
