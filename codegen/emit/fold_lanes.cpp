// Folds with accumulators across lanes: vectors run along the last folded axis.
#include "codegen/emit/fold.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {
namespace {

struct FoldRoot {
  uint32_t node;
  Dtype dtype;
  unsigned accumulators;                 // vectors of them: summation::lanes / vector lanes
  std::vector<llvm::Value*> slots;       // one stack slot each
  std::vector<llvm::Value*> remainders;  // stack arrays for the elements behind the last whole step
};

class LanesFold {
 public:
  LanesFold(Emitter& emitter, const Nest& nest)
      : emitter_(emitter), nest_(nest), lanes_(lanes_of(emitter, nest)) {
    llvm::LLVMContext& context = emitter.compilation.context();
    for (Value root : nest.roots) {
      if (!is_fold(emitter.graph().node(root.node).op->kind)) {
        maps_.push_back(root.node);
        continue;
      }
      const Dtype dtype = emitter.type(root.node).dtype;
      FoldRoot fold{root.node, dtype, static_cast<unsigned>(summation::lanes(dtype)) / lanes_, {}, {}};
      step_ = std::max<int64_t>(step_, summation::lanes(dtype));
      for (unsigned i = 0; i < fold.accumulators; i++)
        fold.slots.push_back(emitter.allocate(register_type(context, dtype, lanes_), 1, "sum"));
      folds_.push_back(std::move(fold));
    }
    for (FoldRoot& fold : folds_) {
      const size_t factors = emitter.graph().node(fold.node).op->kind == Kind::contraction ? 2 : 1;
      for (size_t i = 0; i < factors; i++)
        fold.remainders.push_back(emitter.allocate(memory_type(context, fold.dtype), step_, "rest"));
    }
  }

  void run(Scope& top) {
    emit_loops(top, std::span(nest_.space).first(nest_.kept), {}, [&](Scope& scope, const Index& kept) {
      const std::vector<llvm::Value*> results = all_chunks(scope, kept);
      for (size_t i = 0; i < folds_.size(); i++) {
        if (emitter_.type(folds_[i].node).is_scalar())
          emitter_.scalars[folds_[i].node] = results[i];
        else
          scope.store(folds_[i].node, kept, {results[i], true});
      }
    });
  }

 private:
  std::vector<llvm::Value*> all_chunks(Scope& scope, const Index& kept) {
    const Extent& first = nest_.space[nest_.kept];
    llvm::Value* extent = emitter_.extent(first);
    if (first.is_number() && *first.number() < summation::long_extent)
      return one_chunk(scope, kept, scope.number(0), extent);
    llvm::LLVMContext& context = emitter_.compilation.context();
    std::vector<llvm::Value*> sums, results;
    for (const FoldRoot& fold : folds_)
      sums.push_back(emitter_.allocate(memory_type(context, fold.dtype), summation::most_chunks, "chunks"));
    auto slot = [&](Scope& s, size_t i, llvm::Value* chunk) {
      return s.builder.CreateGEP(memory_type(context, folds_[i].dtype), sums[i], chunk);
    };
    llvm::Value* size = chunk_elements(scope, extent);
    llvm::Value* count = chunk_count(scope, extent, size);
    emit_loop(scope, scope.number(0), count, 1, 1, [&](Scope& chunk, AxisIndex c) {
      llvm::Value* begin = chunk.builder.CreateMul(c.base, size);
      llvm::Value* end = chunk.builder.CreateAdd(begin, size);
      end = chunk.builder.CreateSelect(chunk.builder.CreateICmpSLT(end, extent), end, extent);
      const std::vector<llvm::Value*> parts = one_chunk(chunk, kept, begin, end);
      for (size_t i = 0; i < folds_.size(); i++)
        store_elements(chunk.builder, folds_[i].dtype, parts[i], slot(chunk, i, c.base), 1);
    });
    emit_pairwise(scope, count, [&](Scope& s, llvm::Value* to, llvm::Value* from) {
      for (size_t i = 0; i < folds_.size(); i++) {
        llvm::Value* a = load_elements(s.builder, folds_[i].dtype, slot(s, i, to), 1);
        llvm::Value* b = load_elements(s.builder, folds_[i].dtype, slot(s, i, from), 1);
        store_elements(s.builder, folds_[i].dtype, fold_join(emitter_, s.builder, folds_[i].node, a, b, 1),
                       slot(s, i, to), 1);
      }
    });
    for (size_t i = 0; i < folds_.size(); i++)
      results.push_back(load_elements(scope.builder, folds_[i].dtype, slot(scope, i, scope.number(0)), 1));
    return results;
  }

  // The fold over [begin, end) of the first folded axis and all of the others.
  std::vector<llvm::Value*> one_chunk(Scope& scope, const Index& kept, llvm::Value* begin, llvm::Value* end) {
    for (const FoldRoot& fold : folds_)
      for (llvm::Value* slot : fold.slots)
        scope.builder.CreateStore(constant_of_bits(scope.builder.getContext(), fold.dtype,
                                                   fold_start_bits(emitter_, fold.node), lanes_),
                                  slot);
    const std::span<const Extent> folded = std::span(nest_.space).subspan(nest_.kept);
    if (folded.size() == 1) {
      row(scope, kept, begin, end);
    } else {
      emit_loop(scope, begin, end, 1, 1, [&](Scope& outer, AxisIndex i) {
        Index index = kept;
        index.axes.push_back(i);
        emit_loops(outer, folded.subspan(1, folded.size() - 2), index, [&](Scope& inner, const Index& at) {
          row(inner, at, inner.number(0), emitter_.extent(folded.back()));
        });
      });
    }
    std::vector<llvm::Value*> results;
    for (const FoldRoot& fold : folds_) results.push_back(join_lanes(scope.builder, fold));
    return results;
  }

