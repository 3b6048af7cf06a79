// Nests that go element by element: the index of an extremum, and rows added at run-time positions.
#include "codegen/emit/parallel.h"
#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"
#include "runtime/kernel_abi.h"

namespace wengert {

void emit_arg_reduction(Scope& top, const Nest& nest) {
  Emitter& emitter = top.emitter;
  const uint32_t root = nest.roots[0].node, operand = emitter.graph().inputs(root)[0].node;
  const Node& node = emitter.graph().node(root);
  const int64_t axis = node.attributes->get<int64_t>("axis");
  const Dtype dtype = emitter.type(operand).dtype;
  llvm::LLVMContext& context = emitter.compilation.context();
  auto each_result = [&](const std::function<void(Scope&, const Index&)>& body) {
    const std::span<const Extent> kept = std::span(nest.space).first(nest.kept);
    if (nest.kept == 0) return body(top, {});
    emit_rows_in_parts(top, nest, [&](Scope& part, Interval rows) {
      emit_loop(part, rows, 1, 1,
                [&](Scope& row, AxisIndex i) { emit_loops(row, kept.subspan(1), Index{{i}}, body); });
    });
  };
  each_result([&](Scope& scope, const Index& kept) {
    llvm::Value* best = emitter.allocate(scope.builder, register_type(context, dtype, 1), 1, "best");
    llvm::Value* position = emitter.allocate(scope.builder, llvm::Type::getInt64Ty(context), 1, "position");
    auto element = [&](Scope& s, const AxisIndex& at) {
      Index index = kept;
      index.axes.insert(index.axes.begin() + axis, at);
      return s.at(operand, index).value;
    };
    scope.builder.CreateStore(element(scope, {scope.number(0), 0, scope.depth, nullptr}), best);
    scope.builder.CreateStore(scope.number(0), position);
    emit_loop(scope, {scope.number(1), emitter.extent(nest.space.back())}, 1, 1,
              [&](Scope& inner, AxisIndex i) {
                Builder& b = inner.builder;
                llvm::Value* candidate = element(inner, i);
                llvm::Value* held = b.CreateLoad(register_type(context, dtype, 1), best);
                llvm::Value* operands[] = {candidate, held};
                llvm::Value* wins = emit_body(b, emitter.bodies.better(*node.op, dtype), operands, 1)[0];
                b.CreateStore(b.CreateSelect(wins, candidate, held), best);
                b.CreateStore(b.CreateSelect(wins, i.base, b.CreateLoad(b.getInt64Ty(), position)), position);
              });
    llvm::Value* result = scope.builder.CreateLoad(scope.builder.getInt64Ty(), position);
    if (emitter.type(root).is_scalar())
      emitter.scalars[root] = result;
    else
      scope.store(root, kept, {result, true});
  });
}

void emit_scatter(Scope& top, const Nest& nest) {
  Emitter& emitter = top.emitter;
  const uint32_t root = nest.roots[0].node;
  const uint32_t indices = emitter.graph().inputs(root)[1].node,
                 updates = emitter.graph().inputs(root)[2].node;
  const int64_t axis = emitter.graph().node(root).attributes->get<int64_t>("axis"),
                picked = emitter.type(indices).rank();
  const Dtype dtype = emitter.type(root).dtype;
  const std::span<const Extent> space(nest.space);
  const std::span<const Extent> outer = space.first(axis + picked), inner = space.subspan(axis + picked);
  auto add = [&](Scope& s, const Index& from, const Index& to) {
    // Loaded each time: several rows may go to one place.
    const Emitted update = s.at(updates, from), held = s.load(root, to);
    llvm::Value *a = s.in_lanes(held), *b = s.in_lanes(update);
    s.store(root, to, {is_float(dtype) ? s.builder.CreateFAdd(a, b) : s.builder.CreateAdd(a, b), false});
  };
  emit_loops(top, outer, {}, [&](Scope& scope, const Index& index) {
    Index where;
    where.axes.assign(index.axes.begin() + axis, index.axes.end());
    Builder& b = scope.builder;
    llvm::Value* row = b.CreateSExt(scope.at(indices, where).value, b.getInt64Ty());
    llvm::Value* inside = b.CreateICmpULT(row, emitter.extent(emitter.type(root).shape[axis]));
    llvm::Value* some =
        b.CreateICmpSGT(emitter.extent(element_count(Shape(inner.begin(), inner.end()))), b.getInt64(0));
    emitter.raise(b, b.CreateAnd(b.CreateNot(inside), some), WENGERT_INDEX_OUT_OF_RANGE);
    // At most one trip: none when the row is out of range.
    emit_loop(scope, {scope.number(0), b.CreateZExt(inside, b.getInt64Ty())}, 1, 1,
              [&](Scope& valid, AxisIndex) {
                Index to;
                to.axes.assign(index.axes.begin(), index.axes.begin() + axis);
                to.axes.push_back({row, 0, valid.depth, nullptr});
                if (inner.empty()) return add(valid, index, to);
                emit_loops(valid, inner.first(inner.size() - 1), {}, [&](Scope& rows, const Index& behind) {
                  emit_vector_loop(rows, emitter.whole(inner.back()), lanes_of(emitter, nest),
                                   [&](Scope& s, AxisIndex i) {
                                     Index from = index, target = to;
                                     for (const AxisIndex& a : behind.axes)
                                       from.axes.push_back(a), target.axes.push_back(a);
                                     from.axes.push_back(i), target.axes.push_back(i);
                                     add(s, from, target);
                                   });
                });
              });
  });
}

}  // namespace wengert
