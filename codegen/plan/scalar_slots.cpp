// Slots: where scalars lie that pass between functions. Code takes slots of eight bytes; a trip of a loop
// over tables stores a vector, which is a line. Both are reused behind their last reader.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr uint32_t entry = 0xFFFFFFFF;  // computed in the entry, or read there: lives to the end
constexpr uint32_t slot_size = 8;

struct Slots {
  Plan& plan;
  const Graph& graph = *plan.program->graph;
  const uint32_t line_size = plan.options.vector_bits / 8;
  std::vector<uint32_t> time, last;             // by node: when it is computed, and last read
  std::vector<char> crosses;                    // needs a slot
  std::vector<std::vector<uint32_t>> expiring;  // by time: nodes
  std::vector<uint32_t> free_slots, free_lines;
  std::vector<uint32_t> line_of;  // by node; none: a slot of eight bytes
  std::vector<uint32_t> line_live;
  std::vector<uint32_t> line_place;
  uint64_t end = 0;

  explicit Slots(Plan& p)
      : plan(p),
        time(graph.size(), entry),
        last(graph.size(), 0),
        crosses(graph.size(), 0),
        line_of(graph.size(), entry) {}

  // Visits the groups of chunks of code: each loop is a moment, and the code between two of them; so is what
  // repeats. `visit` gets the moment, the nodes and their shapes, and the lanes of a
  // loop; 0: the nodes of one group of code.
  template <class Visit, class After>
  uint32_t each_moment(Visit visit, After after) {
    uint32_t now = 0;
    for (const ScalarChunk& chunk : plan.chunks) {
      std::span<const uint32_t> nodes = chunk.nodes, shapes = chunk.shapes;
      if (chunk.form == ScalarChunk::Form::repeated) {
        visit(now, nodes, shapes, 0), after(now++);
        continue;
      }
      bool code = false;
      for (const ScalarGroup& group : chunk.groups) {
        const bool loop = group.loop != ScalarGroup::no_loop;
        const uint32_t lanes = loop ? plan.loops[group.loop].lanes : 0;
        if (loop && code) after(now++);
        size_t length = 0;
        for (uint32_t shape : shapes.first(group.count)) length += plan.shapes[shape].nodes.size();
        visit(now, nodes.first(length), shapes.first(group.count), lanes);
        nodes = nodes.subspan(length), shapes = shapes.subspan(group.count);
        if (loop) after(now++);
        code = !loop;
      }
      if (code) after(now++);
    }
    return now;
  }

  void find_lifetimes() {
    for (uint32_t id = 0; id < graph.size(); id++) {
      if (plan.roles[id] == Role::dead) continue;
      for (Value input : graph.inputs(id)) {
        const uint32_t from = time[input.node], to = time[id];
        if (!graph.type(input).is_scalar() || graph.node(input.node).op->kind == Kind::constant) continue;
        if (from == entry && to == entry) continue;
        if (from != to) crosses[input.node] = 1;
        last[input.node] = std::max(last[input.node], to);
      }
    }
    for (const Output& output : plan.program->outputs)
      if (time[output.value.node] != entry) crosses[output.value.node] = 1, last[output.value.node] = entry;
  }

  uint32_t extend(uint64_t bytes, uint64_t alignment) {
    const uint64_t at = (end + alignment - 1) / alignment * alignment;
    end = at + bytes;
    if (end >= Plan::no_slot)
      throw Error(Code::size, "scalar code: more than 4 GiB of values that pass between functions");
    return static_cast<uint32_t>(at);
  }

  void give(uint32_t id) {
    if (free_slots.empty())
      plan.slots[id] = extend(slot_size, slot_size);
    else
      plan.slots[id] = free_slots.back(), free_slots.pop_back();
    if (last[id] != entry) expiring[last[id]].push_back(id);
  }

  // Unit after unit; each stored node of a vector's units in a line of its own.
  void give_lines(std::span<const uint32_t> nodes, std::span<const uint32_t> shapes, size_t lanes) {
    std::vector<uint32_t> lines;
    for (size_t unit = 0; unit < shapes.size(); unit++) {
      const ScalarShape& shape = plan.shapes[shapes[unit]];
      if (unit % lanes == 0) lines.clear();
      for (size_t k = 0, output = 0; k < shape.nodes.size(); k++) {
        if (!shape.stored[k]) continue;
        if (output == lines.size()) lines.push_back(take_line());
        const uint32_t line = lines[output++], id = nodes[k];
        plan.slots[id] =
            line_place[line] + static_cast<uint32_t>(unit % lanes * size_of(graph.type({id, 0}).dtype));
        line_of[id] = line, line_live[line]++;
        if (last[id] != entry) expiring[std::max(last[id], time[id])].push_back(id);
      }
      nodes = nodes.subspan(shape.nodes.size());
    }
  }

