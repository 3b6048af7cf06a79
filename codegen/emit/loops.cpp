#include <algorithm>
#include <bit>

#include "codegen/emit/scope.h"

namespace wengert {

static const llvm::ConstantInt* constant(llvm::Value* value) {
  return llvm::dyn_cast<llvm::ConstantInt>(value);
}

void Scope::keep_loads_inside() {
  for (Scope* scope = this; scope && !scope->keeps_loads; scope = scope->parent) scope->keeps_loads = true;
}

static void forbid_hoisting(llvm::Instruction& latch) {
  llvm::LLVMContext& context = latch.getContext();
  llvm::Metadata* no_hoisting = llvm::MDNode::get(context, llvm::MDString::get(context, "llvm.licm.disable"));
  llvm::MDNode* loop = llvm::MDNode::getDistinct(context, {nullptr, no_hoisting});
  loop->replaceOperandWith(0, loop);
  latch.setMetadata(llvm::LLVMContext::MD_loop, loop);
}

int64_t known_count(const Interval& range) {
  if (range.count >= 0 || !constant(range.begin) || !constant(range.end)) return range.count;
  return std::max<int64_t>(0, constant(range.end)->getSExtValue() - constant(range.begin)->getSExtValue());
}

void emit_loop(Scope& outer, Interval range, int64_t step, unsigned lanes,
               const std::function<void(Scope&, AxisIndex)>& body) {
  const int64_t count = known_count(range);
  if (count == 0) return;
  const bool once = count > 0 && count <= step;
  if (once && lanes == outer.lanes) return body(outer, {range.begin, 0, outer.depth, nullptr});
  llvm::Function* function = outer.builder.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = outer.builder.getContext();
  llvm::BasicBlock* loop = llvm::BasicBlock::Create(context, "loop", function);
  llvm::BasicBlock* exit = llvm::BasicBlock::Create(context, "next", function);
  Scope inner(outer.emitter, &outer, lanes, loop);
  if (once) {
    body(inner, {range.begin, 0, inner.depth, nullptr});
    inner.builder.CreateBr(exit);
    outer.builder.CreateBr(loop);
    outer.builder.SetInsertPoint(exit);
    return;
  }
  llvm::PHINode* i = inner.builder.CreatePHI(inner.builder.getInt64Ty(), 2, "i");
  body(inner, {i, 0, inner.depth, nullptr});
  llvm::Value* next = inner.builder.CreateAdd(i, inner.number(step), "", true, true);
  llvm::Instruction* latch =
      inner.builder.CreateCondBr(inner.builder.CreateICmpSLT(next, range.end), loop, exit);
  if (inner.keeps_loads) forbid_hoisting(*latch);
  // The outer block stays open until here: what doesn't depend on this loop was emitted into it.
  i->addIncoming(next, inner.builder.GetInsertBlock());
  i->addIncoming(range.begin, outer.builder.GetInsertBlock());
  outer.builder.CreateCondBr(
      count > 0 ? outer.builder.getTrue() : outer.builder.CreateICmpSLT(range.begin, range.end), loop, exit);
  outer.builder.SetInsertPoint(exit);
}

std::pair<Interval, Interval> split(Scope& scope, Interval range, int64_t step) {
  Builder& b = scope.builder;
  const int64_t count = known_count(range);
  if (count >= 0) {
    const int64_t whole = count - count % step;
    llvm::Value* between = b.CreateAdd(range.begin, scope.number(whole));
    return {{range.begin, between, whole}, {between, range.end, count - whole}};
  }
  llvm::Value* length = b.CreateSub(range.end, range.begin);
  // Masks do where the step is a power of two.
  llvm::Value* whole = (step & (step - 1)) == 0
                           ? b.CreateAnd(length, scope.number(-step))
                           : b.CreateMul(b.CreateSDiv(length, scope.number(step)), scope.number(step));
  llvm::Value* between = b.CreateAdd(range.begin, whole);
  return {{range.begin, between}, {between, range.end}};
}

llvm::Value* emit_mask(Builder& builder, llvm::Value* count, unsigned first, unsigned lanes) {
  if (constant(count) && constant(count)->getSExtValue() >= static_cast<int64_t>(first) + lanes)
    return nullptr;
  std::vector<llvm::Constant*> lane;
  for (unsigned i = 0; i < lanes; i++) lane.push_back(builder.getInt32(first + i));
  llvm::Value* limit = builder.CreateTrunc(count, builder.getInt32Ty());
  return builder.CreateICmpSLT(llvm::ConstantVector::get(lane), builder.CreateVectorSplat(lanes, limit));
}

void emit_vector_loop(Scope& outer, Interval range, unsigned lanes,
                      const std::function<void(Scope&, AxisIndex)>& body) {
  if (lanes == 1) return emit_loop(outer, range, 1, 1, body);
  const auto [whole, rest] = split(outer, range, lanes);
  emit_loop(outer, whole, lanes, lanes, [&](Scope& inner, AxisIndex i) {
    i.step = 1;
    body(inner, i);
  });
  // A narrower vector where the rest fills one: stores with a mask are slower, and loads behind them wait.
  const auto narrow = static_cast<unsigned>(std::max<int64_t>(rest.count, 0));
  if (narrow < lanes && std::has_single_bit(narrow))
    return emit_loop(outer, rest, narrow, narrow, [&](Scope& inner, AxisIndex i) {
      i.step = narrow > 1 ? 1 : 0;
      body(inner, i);
    });
  emit_loop(outer, rest, lanes, lanes, [&, rest = rest](Scope& inner, AxisIndex i) {
    i.step = 1;
    llvm::Value* left =
        rest.count >= 0 ? inner.number(rest.count) : inner.builder.CreateSub(rest.end, i.base);
    inner.mask = emit_mask(inner.builder, left, 0, lanes);
    body(inner, i);
    inner.mask = nullptr;
  });
}

void emit_loops(Scope& outer, std::span<const Extent> extents, Index index,
                const std::function<void(Scope&, const Index&)>& body) {
  if (extents.empty()) return body(outer, index);
  emit_loop(outer, outer.emitter.whole(extents[0]), 1, outer.lanes, [&](Scope& inner, AxisIndex i) {
    Index longer = index;
    longer.axes.push_back(i);
    emit_loops(inner, extents.subspan(1), std::move(longer), body);
  });
}

void emit_rows(Scope& outer, const Nest& nest, size_t axes, Interval rows,
               const std::function<void(Scope&, const Index&, Interval)>& body) {
  using Next = std::function<void(Scope&, const Index&, Interval)>;
  const Next next = [&](Scope& scope, const Index& index, Interval range) {
    if (index.axes.size() == axes) return body(scope, index, range);
    emit_loop(scope, range, 1, scope.lanes, [&](Scope& inner, AxisIndex i) {
      Index longer = index;
      longer.axes.push_back(i);
      next(inner, longer, inner.emitter.range(nest, longer.axes.size()));
    });
  };
  next(outer, {}, rows);
}

}  // namespace wengert
