// Orders for the units of a segment. A unit is ready when the units that it reads have run.
#include <algorithm>
#include <functional>
#include <map>
#include <queue>

#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr size_t most_loops = 64;        // each costs time to compile
constexpr size_t cheap = 4;              // primitives of a unit that shares a loop with others
constexpr size_t most_alternatives = 8;  // of one loop: all of them run
constexpr uint32_t least_calls = 32;     // of a body, from which on it is compiled as scalar code too
constexpr size_t window = 1024;          // nodes among which code is reordered, so that lifetimes stay short

// Cycles, roughly, of a processor with two vector units.
constexpr double load_cycles = 0.8, prim_cycles = 1, trip_cycles = 4, group_cycles = 20;
constexpr double cheap_code_cycles = 2, call_cycles = 12;

// Which units read a unit, and how many reads each still waits for.
struct Readers {
  std::vector<uint32_t> begin, units, waits;
  Readers(const Graph& graph, const ScalarUnits& all) : begin(all.size() + 1, 0), waits(all.size(), 0) {
    std::vector<uint32_t> unit_of(graph.size(), none);
    for (uint32_t u = 0; u < all.size(); u++)
      for (uint32_t id : all.of(u)) unit_of[id] = u;
    const auto each_read = [&](auto&& visit) {
      for (uint32_t u = 0; u < all.size(); u++)
        for (uint32_t id : all.of(u))
          for (Value input : graph.inputs(id))
            if (const uint32_t from = unit_of[input.node]; from != none && from != u) visit(from, u);
    };
    each_read([&](uint32_t from, uint32_t to) { begin[from + 1]++, waits[to]++; });
    for (size_t i = 1; i < begin.size(); i++) begin[i] += begin[i - 1];
    units.resize(begin.back());
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    each_read([&](uint32_t from, uint32_t to) { units[next[from]++] = to; });
  }
  // Calls back with the units that wait for nothing more now that `unit` has run.
  void release(uint32_t unit, const std::function<void(uint32_t)>& ready) {
    for (uint32_t i = begin[unit]; i < begin[unit + 1]; i++)
      if (--waits[units[i]] == 0) ready(units[i]);
  }

 private:
  static constexpr uint32_t none = 0xFFFFFFFF;
};

struct Queue {
  std::vector<uint32_t> units;
  size_t head = 0;
  size_t size() const { return units.size() - head; }
  uint32_t pop() { return units[head++]; }
};

// Loops for the shapes that are frequent; queue 0 has all others, which run as code.
struct Loops {
  std::vector<ScalarLoop> loops;   // queue q + 1 has those of loop q
  std::vector<uint32_t> queue_of;  // by shape
  std::vector<double> trip;        // cycles of one trip
  std::vector<uint32_t> lanes;
  std::vector<char> costs_much;

  Loops(const Plan& plan, const ScalarUnits& units) : queue_of(plan.shapes.size(), 0) {
    std::vector<uint32_t> count(plan.shapes.size(), 0);
    for (uint32_t shape : units.shape) count[shape]++;
    // Cheap shapes that read and give the same dtypes share a loop, the most frequent ones first.
    std::map<std::vector<Dtype>, std::vector<uint32_t>> families;
    std::vector<std::pair<uint32_t, ScalarLoop>> found;
    for (uint32_t shape = 0; shape < count.size(); shape++) {
      const ScalarShape& s = plan.shapes[shape];
      if (count[shape] == 0 || s.lanes == 1 || s.streams == 0) continue;
      const auto outputs = std::count(s.stored.begin(), s.stored.end(), 1);
      if (s.cost > cheap || outputs != 1)
        found.push_back({count[shape], {{shape}, s.lanes}});
      else
        families[signature(plan, s)].push_back(shape);
    }
    for (auto& [dtypes, shapes] : families) {
      std::stable_sort(shapes.begin(), shapes.end(),
                       [&](uint32_t a, uint32_t b) { return count[a] > count[b]; });
      for (size_t i = 0; i < shapes.size(); i += most_alternatives) {
        const size_t end = std::min(i + most_alternatives, shapes.size());
        uint32_t all = 0;
        for (size_t k = i; k < end; k++) all += count[shapes[k]];
        found.push_back({all,
                         {{shapes.begin() + static_cast<std::ptrdiff_t>(i),
                           shapes.begin() + static_cast<std::ptrdiff_t>(end)},
                          plan.shapes[shapes[i]].lanes}});
      }
    }
    std::erase_if(found, [](const auto& loop) { return loop.first < least_units; });
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    found.resize(std::min(found.size(), most_loops));
    for (auto& [times, loop] : found) add(plan, std::move(loop));
  }