  uint32_t take_line() {
    if (!free_lines.empty()) {
      const uint32_t line = free_lines.back();
      free_lines.pop_back();
      return line;
    }
    line_place.push_back(extend(line_size, line_size)), line_live.push_back(0);
    return static_cast<uint32_t>(line_place.size() - 1);
  }

  void take_back(uint32_t now) {
    for (uint32_t id : expiring[now]) {
      if (line_of[id] == entry)
        free_slots.push_back(plan.slots[id]);
      else if (--line_live[line_of[id]] == 0)
        free_lines.push_back(line_of[id]);
    }
    std::vector<uint32_t>().swap(expiring[now]);
  }

  // Constants that loops over tables gather, as other operands.
  void place_constants() {
    each_moment(
        [&](uint32_t, std::span<const uint32_t> nodes, std::span<const uint32_t>, uint32_t lanes) {
          if (lanes == 0) return;
          for (uint32_t id : nodes)
            for (Value input : graph.inputs(id)) {
              if (graph.node(input.node).op->kind != Kind::constant || is_common_constant(plan, input.node))
                continue;
              if (plan.slots[input.node] != Plan::no_slot) continue;
              plan.slots[input.node] = extend(slot_size, slot_size);
              plan.stored_constants.push_back(input.node);
            }
        },
        [](uint32_t) {});
  }

  // Arrays over the trips, never reused.
  void place_repeats() {
    for (const ScalarRepeat& repeat : plan.repeats)
      for (uint32_t k = 0; k < repeat.period; k++) {
        const uint64_t size = size_of(graph.type({repeat.nodes[k], 0}).dtype);
        const uint32_t base = extend(repeat.trips * size, line_size);
        for (uint32_t trip = 0; trip < repeat.trips; trip++)
          plan.slots[repeat.nodes[trip * repeat.period + k]] = base + trip * static_cast<uint32_t>(size);
      }
  }

  // The emitter takes the way from the first trip's operands to the second's for that from trip to trip.
  void check_repeats() const {
    for (const ScalarChunk& chunk : plan.chunks) {
      if (chunk.form != ScalarChunk::Form::repeated) continue;
      const size_t length = chunk.shapes.size();
      for (size_t i = 2 * length; i < chunk.nodes.size(); i++)
        for (size_t o = 0; o < graph.inputs(chunk.nodes[i]).size(); o++) {
          const auto slot = [&](size_t at) { return plan.slots[graph.inputs(chunk.nodes[at])[o].node]; };
          if (slot(i) - slot(i - length) != slot(i - length) - slot(i - 2 * length))
            throw Error(Code::internal, "scalar code: the slots of a repeat are not evenly spaced");
        }
    }
  }

  void run() {
    const uint32_t moments = each_moment(
        [&](uint32_t now, std::span<const uint32_t> nodes, std::span<const uint32_t>, uint32_t) {
          for (uint32_t id : nodes) time[id] = now;
        },
        [](uint32_t) {});
    expiring.resize(moments);
    find_lifetimes();
    plan.slots.assign(graph.size(), Plan::no_slot);
    place_constants();
    for (uint32_t id = 0; id < graph.size(); id++)
      if (crosses[id] && time[id] == entry) give(id);
    place_repeats();
    each_moment(
        [&](uint32_t, std::span<const uint32_t> nodes, std::span<const uint32_t> shapes, uint32_t lanes) {
          if (lanes > 0) return give_lines(nodes, shapes, lanes);
          for (uint32_t id : nodes)
            if (crosses[id] && plan.slots[id] == Plan::no_slot) give(id);
        },
        [&](uint32_t now) { take_back(now); });
    plan.slot_bytes = static_cast<uint32_t>(end);
    check_repeats();
  }
};

}  // namespace

void assign_slots(Plan& plan) { Slots(plan).run(); }

}  // namespace wengert
