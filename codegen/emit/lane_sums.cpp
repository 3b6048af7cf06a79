#include "codegen/emit/lane_sums.h"

#include <algorithm>

#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {

static bool folds(const Emitter& emitter, Value root) {
  return is_fold(emitter.graph().node(root.node).op->kind);
}

LaneSums::LaneSums(Emitter& emitter, const Nest& nest, unsigned rows)
    : emitter_(emitter),
      nest_(nest),
      lanes_(lanes_of(emitter, nest)),
      rows_(rows),
      streams_(emitter, nest, lanes_of(emitter, nest)) {
  for (Value root : nest.roots) {
    if (!folds(emitter, root)) {
      maps_.push_back(root.node);
      continue;
    }
    const Dtype dtype = emitter.type(root.node).dtype;
    Fold fold{root.node, dtype, static_cast<unsigned>(summation::lanes(dtype)) / lanes_, {}};
    pieces_ = std::max(pieces_, fold.vectors);
    folds_.push_back(std::move(fold));
  }
  // Two of a long expression: one would wait for itself.
  const bool is_long = instructions_of(emitter, nest) * pieces_ > most_instructions_together;
  together_ = is_long ? std::min(pieces_, 2u) : pieces_;
}

unsigned LaneSums::rows_at_once(Emitter& emitter, const Nest& nest) {
  constexpr size_t short_expression = 6;  // nodes of all elements: longer ones keep the machine busy alone
  if (nest.kept == 0 || inlined_by(emitter.plan, nest).size() > short_expression) return 1;
  const size_t instructions = instructions_of(emitter, nest);
  const unsigned lanes = lanes_of(emitter, nest);
  unsigned each = 0;
  for (Value root : nest.roots) {
    if (!folds(emitter, root)) return 1;
    each += static_cast<unsigned>(summation::lanes(emitter.type(root.node).dtype)) / lanes;
  }
  const unsigned most = emitter.compilation.target().vector_registers / 2 / each;
  unsigned rows = 1;
  while (rows * 2 <= std::min({most, lanes, 8u}) &&
         rows * 2 * each * instructions <= most_instructions_together)
    rows *= 2;
  return rows;
}

llvm::Type* LaneSums::vector_type(Builder& builder, const Fold& fold) const {
  return register_type(builder.getContext(), fold.dtype, lanes_);
}

void LaneSums::take_slots(Builder& builder) {
  for (Fold& fold : folds_) {
    fold.slots.clear();
    for (unsigned r = 0; r < rows_; r++)
      fold.slots.push_back(emitter_.allocate(builder, vector_type(builder, fold), fold.vectors, "sum"));
  }
}

llvm::Value* LaneSums::slot(Builder& builder, const Fold& fold, unsigned row, llvm::Value* piece) const {
  return builder.CreateGEP(vector_type(builder, fold), fold.slots[row],
                           builder.CreateAnd(piece, builder.getInt64(fold.vectors - 1)));
}

void LaneSums::start(Builder& builder) {
  take_slots(builder);
  for (const Fold& fold : folds_)
    for (unsigned r = 0; r < rows_; r++)
      for (unsigned i = 0; i < fold.vectors; i++)
        builder.CreateStore(
            constant_of_bits(builder.getContext(), fold.dtype, fold_start_bits(emitter_, fold.node), lanes_),
            slot(builder, fold, r, builder.getInt64(i)));
}

void LaneSums::add(Scope& scope, std::span<const Index> kept, Interval first) {
  const std::span<const Extent> folded = std::span(nest_.space).subspan(nest_.kept);
  if (folded.size() == 1) return row(scope, kept, first);
  auto behind = [](std::span<const Index> front, const Index& back) {
    std::vector<Index> out(front.begin(), front.end());
    for (Index& index : out) index.axes.insert(index.axes.end(), back.axes.begin(), back.axes.end());
    return out;
  };
  emit_loop(scope, first, 1, 1, [&](Scope& outer, AxisIndex i) {
    emit_loops(outer, folded.subspan(1, folded.size() - 2), Index{{i}}, [&](Scope& inner, const Index& at) {
      row(inner, behind(kept, at), emitter_.whole(folded.back()));
    });
  });
}

// One row of elements along the last folded axis.
void LaneSums::row(Scope& scope, std::span<const Index> index, Interval range) {
  const int64_t step_size = static_cast<int64_t>(together_) * lanes_;
  const auto [whole, rest] = split(scope, range, step_size);
  auto at = [&](Scope& inner, AxisIndex i, unsigned piece) {
    i.step = lanes_ > 1 ? 1 : 0;
    i.base = inner.builder.CreateAdd(i.base, inner.number(piece * lanes_));
    return i;
  };
  // The number of the accumulators of a vector behind i.
  auto accumulator = [&](Scope& inner, AxisIndex i, unsigned piece) {
    if (together_ == pieces_) return inner.number(piece);
    Builder& b = inner.builder;
    return b.CreateAdd(b.CreateUDiv(b.CreateSub(i.base, range.begin), inner.number(lanes_)),
                       inner.number(piece));
  };
  if (!maps_.empty() && lanes_ > 1) {
    Index first = index[0];
    first.axes.push_back({range.begin, 1, scope.depth, nullptr});
    streams_.open_here(scope, first);
  }
  emit_loop(scope, whole, step_size, lanes_, [&](Scope& inner, AxisIndex i) {
    for (unsigned piece = 0; piece < together_; piece++)
      step(inner, index, at(inner, i, piece), accumulator(inner, i, piece));
  });
  streams_.close();
  // Fewer are left: lanes behind them keep their sums.
  emit_loop(scope, rest, step_size, lanes_, [&](Scope& inner, AxisIndex i) {
    llvm::Value* left =
        rest.count >= 0 ? inner.number(rest.count) : inner.builder.CreateSub(rest.end, rest.begin);
    auto* known = llvm::dyn_cast<llvm::ConstantInt>(left);
    for (unsigned piece = 0; piece < together_; piece++) {
      if (known && known->getSExtValue() <= static_cast<int64_t>(piece) * lanes_) break;
      inner.mask = emit_mask(inner.builder, left, piece * lanes_, lanes_);
      step(inner, index, at(inner, i, piece), accumulator(inner, i, piece));
    }
    inner.mask = nullptr;
  });
}

