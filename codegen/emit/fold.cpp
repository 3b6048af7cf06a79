// What both kinds of folds share: the element a root folds, its step, its join.
#include "codegen/emit/fold.h"

#include <bit>

#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {

static Dtype dtype_of(const Emitter& emitter, uint32_t root) { return emitter.type(root).dtype; }
static const Op& op_of(const Emitter& emitter, uint32_t root) { return *emitter.graph().node(root).op; }

// The operand's index where the result's axes are at index[0..kept) and the folded ones behind.
static Index operand_index(const Axes& folded, int64_t rank, const Nest& nest, const Index& index) {
  Index out;
  size_t kept = 0, inner = nest.kept;
  for (int64_t axis = 0; axis < rank; axis++) {
    const bool folds = std::find(folded.begin(), folded.end(), axis) != folded.end();
    out.axes.push_back(index.axes[folds ? inner++ : kept++]);
  }
  return out;
}

// The index of one factor of a contraction; the result has the batch axes, then lhs's free ones, then rhs's.
static Index factor_index(const Axes& batch, const Axes& contract, int64_t rank, size_t free_from,
                          const Nest& nest, const Index& index) {
  Index out;
  out.axes.resize(rank);
  std::vector<char> used(rank, 0);
  for (size_t i = 0; i < batch.size(); i++) out.axes[batch[i]] = index.axes[i], used[batch[i]] = 1;
  for (size_t i = 0; i < contract.size(); i++)
    out.axes[contract[i]] = index.axes[nest.kept + i], used[contract[i]] = 1;
  for (int64_t axis = 0; axis < rank; axis++)
    if (!used[axis]) out.axes[axis] = index.axes[free_from++];
  return out;
}

std::vector<Emitted> fold_elements(Scope& scope, uint32_t root, const Nest& nest, const Index& index) {
  const Graph& graph = scope.emitter.graph();
  const Attributes& attributes = *graph.node(root).attributes;
  const std::span<const Value> inputs = graph.inputs(root);
  if (op_of(scope.emitter, root).kind == Kind::reduction)
    return {scope.at(inputs[0].node,
                     operand_index(attributes.axes(), graph.type(inputs[0]).rank(), nest, index))};
  const Axes &a_batch = attributes.axes("lhs_batch"), &a_contract = attributes.axes("lhs_contract");
  const int64_t a_rank = graph.type(inputs[0]).rank(), b_rank = graph.type(inputs[1]).rank();
  const size_t a_free = a_batch.size(), b_free = static_cast<size_t>(a_rank) - a_contract.size();
  return {scope.at(inputs[0].node, factor_index(a_batch, a_contract, a_rank, a_free, nest, index)),
          scope.at(inputs[1].node, factor_index(attributes.axes("rhs_batch"), attributes.axes("rhs_contract"),
                                                b_rank, b_free, nest, index))};
}

llvm::Value* fold_step(Emitter& emitter, Builder& builder, uint32_t root, llvm::Value* accumulator,
                       std::span<llvm::Value* const> elements, unsigned lanes) {
  if (op_of(emitter, root).kind == Kind::reduction)
    return fold_join(emitter, builder, root, accumulator, elements[0], lanes);
  if (is_float(dtype_of(emitter, root)))
    return builder.CreateIntrinsic(llvm::Intrinsic::fma, {accumulator->getType()},
                                   {elements[0], elements[1], accumulator});
  return builder.CreateAdd(builder.CreateMul(elements[0], elements[1]), accumulator);
}

llvm::Value* fold_join(Emitter& emitter, Builder& builder, uint32_t root, llvm::Value* a, llvm::Value* b,
                       unsigned lanes) {
  if (op_of(emitter, root).kind == Kind::reduction) {
    llvm::Value* operands[] = {a, b};
    return emit_body(builder, emitter.bodies.combine(op_of(emitter, root), dtype_of(emitter, root)), operands,
                     lanes)[0];
  }
  return is_float(dtype_of(emitter, root)) ? builder.CreateFAdd(a, b) : builder.CreateAdd(a, b);
}

uint64_t fold_start_bits(const Emitter& emitter, uint32_t root) {
  const Op& op = op_of(emitter, root);
  return op.kind == Kind::reduction ? initial_bits(op, dtype_of(emitter, root)) : 0;
}

llvm::Value* chunk_elements(Scope& scope, llvm::Value* extent) {
  using namespace summation;
  Builder& b = scope.builder;
  llvm::Value* even = b.CreateUDiv(b.CreateAdd(extent, b.getInt64(most_chunks - 1)), b.getInt64(most_chunks));
  llvm::Value* size =
      b.CreateSelect(b.CreateICmpSLT(even, b.getInt64(smallest_chunk)), b.getInt64(smallest_chunk), even);
  size = b.CreateAnd(b.CreateAdd(size, b.getInt64(chunk_alignment - 1)), b.getInt64(-chunk_alignment));
  // One chunk of at least one element, so that a division by it is defined when there are none.
  llvm::Value* whole = b.CreateSelect(b.CreateICmpSLT(extent, b.getInt64(1)), b.getInt64(1), extent);
  return b.CreateSelect(b.CreateICmpSLT(extent, b.getInt64(long_extent)), whole, size);
}

llvm::Value* chunk_count(Scope& scope, llvm::Value* extent, llvm::Value* size) {
  Builder& b = scope.builder;
  llvm::Value* count = b.CreateUDiv(b.CreateAdd(extent, b.CreateSub(size, b.getInt64(1))), size);
  return b.CreateSelect(b.CreateICmpSLT(count, b.getInt64(1)), b.getInt64(1), count);
}

Interval chunk_range(Scope& scope, llvm::Value* c, llvm::Value* size, llvm::Value* extent) {
  Builder& b = scope.builder;
  llvm::Value* begin = b.CreateMul(c, size);
  llvm::Value* end = b.CreateAdd(begin, size);
  return {begin, b.CreateSelect(b.CreateICmpSLT(end, extent), end, extent)};
}

void emit_pairwise(Scope& scope, llvm::Value* count,
                   const std::function<void(Scope&, llvm::Value*, llvm::Value*)>& join) {
  llvm::Function* function = scope.builder.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = scope.builder.getContext();
  llvm::BasicBlock* round = llvm::BasicBlock::Create(context, "round", function);
  llvm::BasicBlock* joined = llvm::BasicBlock::Create(context, "joined", function);
  llvm::BasicBlock* before = scope.builder.GetInsertBlock();
  scope.builder.CreateCondBr(scope.builder.CreateICmpSLT(scope.number(1), count), round, joined);
  scope.builder.SetInsertPoint(round);
  llvm::PHINode* width = scope.builder.CreatePHI(scope.builder.getInt64Ty(), 2, "width");
  width->addIncoming(scope.builder.getInt64(1), before);
  // i runs over multiples of 2 width with i + width < count: pair p of them.
  llvm::Value* twice = scope.builder.CreateShl(width, 1);
  llvm::Value* pairs = scope.builder.CreateUDiv(
      scope.builder.CreateAdd(count, scope.builder.CreateSub(width, scope.number(1))), twice);
  emit_loop(scope, {scope.number(0), pairs}, 1, scope.lanes, [&](Scope& inner, AxisIndex p) {
    llvm::Value* i = inner.builder.CreateMul(p.base, twice);
    join(inner, i, inner.builder.CreateAdd(i, width));
  });
  width->addIncoming(twice, scope.builder.GetInsertBlock());
  scope.builder.CreateCondBr(scope.builder.CreateICmpSLT(twice, count), round, joined);
  scope.builder.SetInsertPoint(joined);
}

}  // namespace wengert
