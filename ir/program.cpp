#include "ir/program.h"

#include <unordered_set>

namespace wengert {

std::vector<std::string> Program::symbols() const {
  std::vector<std::string> names;
  std::unordered_set<const void*> seen;  // interned types and attributes already looked into
  auto collect = [&](const Shape& shape) {
    for (const Extent& extent : shape) extent.collect_symbols(names);
  };
  auto collect_types = [&](const Node& node) {
    if (!seen.insert(node.types).second) return;
    for (const Type& type : *node.types) collect(type.shape);
  };
  for (Value input : graph->inputs()) collect_types(graph->node(input.node));
  for (uint32_t id = 0; id < graph->size(); id++) {
    const Node& node = graph->node(id);
    collect_types(node);
    if (node.attributes->empty() || !seen.insert(node.attributes).second) continue;
    for (const auto& [name, value] : node.attributes->entries()) {
      if (const Shape* shape = std::get_if<Shape>(&value)) collect(*shape);
      if (const Extent* extent = std::get_if<Extent>(&value)) extent->collect_symbols(names);
      if (const Type* type = std::get_if<Type>(&value)) collect(type->shape);
    }
  }
  return names;
}

}  // namespace wengert
