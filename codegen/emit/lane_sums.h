// Accumulators of folds in lanes (ir/summation.h), for one result or several neighbours at once. Both the
// nests that fold on their own and the trees of nests use these.
#pragma once
#include "codegen/emit/fold.h"
#include "codegen/emit/streams.h"

namespace wengert {

class LaneSums {
 public:
  /// `rows` results at once, neighbours along the last kept axis: a power of two, at most the lanes.
  LaneSums(Emitter& emitter, const Nest& nest, unsigned rows);
  /// So many results of the nest as registers hold: 1 where elements are long expressions or maps join in.
  static unsigned rows_at_once(Emitter& emitter, const Nest& nest);

  /// Accumulators of nothing, in stack slots of the function that is emitted.
  void start(Builder& builder);
  /// Adds the elements in `first` of the first folded axis and all of the others; kept[r] is row r's index.
  /// Maps of the nest are stored at the same elements.
  void add(Scope& scope, std::span<const Index> kept, Interval first);
  /// The results of each fold: a scalar, or a vector over the rows.
  std::vector<llvm::Value*> results(Builder& builder) const;
  /// Accumulators from memory, as start() makes them, and to memory: 128 bytes a fold; one row.
  void load(Builder& builder, llvm::Value* place);
  void store(Builder& builder, llvm::Value* place) const;

  size_t count() const { return folds_.size(); }
  uint32_t node(size_t fold) const { return folds_[fold].node; }
  Dtype dtype(size_t fold) const { return folds_[fold].dtype; }

 private:
  struct Fold {
    uint32_t node;
    Dtype dtype;
    unsigned vectors;                 // of accumulators: summation::lanes / vector lanes
    std::vector<llvm::Value*> slots;  // by row, an array of vectors each
  };
  void take_slots(Builder& builder);
  void row(Scope& scope, std::span<const Index> index, Interval range);
  void step(Scope& scope, std::span<const Index> index, const AxisIndex& at, llvm::Value* piece);
  llvm::Value* slot(Builder& builder, const Fold& fold, unsigned row, llvm::Value* piece) const;
  llvm::Value* join_rows(Builder& builder, const Fold& fold, std::vector<llvm::Value*> sums) const;
  llvm::Type* vector_type(Builder& builder, const Fold& fold) const;

  Emitter& emitter_;
  const Nest& nest_;
  unsigned lanes_, rows_;
  unsigned pieces_ = 1;    // vectors of the most accumulators of any fold
  unsigned together_ = 1;  // vectors of elements taken at once
  std::vector<Fold> folds_;
  std::vector<uint32_t> maps_;
  Streams streams_;
};

}  // namespace wengert
