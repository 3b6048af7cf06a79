// Nests that store one element an index: elementwise results, parts of a concatenation, fills.
#include <algorithm>

#include "codegen/emit/parallel.h"

namespace wengert {

using AtElement = std::function<void(Scope&, const Index&)>;

static void over_split(Scope& scope, const Nest& nest, const Index& index, Interval range, unsigned lanes,
                       const AtElement& body);

// All elements of some rows as one axis.
static Interval flat_range(Scope& scope, const Nest& nest, Interval rows) {
  const Extent row = element_count(Shape(nest.space.begin() + 1, nest.space.end()));
  llvm::Value* elements = scope.emitter.extent(row);
  const int64_t count = row.is_number() && rows.count >= 0 ? rows.count * *row.number() : -1;
  return {scope.builder.CreateMul(rows.begin, elements), scope.builder.CreateMul(rows.end, elements), count};
}

static void over_axes(Scope& scope, const Nest& nest, const Index& index, Interval range, unsigned lanes,
                      const AtElement& body) {
  const size_t axis = index.axes.size();
  auto longer = [&](AxisIndex i) {
    Index out = index;
    out.axes.push_back(i);
    return out;
  };
  if (axis + 1 == nest.space.size())
    return emit_vector_loop(scope, range, lanes, [&](Scope& inner, AxisIndex i) { body(inner, longer(i)); });
  emit_loop(scope, range, 1, scope.lanes, [&](Scope& inner, AxisIndex i) {
    over_split(inner, nest, longer(i), inner.emitter.range(nest, axis + 1), lanes, body);
  });
}

// The range of the next axis: its edges element by element, what is between them as it is.
static void over_split(Scope& scope, const Nest& nest, const Index& index, Interval range, unsigned lanes,
                       const AtElement& body) {
  const size_t axis = index.axes.size();
  const int64_t low = nest.low_edge.empty() ? 0 : nest.low_edge[axis],
                high = nest.high_edge.empty() ? 0 : nest.high_edge[axis];
  if (scope.edge || (low == 0 && high == 0))
    return over_axes(scope, nest, index, range, scope.edge ? 1 : lanes, body);
  Builder& b = scope.builder;
  auto within = [&](llvm::Value* value, llvm::Value* least) {
    llvm::Value* up = b.CreateSelect(b.CreateICmpSLT(value, least), least, value);
    return b.CreateSelect(b.CreateICmpSLT(range.end, up), range.end, up);
  };
  llvm::Value* from = within(scope.number(low), range.begin);
  llvm::Value* to = within(b.CreateSub(scope.emitter.extent(nest.space[axis]), scope.number(high)), from);
  over_axes(scope, nest, index, {from, to}, lanes, body);
  emit_loop(scope, {scope.number(0), scope.number(2)}, 1, scope.lanes, [&](Scope& ends, AxisIndex end) {
    llvm::Value* first = ends.builder.CreateICmpEQ(end.base, ends.number(0));
    ends.edge = true;
    over_axes(ends, nest, index,
              {ends.builder.CreateSelect(first, range.begin, to),
               ends.builder.CreateSelect(first, from, range.end)},
              1, body);
  });
}

// Loops over a nest's space with its innermost axis in vectors, or one flat loop over all its elements.
static void over_space(Scope& scope, const Nest& nest, bool flat, const AtElement& body) {
  if (nest.space.empty()) return body(scope, {});
  const unsigned lanes = lanes_of(scope.emitter, nest);
  if (!flat)
    return emit_rows_in_parts(
        scope, nest, [&](Scope& part, Interval rows) { over_split(part, nest, {}, rows, lanes, body); });
  const Interval elements = flat_range(scope, nest, scope.emitter.range(nest, 0));
  emit_in_parts(scope, nest, elements, 64, [&](Scope& part, Interval range) {
    emit_vector_loop(part, range, lanes, [&](Scope& inner, AxisIndex i) { body(inner, Index{{i}, true}); });
  });
}

void emit_map(Scope& scope, const Nest& nest) {
  over_space(scope, nest, nest.flat, [&](Scope& inner, const Index& index) {
    for (Value root : nest.roots) inner.store(root.node, index, inner.compute(root.node, index));
  });
}

void emit_place(Scope& scope, const Nest& nest) {
  const uint32_t root = nest.roots[0].node;
  const uint32_t operand = scope.emitter.graph().inputs(root)[nest.operand].node;
  over_space(scope, nest, false, [&](Scope& inner, const Index& index) {
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
  over_space(scope, nest, true,
             [&](Scope& inner, const Index& index) { inner.store(root, index, inner.at(operand, {})); });
}

}  // namespace wengert
