#include "passes/copy_map.h"

#include "ir/op.h"

namespace wengert {

CopyMap::CopyMap(const Graph& from, Graph& to) : from_(from), to_(to), first_(from.size()) {
  uint32_t count = 0;
  for (uint32_t id = 0; id < from.size(); id++) {
    first_[id] = count;
    count += static_cast<uint32_t>(from.node(id).types->size());
  }
  values_.resize(count);
}

std::span<const Value> CopyMap::inputs(uint32_t old_node) {
  inputs_.clear();
  for (Value old : from_.inputs(old_node)) inputs_.push_back((*this)[old]);
  return inputs_;
}

Expr CopyMap::again(uint32_t old_node) {
  const Node& node = from_.node(old_node);
  const Attributes*& attributes = attributes_[node.attributes];
  if (!attributes) attributes = to_.intern(*node.attributes);
  const std::vector<Type>*& types = types_[node.types];
  if (!types) types = to_.intern(*node.types);
  return to_.make_again(*node.op, inputs(old_node), attributes, types);
}

void CopyMap::set(uint32_t old_node, Expr made) {
  for (uint32_t i = 0; i < from_.node(old_node).types->size(); i++)
    values_[first_[old_node] + i] = {made.value().node, made.value().result + i};
}

void CopyMap::set(uint32_t old_node, std::span<const Expr> made) {
  for (size_t i = 0; i < made.size(); i++) values_[first_[old_node] + i] = made[i].value();
}

uint32_t CopyMap::place(uint32_t old_id) {
  if (old_id == 0) return 0;
  if (old_id >= places_.size()) places_.resize(old_id + 1);
  if (places_[old_id] == 0) places_[old_id] = to_.intern_place(from_.place_of(old_id));
  return places_[old_id];
}

void CopyMap::enter(uint32_t old_node) { to_.set_current_place(place(from_.place_id(old_node))); }

void CopyMap::copy_places(uint32_t old_node, uint32_t new_node) {
  for (uint32_t old_id : from_.more_place_ids(old_node)) to_.add_place(new_node, place(old_id));
}

std::vector<Output> CopyMap::outputs(const std::vector<Output>& old) const {
  std::vector<Output> out;
  for (const Output& output : old) out.push_back({output.name, (*this)[output.value]});
  return out;
}

std::vector<bool> live_nodes(const Program& program) {
  const Graph& graph = *program.graph;
  std::vector<bool> live(graph.size(), false);
  for (const Output& output : program.outputs) live[output.value.node] = true;
  for (Value input : graph.inputs()) live[input.node] = true;
  for (uint32_t id = graph.size(); id-- > 0;) {
    if (!live[id]) continue;
    for (Value operand : graph.inputs(id)) live[operand.node] = true;
  }
  return live;
}

}  // namespace wengert
