// Nests that store one element an index: elementwise results, parts of a concatenation, fills.
#include "codegen/emit/scope.h"

namespace wengert {

// Loops over `space` with its innermost axis in vectors, or one flat loop over all its elements.
static void over_space(Scope& scope, const Shape& space, bool flat, unsigned lanes,
                       const std::function<void(Scope&, const Index&)>& body) {
  if (space.empty()) return body(scope, {});
  if (flat) {
    emit_vector_loop(scope, scope.emitter.extent(element_count(space)), lanes,
                     [&](Scope& inner, AxisIndex i) { body(inner, Index{{i}, true}); });
    return;
  }
  emit_loops(scope, std::span(space).first(space.size() - 1), {}, [&](Scope& row, const Index& index) {
    emit_vector_loop(row, row.emitter.extent(space.back()), lanes, [&](Scope& inner, AxisIndex i) {
      Index full = index;
      full.axes.push_back(i);
      body(inner, full);
    });
  });
}

void emit_map(Scope& scope, const Nest& nest) {
  over_space(scope, nest.space, nest.flat, lanes_of(scope.emitter, nest),
             [&](Scope& inner, const Index& index) {
               for (Value root : nest.roots) inner.store(root.node, index, inner.compute(root.node, index));
             });
}

void emit_place(Scope& scope, const Nest& nest) {
  const uint32_t root = nest.roots[0].node;
  const uint32_t operand = scope.emitter.graph().inputs(root)[nest.operand].node;
  over_space(scope, nest.space, false, lanes_of(scope.emitter, nest), [&](Scope& inner, const Index& index) {
    Index target;
    for (size_t i = 0; i < index.axes.size(); i++) {
      AxisIndex axis = index.axes[i];
      axis.base = inner.builder.CreateAdd(inner.builder.CreateMul(axis.base, inner.number(nest.stride[i])),
                                          inner.emitter.extent(nest.offset[i]));
      axis.step *= nest.stride[i];
      target.axes.push_back(axis);
    }
    inner.store(root, target, inner.at(operand, index));
  });
}

void emit_fill(Scope& scope, const Nest& nest) {
  const uint32_t root = nest.roots[0].node;
  const uint32_t operand = scope.emitter.graph().inputs(root)[nest.operand].node;
  over_space(scope, nest.space, true, lanes_of(scope.emitter, nest),
             [&](Scope& inner, const Index& index) { inner.store(root, index, inner.at(operand, {})); });
}

}  // namespace wengert