  void add(const Plan& plan, ScalarLoop loop) {
    const ScalarShape& any = plan.shapes[loop.shapes[0]];
    size_t prims = loop.shapes.size() - 1;  // the lanes' choices
    for (uint32_t shape : loop.shapes)
      prims += plan.shapes[shape].cost, queue_of[shape] = static_cast<uint32_t>(loops.size()) + 1;
    trip.push_back(trip_cycles + load_cycles * any.streams * any.lanes +
                   prim_cycles * static_cast<double>(prims));
    lanes.push_back(any.lanes);
    costs_much.push_back(prims >= costly && loop.shapes.size() == 1);
    loops.push_back(std::move(loop));
  }

 private:
  static std::vector<Dtype> signature(const Plan& plan, const ScalarShape& shape) {
    const Graph& graph = *plan.program->graph;
    std::vector<Dtype> out;
    for (uint32_t stream : streams_of(plan, shape.nodes)) out.push_back(graph.type({stream, 0}).dtype);
    for (size_t k = 0; k < shape.nodes.size(); k++)
      if (shape.stored[k]) out.push_back(graph.type({shape.nodes[k], 0}).dtype);
    // Their lanes are those of the widest value, which may be an inner one.
    for (uint32_t lanes = shape.lanes; lanes > 1; lanes /= 2) out.push_back(Dtype::boolean);
    return out;
  }
};

// Whether units that are ready together are worth gathering into lanes among code.
bool is_gathered(const ScalarShape& shape) {
  return shape.cost >= costly && shape.lanes > 1 && shape.streams > 0;
}

// Cycles until its results are there.
double latency(const ScalarShape& shape) { return 4 + static_cast<double>(shape.cost); }

double code_cycles(const ScalarShape& shape) {
  const double prims = static_cast<double>(shape.cost);
  return shape.cost < costly ? cheap_code_cycles + prims / 4 : call_cycles + prims / 2;
}

}  // namespace

ScalarSchedule schedule_grouped(const Plan& plan, const ScalarUnits& units) {
  Readers readers(*plan.program->graph, units);
  Loops loops(plan, units);
  std::vector<Queue> queues(loops.loops.size() + 1);
  const auto ready = [&](uint32_t unit) { queues[loops.queue_of[units.shape[unit]]].units.push_back(unit); };
  for (uint32_t u = 0; u < units.size(); u++)
    if (readers.waits[u] == 0) ready(u);

  ScalarSchedule out;
  const auto run = [&](uint32_t unit) {
    out.units.push_back(unit);
    readers.release(unit, ready);
  };
  while (out.units.size() < units.size()) {
    uint32_t best = 0;
    double most = 0;
    bool full = false;
    for (uint32_t q = 1; q < queues.size(); q++) {
      if (queues[q].size() == 0) continue;
      const double vectors = static_cast<double>(queues[q].size()) / loops.lanes[q - 1];
      // What fills vectors comes first; of the rest the cheap, since much may wait for it.
      const double score = vectors >= 1 ? vectors + 2 : loops.costs_much[q - 1] ? vectors : vectors + 1;
      if (score > most) most = score, best = q, full = vectors >= 1;
    }
    if (!full && queues[0].size() > 0) {
      while (queues[0].size() > 0) {
        const uint32_t unit = queues[0].pop();
        out.groups.push_back({.count = 1});
        out.cycles += code_cycles(plan.shapes[units.shape[unit]]);
        run(unit);
      }
      continue;
    }
    const uint32_t number = best - 1, lanes = loops.lanes[number];
    uint32_t taken = static_cast<uint32_t>(queues[best].size());
    if (full) taken = taken / lanes * lanes;
    out.groups.push_back({number, taken});
    out.cycles += group_cycles + (taken + lanes - 1) / lanes * loops.trip[number];
    for (uint32_t i = 0; i < taken; i++) run(queues[best].pop());
  }
  out.loops = std::move(loops.loops);
  return out;
}

