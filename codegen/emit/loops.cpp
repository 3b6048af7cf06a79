#include <algorithm>

#include "codegen/emit/scope.h"

namespace wengert {

static const llvm::ConstantInt* constant(llvm::Value* value) {
  return llvm::dyn_cast<llvm::ConstantInt>(value);
}

void emit_loop(Scope& outer, llvm::Value* begin, llvm::Value* end, int64_t step, unsigned lanes,
               const std::function<void(Scope&, AxisIndex)>& body) {
  const bool known = constant(begin) && constant(end);
  if (known && constant(begin)->getSExtValue() >= constant(end)->getSExtValue()) return;
  const bool once = known && constant(begin)->getSExtValue() + step >= constant(end)->getSExtValue();
  if (once && lanes == outer.lanes) return body(outer, {begin, 0, 0, nullptr});
  llvm::Function* function = outer.builder.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = outer.builder.getContext();
  llvm::BasicBlock* loop = llvm::BasicBlock::Create(context, "loop", function);
  llvm::BasicBlock* exit = llvm::BasicBlock::Create(context, "next", function);
  Scope inner(outer.emitter, &outer, lanes, loop);
  llvm::PHINode* i = inner.builder.CreatePHI(inner.builder.getInt64Ty(), 2, "i");
  body(inner, {i, 0, inner.depth, nullptr});
  llvm::Value* next = inner.builder.CreateAdd(i, inner.number(step), "", true, true);
  inner.builder.CreateCondBr(inner.builder.CreateICmpSLT(next, end), loop, exit);
  // The outer block stays open until here: what doesn't depend on this loop was emitted into it.
  i->addIncoming(next, inner.builder.GetInsertBlock());
  i->addIncoming(begin, outer.builder.GetInsertBlock());
  outer.builder.CreateCondBr(outer.builder.CreateICmpSLT(begin, end), loop, exit);
  outer.builder.SetInsertPoint(exit);
}

void emit_vector_loop(Scope& outer, llvm::Value* extent, unsigned lanes,
                      const std::function<void(Scope&, AxisIndex)>& body) {
  llvm::Value* main = outer.builder.CreateAnd(extent, outer.number(-static_cast<int64_t>(lanes)));
  if (lanes == 1) main = outer.number(0);
  emit_loop(outer, outer.number(0), main, lanes, lanes, [&](Scope& inner, AxisIndex i) {
    i.step = 1;
    body(inner, i);
  });
  emit_loop(outer, main, extent, 1, 1, body);
}

void emit_loops(Scope& outer, std::span<const Extent> extents, Index index,
                const std::function<void(Scope&, const Index&)>& body) {
  if (extents.empty()) return body(outer, index);
  emit_loop(outer, outer.number(0), outer.emitter.extent(extents[0]), 1, outer.lanes,
            [&](Scope& inner, AxisIndex i) {
              Index longer = index;
              longer.axes.push_back(i);
              emit_loops(inner, extents.subspan(1), std::move(longer), body);
            });
}

}  // namespace wengert
