#include "codegen/plan/scalar_units.h"

#include <algorithm>

#include "codegen/plan/joined_body.h"
#include "ir/op.h"

namespace wengert {
namespace {

constexpr uint32_t none = 0xFFFFFFFF;
constexpr size_t cheap = 6;         // primitives of what joins its reader
constexpr uint32_t most_nodes = 3;  // of a unit: longer ones are seldom alike

// Primitives that always run.
size_t cost_of(const Body& body) {
  size_t out = 0;
  for (const Instruction& in : body.code) {
    if (in.prim == Prim::constant || in.prim == Prim::result) continue;
    const bool slow = in.prim == Prim::divide || in.prim == Prim::square_root || in.prim == Prim::remainder;
    const bool loop = in.prim == Prim::region && body.regions[in.bits].kind == Region::Kind::repeat;
    out += loop ? 64 : slow ? 6 : 1;
  }
  return out;
}

bool contains(std::span<const uint32_t> list, uint32_t id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

// The unit in an order that depends on its shape alone: what it reads of itself comes first; as deep as the
// unit is long.
void put_in_order(const Graph& graph, std::span<const uint32_t> unit, uint32_t id,
                  std::vector<uint32_t>& out) {
  for (Value input : graph.inputs(id))
    if (contains(unit, input.node)) put_in_order(graph, unit, input.node, out);
  if (!contains(out, id)) out.push_back(id);
}

std::vector<uint32_t> in_order(const Graph& graph, std::vector<uint32_t> unit) {
  if (unit.size() == 1) return unit;
  std::stable_sort(unit.begin(), unit.end(),
                   [&](uint32_t a, uint32_t b) { return graph.node(a).op->name < graph.node(b).op->name; });
  std::vector<uint32_t> out;
  for (uint32_t id : unit) {
    const bool read = std::any_of(unit.begin(), unit.end(), [&](uint32_t other) {
      const auto inputs = graph.inputs(other);
      return std::any_of(inputs.begin(), inputs.end(), [&](Value input) { return input.node == id; });
    });
    if (!read) put_in_order(graph, unit, id, out);
  }
  return out;
}

}  // namespace

bool is_common_constant(const Plan& plan, uint32_t node) {
  constexpr uint32_t common = 16;
  return plan.program->graph->node(node).op->kind == Kind::constant && plan.constant_reads[node] >= common;
}

std::vector<uint32_t> streams_of(const Plan& plan, std::span<const uint32_t> unit) {
  std::vector<uint32_t> out;
  for (uint32_t id : unit)
    for (Value input : plan.program->graph->inputs(id))
      if (!is_common_constant(plan, input.node) && !contains(unit, input.node) && !contains(out, input.node))
        out.push_back(input.node);
  return out;
}

UnitMaker::UnitMaker(Plan& plan)
    : plan_(plan),
      graph_(*plan.program->graph),
      reads_(graph_.size(), 0),
      position_(graph_.size(), none),
      singles_(graph_.size(), none) {
  plan.constant_reads.assign(graph_.size(), 0);
  for (uint32_t id : plan.scalars)
    for (Value input : graph_.inputs(id)) plan.constant_reads[input.node]++;
  for (uint32_t id = 0; id < graph_.size(); id++)
    if (plan.roles[id] != Role::dead)
      for (Value input : graph_.inputs(id)) reads_[input.node]++;
  for (const Output& output : plan.program->outputs) reads_[output.value.node]++;
}

uint32_t UnitMaker::shape_of(std::span<const uint32_t> unit) {
  key_.clear();
  const auto add = [&](uint64_t word) { key_.append(reinterpret_cast<const char*>(&word), sizeof word); };
  size_t widest = 4;
  const std::vector<uint32_t> streams = streams_of(plan_, unit);
  const auto widen = [&](uint32_t id) { widest = std::max(widest, size_of(graph_.type({id, 0}).dtype)); };
  for (uint32_t stream : streams) add(static_cast<uint64_t>(graph_.type({stream, 0}).dtype)), widen(stream);
  enum : uint64_t { inner = 1, constant = 2, stream = 3 };
  std::vector<char> stored(unit.size());
  for (size_t k = 0; k < unit.size(); k++) {
    const uint32_t id = unit[k];
    const Node& node = graph_.node(id);
    add(reinterpret_cast<uintptr_t>(node.op)), add(reinterpret_cast<uintptr_t>(node.attributes)), widen(id);
    for (Value input : graph_.inputs(id)) {
      const auto at = std::find(unit.begin(), unit.end(), input.node);
      const auto read = std::find(streams.begin(), streams.end(), input.node);
      if (at != unit.end())
        add(inner << 32 | static_cast<uint64_t>(at - unit.begin()));
      else if (read != streams.end())
        add(stream << 32 | static_cast<uint64_t>(read - streams.begin()));
      else
        add(constant << 32 | input.node), widen(input.node);
    }
    uint32_t inside = 0;
    for (uint32_t reader : unit)
      for (Value input : graph_.inputs(reader)) inside += input.node == id;
    stored[k] = inside != reads_[id];
    add(static_cast<uint64_t>(stored[k]));
  }
  const auto [found, added] = shapes_.try_emplace(key_, static_cast<uint32_t>(plan_.shapes.size()));
  if (added) {
    ScalarShape shape{.nodes = {unit.begin(), unit.end()}, .stored = stored};
    shape.lanes = std::min<uint32_t>(plan_.options.vector_bits / 8 / static_cast<uint32_t>(widest), 16);
    shape.streams = static_cast<uint32_t>(streams.size());
    shape.cost = cost_of(joined_body(graph_, unit, streams, stored));
    plan_.shapes.push_back(std::move(shape));
  }
  return found->second;
}

uint32_t UnitMaker::shape_of(uint32_t node) {
  uint32_t& shape = singles_[node];
  if (shape == none) shape = shape_of(std::span(&node, 1));
  return shape;
}

// Leaders are positions in the segment.
ScalarUnits UnitMaker::gather(std::span<const uint32_t> segment, std::span<const uint32_t> leader) {
  std::vector<std::vector<uint32_t>> joined(segment.size());
  for (uint32_t i = 0; i < segment.size(); i++)
    if (leader[i] != i) joined[leader[i]].push_back(segment[i]);
  ScalarUnits units;
  for (uint32_t i = 0; i < segment.size(); i++) {
    if (leader[i] != i) continue;
    joined[i].push_back(segment[i]);
    const std::vector<uint32_t> unit = in_order(graph_, std::move(joined[i]));
    units.nodes.insert(units.nodes.end(), unit.begin(), unit.end());
    units.begin.push_back(static_cast<uint32_t>(units.nodes.size()));
    units.shape.push_back(unit.size() == 1 ? shape_of(unit[0]) : shape_of(unit));
  }
  return units;
}

bool UnitMaker::worth_joining(uint32_t a, uint32_t b) {
  const uint32_t shape_a = shape_of(a), shape_b = shape_of(b);
  const auto [known, added] = twins_.try_emplace(std::minmax(shape_a, shape_b), false);
  if (added) {
    const size_t apart = plan_.shapes[shape_a].cost + plan_.shapes[shape_b].cost;
    const uint32_t both[] = {a, b};
    const char stored[] = {1, 1};
    known->second = cost_of(joined_body(graph_, both, streams_of(plan_, both), stored)) * 4 < apart * 3;
  }
  return known->second;
}

void UnitMaker::join_twins(std::span<const uint32_t> segment, std::vector<uint32_t>& leader) {
  std::unordered_map<uint32_t, uint32_t> first;  // by operand
  for (uint32_t i = 0; i < segment.size(); i++) {
    if (graph_.node(segment[i]).input_count != 1) continue;
    if (plan_.shapes[shape_of(segment[i])].cost < costly) continue;
    const auto [other, added] = first.try_emplace(graph_.inputs(segment[i])[0].node, i);
    if (added || !worth_joining(segment[other->second], segment[i])) continue;
    leader[i] = other->second;
    first.erase(other);
  }
}

// Readers stand behind what they read, so they have found their units before it.
void UnitMaker::join_readers(std::span<const uint32_t> segment, std::vector<uint32_t>& leader) {
  std::vector<uint32_t> sole(segment.size(), none), inside(segment.size(), 0), size(segment.size(), 0);
  std::vector<char> shared(segment.size(), 0);
  for (uint32_t i = 0; i < segment.size(); i++) size[leader[i]]++;
  for (uint32_t i = static_cast<uint32_t>(segment.size()); i-- > 0;) {
    const bool alone = leader[i] == i && size[i] == 1;
    if (alone && sole[i] != none && !shared[i] && inside[i] == reads_[segment[i]] &&
        size[sole[i]] < most_nodes && plan_.shapes[shape_of(segment[i])].cost <= cheap) {
      leader[i] = sole[i];
      size[sole[i]]++;
    }
    for (Value input : graph_.inputs(segment[i])) {
      const uint32_t at = position_[input.node];
      if (at == none) continue;
      inside[at]++;
      shared[at] |= sole[at] != none && sole[at] != leader[i];
      sole[at] = leader[i];
    }
  }
}

void UnitMaker::split_rare(std::span<const uint32_t> segment, std::vector<uint32_t>& leader,
                           const std::vector<uint32_t>& twins) {
  const ScalarUnits units = gather(segment, leader);
  std::vector<uint32_t> count(plan_.shapes.size(), 0);
  for (uint32_t shape : units.shape) count[shape]++;
  for (uint32_t u = 0; u < units.size(); u++)
    if (units.of(u).size() > 1 && count[units.shape[u]] < least_units)
      for (uint32_t id : units.of(u)) leader[position_[id]] = twins[position_[id]];
}

ScalarUnits UnitMaker::make(std::span<const uint32_t> segment, Join join) {
  std::vector<uint32_t> leader(segment.size());
  for (uint32_t i = 0; i < segment.size(); i++) leader[i] = i, position_[segment[i]] = i;
  if (join != Join::none) join_twins(segment, leader);
  if (join == Join::readers) {
    const std::vector<uint32_t> twins = leader;
    join_readers(segment, leader);
    split_rare(segment, leader, twins);
  }
  ScalarUnits units = gather(segment, leader);
  for (uint32_t id : segment) position_[id] = none;
  return units;
}

}  // namespace wengert
