#include "passes/same_list.h"

#include <algorithm>
#include <unordered_map>

namespace wengert {

bool same_list(const Program& a, const Program& b) {
  const Graph &x = *a.graph, &y = *b.graph;
  if (x.size() != y.size() || a.outputs.size() != b.outputs.size() || a.name != b.name) return false;
  for (size_t i = 0; i < a.outputs.size(); i++)
    if (a.outputs[i].name != b.outputs[i].name || a.outputs[i].value != b.outputs[i].value) return false;
  // Attributes are interned in each graph: each pair is compared once.
  std::unordered_map<const Attributes*, const Attributes*> equal;
  for (uint32_t id = 0; id < x.size(); id++) {
    const Node &p = x.node(id), &q = y.node(id);
    if (p.op != q.op || !std::ranges::equal(x.inputs(id), y.inputs(id))) return false;
    const auto [known, added] = equal.try_emplace(p.attributes, q.attributes);
    if (added ? *p.attributes != *q.attributes : known->second != q.attributes) return false;
  }
  return true;
}

}  // namespace wengert
