#include "passes/copy_map.h"

#include "ir/op.h"

namespace wengert {

CopyMap::CopyMap(const Graph& from, Graph& to) : from_(from), to_(to) {
  to.begin_copy(from);
  uint32_t count = 0;
  for (uint32_t id = 0; id < from.size(); id++) {
    const auto results = static_cast<uint32_t>(from.node(id).types->size());
    if (results != 1 && first_.empty()) {
      first_.resize(from.size());
      for (uint32_t before = 0; before < id; before++) first_[before] = before;
    }
    if (!first_.empty()) first_[id] = count;
    count += results;
  }
  values_.resize(count);
}

std::span<const Value> CopyMap::inputs(uint32_t old_node) {
  inputs_.clear();
  for (Value old : from_.inputs(old_node)) inputs_.push_back((*this)[old]);
  return inputs_;
}

const Attributes* CopyMap::attributes(const Attributes* old) {
  auto& recent = recent_attributes_[(reinterpret_cast<size_t>(old) >> 5) % recent_attributes_.size()];
  if (recent.first == old) return recent.second;
  const Attributes*& found = attributes_[old];
  if (!found) found = to_.intern(*old);
  recent = {old, found};
  return found;
}

const std::vector<Type>* CopyMap::types(const std::vector<Type>* old) {
  if (recent_types_.first == old) return recent_types_.second;
  const std::vector<Type>*& found = types_[old];
  if (!found) found = to_.intern(*old);
  recent_types_ = {old, found};
  return found;
}

Expr CopyMap::again(uint32_t old_node, std::span<const Value> inputs) {
  const Node& node = from_.node(old_node);
  return to_.make_again(*node.op, inputs, attributes(node.attributes), types(node.types));
}

Expr CopyMap::append(uint32_t old_node, std::span<const Value> inputs) {
  const Node& node = from_.node(old_node);
  return to_.append_again(*node.op, inputs, attributes(node.attributes), types(node.types));
}

void CopyMap::expect(uint32_t old_node) {
  const Node& node = from_.node(old_node);
  to_.expect(*node.op, inputs(old_node), attributes(node.attributes));
}

void CopyMap::set(uint32_t old_node, Expr made) {
  const Value value = made.value();
  for (uint32_t i = 0; i < from_.node(old_node).types->size(); i++)
    values_[at(old_node) + i] = {value.node, value.result + i};
}

void CopyMap::set(uint32_t old_node, std::span<const Expr> made) {
  for (size_t i = 0; i < made.size(); i++) values_[at(old_node) + i] = made[i].value();
}

void CopyMap::copy_places(uint32_t old_node, uint32_t new_node) {
  for (uint32_t id : from_.more_place_ids(old_node)) to_.add_place(new_node, id);
}

std::vector<Output> CopyMap::outputs(const std::vector<Output>& old) const {
  std::vector<Output> out;
  for (const Output& output : old) out.push_back({output.name, (*this)[output.value]});
  return out;
}

Program copy_live(const Program& program, const std::vector<bool>& live) {
  const Graph& from = *program.graph;
  Program out;
  out.name = program.name;
  CopyMap copies(from, *out.graph);
  for (uint32_t id = 0; id < from.size(); id++) {
    if (!live[id]) continue;
    copies.enter(id);
    const Expr same = copies.append(id, copies.inputs(id));
    copies.set(id, same);
    copies.copy_places(id, same.value().node);
  }
  out.graph->set_current_place(0);
  out.outputs = copies.outputs(program.outputs);
  return out;
}

Program copy(const Program& program) {
  return copy_live(program, std::vector<bool>(program.graph->size(), true));
}

}  // namespace wengert