// A vector of elements of each row.
void LaneSums::step(Scope& scope, std::span<const Index> index, const AxisIndex& at, llvm::Value* piece) {
  Builder& b = scope.builder;
  for (unsigned r = 0; r < rows_; r++) {
    Index full = index[r];
    full.axes.push_back(at);
    streams_.store(scope, maps_, full);
    for (const Fold& fold : folds_) {
      std::vector<llvm::Value*> elements;
      for (const Emitted& element : fold_elements(scope, fold.node, nest_, full))
        elements.push_back(scope.in_lanes(element));
      llvm::Value* place = slot(b, fold, r, piece);
      llvm::Value* sum = b.CreateLoad(vector_type(b, fold), place);
      llvm::Value* next = fold_step(emitter_, b, fold.node, sum, elements, lanes_);
      b.CreateStore(scope.mask ? b.CreateSelect(scope.mask, next, sum) : next, place);
    }
  }
}

std::vector<llvm::Value*> LaneSums::results(Builder& builder) const {
  std::vector<llvm::Value*> out;
  for (const Fold& fold : folds_) {
    std::vector<llvm::Value*> sums;
    for (unsigned r = 0; r < rows_; r++) {
      std::vector<llvm::Value*> parts;
      for (unsigned i = 0; i < fold.vectors; i++)
        parts.push_back(
            builder.CreateLoad(vector_type(builder, fold), slot(builder, fold, r, builder.getInt64(i))));
      for (size_t half = parts.size() / 2; half >= 1; half /= 2)
        for (size_t i = 0; i < half; i++)
          parts[i] = fold_join(emitter_, builder, fold.node, parts[i], parts[i + half], lanes_);
      sums.push_back(parts[0]);
    }
    out.push_back(join_rows(builder, fold, std::move(sums)));
  }
  return out;
}

// The halving tree of every row at once: a vector holds neighbouring rows, `width` partial sums of each.
llvm::Value* LaneSums::join_rows(Builder& builder, const Fold& fold, std::vector<llvm::Value*> sums) const {
  for (unsigned width = lanes_; width > 1; width /= 2) {
    const size_t vectors = (sums.size() + 1) / 2;
    for (size_t v = 0; v < vectors; v++) {
      llvm::Value* a = sums[sums.size() == 1 ? 0 : 2 * v];
      llvm::Value* b = sums.size() == 1 ? a : sums[2 * v + 1];
      const unsigned of_a = llvm::cast<llvm::FixedVectorType>(a->getType())->getNumElements();
      std::vector<int> lower, upper;
      for (unsigned i = 0; i < (a == b ? of_a : 2 * of_a); i++)
        (i % width < width / 2 ? lower : upper).push_back(static_cast<int>(i));
      llvm::Value* half[] = {builder.CreateShuffleVector(a, b, lower),
                             builder.CreateShuffleVector(a, b, upper)};
      unsigned lanes = static_cast<unsigned>(lower.size());
      if (lanes == 1) {
        half[0] = builder.CreateExtractElement(a, uint64_t{0});
        half[1] = builder.CreateExtractElement(a, uint64_t{1});
      }
      sums[v] = fold_join(emitter_, builder, fold.node, half[0], half[1], lanes);
    }
    sums.resize(vectors);
  }
  return sums[0];
}

void LaneSums::load(Builder& builder, llvm::Value* place) {
  take_slots(builder);
  for (size_t f = 0; f < folds_.size(); f++)
    for (unsigned i = 0; i < folds_[f].vectors; i++) {
      const Fold& fold = folds_[f];
      llvm::Value* at = builder.CreateConstGEP1_64(
          memory_type(builder.getContext(), fold.dtype),
          builder.CreateConstGEP1_64(builder.getInt8Ty(), place, f * 128), i * lanes_);
      builder.CreateStore(load_elements(builder, fold.dtype, at, lanes_),
                          slot(builder, fold, 0, builder.getInt64(i)));
    }
}

void LaneSums::store(Builder& builder, llvm::Value* place) const {
  for (size_t f = 0; f < folds_.size(); f++)
    for (unsigned i = 0; i < folds_[f].vectors; i++) {
      const Fold& fold = folds_[f];
      llvm::Value* at = builder.CreateConstGEP1_64(
          memory_type(builder.getContext(), fold.dtype),
          builder.CreateConstGEP1_64(builder.getInt8Ty(), place, f * 128), i * lanes_);
      llvm::Value* sum =
          builder.CreateLoad(vector_type(builder, fold), slot(builder, fold, 0, builder.getInt64(i)));
      store_elements(builder, fold.dtype, sum, at, lanes_);
    }
}

}  // namespace wengert
