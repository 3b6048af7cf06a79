// Nests that store one element an index: elementwise results, parts of a concatenation, fills.
#include <algorithm>

#include "codegen/emit/parallel.h"
#include "codegen/emit/streams.h"

namespace wengert {

using AtElement = std::function<void(Scope&, const Index&)>;

namespace {

/// Loops over a nest's space.
struct Space {
  const Nest& nest;
  bool flat;         ///< one loop over all elements
  Streams* streams;  ///< of the nest's stores, if they may be such
  const AtElement& body;

  void run(Scope& scope);

 private:
  void axes(Scope& scope, const Index& index, Interval range, unsigned lanes);
  void split(Scope& scope, const Index& index, Interval range, unsigned lanes);
  void innermost(Scope& scope, const Index& index, Interval range, unsigned lanes);
};

}  // namespace

// All elements of some rows as one axis.
static Interval flat_range(Scope& scope, const Nest& nest, Interval rows) {
  const Extent row = element_count(Shape(nest.space.begin() + 1, nest.space.end()));
  llvm::Value* elements = scope.emitter.extent(row);
  const int64_t count = row.is_number() && rows.count >= 0 ? rows.count * *row.number() : -1;
  return {scope.builder.CreateMul(rows.begin, elements), scope.builder.CreateMul(rows.end, elements), count};
}

// An index with one more axis.
static Index longer(const Index& index, const AxisIndex& i) {
  Index out = index;
  out.axes.push_back(i);
  return out;
}

void Space::axes(Scope& scope, const Index& index, Interval range, unsigned lanes) {
  const size_t axis = index.axes.size();
  if (axis + 1 == nest.space.size()) return innermost(scope, index, range, lanes);
  emit_loop(scope, range, 1, scope.lanes, [&](Scope& inner, AxisIndex i) {
    split(inner, longer(index, i), inner.emitter.range(nest, axis + 1), lanes);
  });
}

// The range of the next axis: its edges element by element, what is between them as it is.
void Space::split(Scope& scope, const Index& index, Interval range, unsigned lanes) {
  const size_t axis = index.axes.size();
  const int64_t low = nest.low_edge.empty() ? 0 : nest.low_edge[axis],
                high = nest.high_edge.empty() ? 0 : nest.high_edge[axis];
  if (scope.edge || (low == 0 && high == 0)) return axes(scope, index, range, scope.edge ? 1 : lanes);
  Builder& b = scope.builder;
  auto within = [&](llvm::Value* value, llvm::Value* least) {
    llvm::Value* up = b.CreateSelect(b.CreateICmpSLT(value, least), least, value);
    return b.CreateSelect(b.CreateICmpSLT(range.end, up), range.end, up);
  };
  llvm::Value* from = within(scope.number(low), range.begin);
  llvm::Value* to = within(b.CreateSub(scope.emitter.extent(nest.space[axis]), scope.number(high)), from);
  axes(scope, index, {from, to}, lanes);
  emit_loop(scope, {scope.number(0), scope.number(2)}, 1, scope.lanes, [&](Scope& ends, AxisIndex end) {
    llvm::Value* first = ends.builder.CreateICmpEQ(end.base, ends.number(0));
    ends.edge = true;
    axes(ends, index,
         {ends.builder.CreateSelect(first, range.begin, to),
          ends.builder.CreateSelect(first, from, range.end)},
         1);
  });
}

// Whole vectors, and what is before and behind them in vectors with a mask.
void Space::innermost(Scope& scope, const Index& index, Interval range, unsigned lanes) {
  if (known_count(range) == 1) lanes = 1;
  auto at = [&](Scope& inner, AxisIndex i) {
    Index full = longer(index, i);
    full.flat = flat;
    body(inner, full);
  };
  llvm::Value* before = nullptr;
  if (streams && lanes > 1) {
    Index first = longer(index, {range.begin, 1, scope.depth, nullptr});
    first.flat = flat;
    before = streams->open(scope, first);
  }
  if (!before) return emit_vector_loop(scope, range, lanes, at);
  Builder& b = scope.builder;
  llvm::Value* count = b.CreateSub(range.end, range.begin);
  before = b.CreateSelect(b.CreateICmpSLT(before, count), before, count);
  before = b.CreateSelect(b.CreateICmpSLT(count, scope.number(0)), scope.number(0), before);
  llvm::Value* from = b.CreateAdd(range.begin, before);
  const auto [whole, rest] = wengert::split(scope, {from, range.end}, lanes);
  emit_loop(scope, whole, lanes, lanes, [&](Scope& inner, AxisIndex i) {
    i.step = 1;
    at(inner, i);
  });
  streams->close();
  auto one_if = [&](llvm::Value* condition) { return b.CreateZExt(condition, b.getInt64Ty()); };
  llvm::Value* first_end = one_if(b.CreateICmpEQ(before, scope.number(0)));
  llvm::Value* last_end = b.CreateAdd(one_if(b.CreateICmpSLT(rest.begin, rest.end)), scope.number(1));
  emit_loop(scope, {first_end, last_end}, 1, scope.lanes, [&, rest = rest](Scope& ends, AxisIndex end) {
    Builder& e = ends.builder;
    llvm::Value* low = e.CreateICmpEQ(end.base, ends.number(0));
    llvm::Value* begin = e.CreateSelect(low, range.begin, rest.begin);
    llvm::Value* left = e.CreateSub(e.CreateSelect(low, from, rest.end), begin);
    emit_loop(ends, {begin, e.CreateAdd(begin, ends.number(1)), 1}, 1, lanes, [&](Scope& inner, AxisIndex i) {
      i.step = 1;
      inner.mask = emit_mask(inner.builder, left, 0, lanes);
      at(inner, i);
      inner.mask = nullptr;
    });
  });
}

// Its innermost axis in vectors.
void Space::run(Scope& scope) {
  if (nest.space.empty()) return body(scope, {});
  const unsigned lanes = lanes_of(scope.emitter, nest);
  if (!flat)
    return emit_rows_in_parts(scope, nest, [&](Scope& part, Interval rows) { split(part, {}, rows, lanes); });
  const Interval elements = flat_range(scope, nest, scope.emitter.range(nest, 0));
  emit_in_parts(scope, nest, elements, scope.number(64), most_parts,
                [&](Scope& part, Interval range) { innermost(part, {}, range, lanes); });
}

void emit_map(Scope& scope, const Nest& nest) {
  Streams streams(scope.emitter, nest, lanes_of(scope.emitter, nest));
  std::vector<uint32_t> roots;
  for (Value root : nest.roots) roots.push_back(root.node);
  const AtElement store = [&](Scope& inner, const Index& index) { streams.store(inner, roots, index); };
  Space{nest, nest.flat, &streams, store}.run(scope);
}

void emit_place(Scope& scope, const Nest& nest) {
  const uint32_t root = nest.roots[0].node;
  const uint32_t operand = scope.emitter.graph().inputs(root)[nest.operand].node;
  const WrittenOver* over = scope.emitter.plan.in_place(root);
  if (over && scope.emitter.plan.source[operand] == over->array) return;  // it is there
  const AtElement store = [&](Scope& inner, const Index& index) {
    Index target;
    for (size_t i = 0; i < index.axes.size(); i++) {
      AxisIndex axis = index.axes[i];
      axis.base = inner.builder.CreateAdd(inner.builder.CreateMul(axis.base, inner.number(nest.stride[i])),
                                          inner.emitter.extent(nest.offset[i]));
      axis.step *= nest.stride[i];
      target.axes.push_back(axis);
    }
    inner.store(root, target, inner.at(operand, index));
  };
  Space{nest, false, nullptr, store}.run(scope);
}

void emit_fill(Scope& scope, const Nest& nest) {
  const uint32_t root = nest.roots[0].node;
  const uint32_t operand = scope.emitter.graph().inputs(root)[nest.operand].node;
  const AtElement store = [&](Scope& inner, const Index& index) {
    inner.store(root, index, inner.at(operand, {}));
  };
  Space{nest, true, nullptr, store}.run(scope);
}

}  // namespace wengert
