#include "codegen/plan/costs.h"

#include <algorithm>

#include "codegen/plan/rows.h"
#include "ir/op.h"

namespace wengert {

size_t recomputing_cost(const Graph& graph, BodyCache& bodies, uint32_t node) {
  const Kind kind = graph.node(node).op->kind;
  if (kind != Kind::elementwise) return kind == Kind::gather ? 4 : 0;
  size_t out = 0;
  for (const Instruction& in : bodies.elementwise(graph, node).code) {
    // A division or a root of a vector costs more than storing and loading it.
    const bool slow = in.prim == Prim::divide || in.prim == Prim::square_root || in.prim == Prim::remainder;
    out += in.prim == Prim::region ? 64 : slow ? cheap_to_recompute + 1 : in.prim == Prim::constant ? 0 : 1;
  }
  return out;
}

CostCounter::CostCounter(const Plan& plan) : plan_(plan), graph_(*plan.program->graph) {}

Cost CostCounter::of(const Nest& nest) {
  Sum sum;
  if (nest.members.empty()) count(nest, sum);
  for (const Nest& member : nest.members) count(member, sum);
  return sum.cost;
}

Cost CostCounter::of(const std::vector<uint32_t>& nodes) {
  Sum sum;
  for (uint32_t id : nodes) count_body(id, sum);
  return sum.cost;
}

// Two for each multiply-add; of a triangle, those of its results and of the diagonal.
static Extent operations_of(const Nest& nest) {
  if (!nest.product || nest.product->wanted == no_triangle || nest.product->rows != nest.product->columns)
    return element_count(nest.space) * 2;
  const Product& product = *nest.product;
  return element_count(product.batch) * product.rows * (product.rows + 1) * product.inner;
}

void CostCounter::count(const Nest& nest, Sum& sum) {
  const Extent elements = element_count(nest.space);
  Extent& operations = sum.cost.operations;
  for (Value root : nest.roots) {
    const Kind kind = graph_.node(root.node).op->kind;
    if (kind == Kind::contraction)
      operations = operations + operations_of(nest);
    else if (kind == Kind::elementwise)
      count_body(root.node, sum);
    else
      operations = operations + elements;
    touch(root.node, sum);
    for (const Read& read : reads_of(plan_, root.node)) touch(read.node, sum);
  }
  for (uint32_t id : inlined_by(plan_, nest)) count_body(id, sum);
}

void CostCounter::touch(uint32_t id, Sum& sum) {
  const Type& type = graph_.type({id, 0});
  if (type.is_scalar() || plan_.block_only[id] || !sum.touched.insert(id).second) return;
  sum.cost.bytes = sum.cost.bytes + element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype));
}

void CostCounter::count_body(uint32_t id, Sum& sum) {
  if (graph_.node(id).op->kind != Kind::elementwise) return;
  const Body& body = bodies_.elementwise(graph_, id);
  const auto steps = std::count_if(body.code.begin(), body.code.end(),
                                   [](const Instruction& in) { return in.prim != Prim::constant; });
  sum.cost.operations =
      sum.cost.operations + element_count(graph_.type({id, 0}).shape) * static_cast<int64_t>(steps);
}

}  // namespace wengert