  void row(Scope& scope, const Index& index, llvm::Value* begin, llvm::Value* end) {
    Builder& b = scope.builder;
    llvm::Value* whole = b.CreateAdd(begin, b.CreateAnd(b.CreateSub(end, begin), scope.number(-step_)));
    const unsigned pieces = static_cast<unsigned>(step_) / lanes_;
    emit_loop(scope, begin, whole, step_, lanes_, [&](Scope& inner, AxisIndex i) {
      for (unsigned piece = 0; piece < pieces; piece++) {
        AxisIndex at = i;
        at.step = lanes_ > 1 ? 1 : 0;
        at.depth = inner.depth;
        at.base = inner.builder.CreateAdd(i.base, inner.number(piece * lanes_));
        Index full = index;
        full.axes.push_back(at);
        for (uint32_t map : maps_) inner.store(map, full, inner.compute(map, full));
        for (const FoldRoot& fold : folds_) {
          std::vector<llvm::Value*> elements;
          for (const Emitted& element : fold_elements(inner, fold.node, nest_, full))
            elements.push_back(inner.in_lanes(element));
          add(inner.builder, fold, piece, elements);
        }
      }
    });
    // Fewer than `step_` elements are left: they go through memory, padded with what changes nothing.
    emit_loop(scope, whole, end, step_, 1, [&](Scope& rest, AxisIndex) {
      for (const FoldRoot& fold : folds_)
        for (llvm::Value* array : fold.remainders)
          for (unsigned piece = 0; piece < pieces; piece++)
            store_elements(rest.builder, fold.dtype,
                           constant_of_bits(rest.builder.getContext(), fold.dtype,
                                            fold_start_bits(emitter_, fold.node), lanes_),
                           element(rest.builder, fold, array, rest.number(piece * lanes_)), lanes_);
      emit_loop(rest, whole, end, 1, 1, [&](Scope& inner, AxisIndex i) {
        Index full = index;
        full.axes.push_back(i);
        for (uint32_t map : maps_) inner.store(map, full, inner.compute(map, full));
        llvm::Value* position = inner.builder.CreateSub(i.base, whole);
        for (const FoldRoot& fold : folds_) {
          const std::vector<Emitted> elements = fold_elements(inner, fold.node, nest_, full);
          for (size_t k = 0; k < elements.size(); k++)
            store_elements(inner.builder, fold.dtype, elements[k].value,
                           element(inner.builder, fold, fold.remainders[k], position), 1);
        }
      });
      for (const FoldRoot& fold : folds_) {
        for (unsigned piece = 0; piece < pieces; piece++) {
          std::vector<llvm::Value*> elements;
          for (llvm::Value* array : fold.remainders)
            elements.push_back(load_elements(rest.builder, fold.dtype,
                                             element(rest.builder, fold, array, rest.number(piece * lanes_)),
                                             lanes_));
          add(rest.builder, fold, piece, elements);
        }
      }
    });
  }

  llvm::Value* element(Builder& builder, const FoldRoot& fold, llvm::Value* array, llvm::Value* at) {
    return builder.CreateGEP(memory_type(builder.getContext(), fold.dtype), array, at);
  }

  void add(Builder& builder, const FoldRoot& fold, unsigned piece, std::span<llvm::Value* const> elements) {
    llvm::Value* slot = fold.slots[piece % fold.accumulators];
    llvm::Value* sum = builder.CreateLoad(register_type(builder.getContext(), fold.dtype, lanes_), slot);
    builder.CreateStore(fold_step(emitter_, builder, fold.node, sum, elements, lanes_), slot);
  }

  llvm::Value* join_lanes(Builder& builder, const FoldRoot& fold) {
    std::vector<llvm::Value*> sums;
    for (llvm::Value* slot : fold.slots)
      sums.push_back(builder.CreateLoad(register_type(builder.getContext(), fold.dtype, lanes_), slot));
    for (size_t half = sums.size() / 2; half >= 1; half /= 2)
      for (size_t i = 0; i < half; i++)
        sums[i] = fold_join(emitter_, builder, fold.node, sums[i], sums[i + half], lanes_);
    llvm::Value* sum = sums[0];
    for (unsigned width = lanes_; width > 1; width /= 2) {
      std::vector<int> low, high;
      for (unsigned i = 0; i < width / 2; i++)
        low.push_back(static_cast<int>(i)), high.push_back(static_cast<int>(i + width / 2));
      llvm::Value *a = builder.CreateShuffleVector(sum, low), *b = builder.CreateShuffleVector(sum, high);
      if (width == 2)
        a = builder.CreateExtractElement(sum, uint64_t{0}),
        b = builder.CreateExtractElement(sum, uint64_t{1});
      sum = fold_join(emitter_, builder, fold.node, a, b, width / 2);
    }
    return sum;
  }

  Emitter& emitter_;
  const Nest& nest_;
  unsigned lanes_;
  int64_t step_ = 0;  // elements taken at once: the most accumulators of any root
  std::vector<FoldRoot> folds_;
  std::vector<uint32_t> maps_;
};

}  // namespace

void emit_fold_lanes(Scope& scope, const Nest& nest) { LanesFold(scope.emitter, nest).run(scope); }

}  // namespace wengert