// Which loops the groups of costly units run in. Those that fill no more than half a vector have one of half
// the lanes and single units a scalar body, where there are enough of them to pay for compiling it.
static void choose_loops(const Plan& plan, const ScalarUnits& units, ScalarSchedule& schedule) {
  struct Shape {
    uint32_t singles = 0, halves = 0, wholes = 0;
    uint32_t half = ScalarGroup::no_loop, whole = ScalarGroup::no_loop;
  };
  std::map<uint32_t, Shape> costly_shapes;
  const auto each_group = [&](auto&& visit) {
    size_t next = 0;
    for (ScalarGroup& group : schedule.groups) {
      const uint32_t shape = units.shape[schedule.units[next]];
      next += group.count;
      if (is_gathered(plan.shapes[shape])) visit(group, shape, costly_shapes[shape]);
    }
  };
  each_group([&](ScalarGroup& group, uint32_t shape, Shape& counts) {
    if (group.count == 1)
      counts.singles++;
    else if (group.count * 2 <= plan.shapes[shape].lanes)
      counts.halves++;
    else
      counts.wholes++;
  });
  for (auto& [shape, counts] : costly_shapes) {
    const auto add = [&, shape = shape](uint32_t lanes) {
      schedule.loops.push_back({{shape}, lanes});
      return static_cast<uint32_t>(schedule.loops.size() - 1);
    };
    const uint32_t lanes = plan.shapes[shape].lanes;
    if (counts.halves >= least_calls) counts.half = add(lanes / 2);
    if (counts.wholes > 0 || (counts.halves > 0 && counts.halves < least_calls)) counts.whole = add(lanes);
  }
  each_group([&](ScalarGroup& group, uint32_t shape, Shape& counts) {
    if (group.count == 1 && counts.singles >= least_calls) return;
    const bool fits_half = group.count * 2 <= plan.shapes[shape].lanes && counts.half != ScalarGroup::no_loop;
    group.loop = fits_half ? counts.half : counts.whole;
  });
}

// By unit: the latency of the longest way from it to the end.
static std::vector<double> heights(const Plan& plan, const ScalarUnits& units, const Readers& readers) {
  std::vector<double> out(units.size(), 0);
  for (uint32_t unit = static_cast<uint32_t>(units.size()); unit-- > 0;) {
    for (uint32_t i = readers.begin[unit]; i < readers.begin[unit + 1]; i++)
      out[unit] = std::max(out[unit], out[readers.units[i]]);
    out[unit] += latency(plan.shapes[units.shape[unit]]);
  }
  return out;
}

ScalarSchedule schedule_code(const Plan& plan, const ScalarUnits& units, bool lanes) {
  Readers readers(*plan.program->graph, units);
  const std::vector<double> height = heights(plan, units, readers);
  ScalarSchedule out;
  uint32_t end = 0;  // of the window
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> single;
  // By shape; the highest unit first.
  const auto lower = [&](uint32_t a, uint32_t b) {
    return height[a] != height[b] ? height[a] < height[b] : a > b;
  };
  using ByHeight = std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(lower)>;
  std::map<uint32_t, ByHeight> grouped;
  std::vector<uint32_t> pending;  // ready, behind the window
  const auto ready = [&](uint32_t unit) {
    if (unit >= end) return pending.push_back(unit);
    const ScalarShape& shape = plan.shapes[units.shape[unit]];
    if (lanes && is_gathered(shape))
      grouped.try_emplace(units.shape[unit], lower).first->second.push(unit);
    else
      single.push(unit);
  };
  for (uint32_t u = 0; u < units.size(); u++)
    if (readers.waits[u] == 0) pending.push_back(u);
  const auto run = [&](uint32_t unit) {
    out.units.push_back(unit);
    readers.release(unit, ready);
  };
  while (out.units.size() < units.size()) {
    if (!single.empty()) {
      const uint32_t unit = single.top();
      single.pop();
      out.groups.push_back({.count = 1});
      out.cycles += code_cycles(plan.shapes[units.shape[unit]]);
      run(unit);
      continue;
    }
    // What fills a vector, the most first; else what the end waits for longest.
    auto best = grouped.end();
    const auto fills = [&](auto at) {
      return at->second.size() >= plan.shapes[at->first].lanes ? at->second.size() : 0;
    };
    for (auto at = grouped.begin(); at != grouped.end(); ++at) {
      if (at->second.empty()) continue;
      if (best == grouped.end() || fills(at) > fills(best) ||
          (fills(at) == fills(best) && lower(best->second.top(), at->second.top())))
        best = at;
    }
    if (best == grouped.end()) {  // the window is done
      end += window;
      std::vector<uint32_t> waiting;
      waiting.swap(pending);
      for (uint32_t unit : waiting) ready(unit);
      continue;
    }
    const ScalarShape& shape = plan.shapes[best->first];
    const uint32_t taken = std::min(static_cast<uint32_t>(best->second.size()), shape.lanes);
    out.groups.push_back({.count = taken});
    const double part = taken * 2 <= shape.lanes ? 0.6 : 1;
    out.cycles += taken == 1 ? code_cycles(shape)
                             : call_cycles + taken + part * prim_cycles * static_cast<double>(shape.cost);
    // All are taken before one runs: what it makes ready may read it.
    std::vector<uint32_t> side_by_side;
    for (uint32_t i = 0; i < taken; i++) side_by_side.push_back(best->second.top()), best->second.pop();
    for (uint32_t unit : side_by_side) run(unit);
  }
  if (lanes) choose_loops(plan, units, out);
  return out;
}

}  // namespace wengert
