// Folds with one accumulator for each result: vectors run along the innermost kept axis, several at a time.
// Both the nests that fold on their own and the trees of nests use these.
#pragma once
#include "codegen/emit/fold.h"

namespace wengert {

class ChainSums {
 public:
  ChainSums(Emitter& emitter, const Nest& nest);

  /// Folds everything that goes to these rows of the results, and stores them. All of it: no rows are looked
  /// at when no axis is kept.
  void run(Scope& top, Interval rows);
  /// Adds the elements in `first` of the first folded axis to the results as they lie in storage.
  void add(Scope& top, Interval first);
  /// The same for one root folded in lanes: row i goes to the accumulators number i mod `lanes` in `place`,
  /// which hold `count` results each. The rows begin with one of lane 0.
  void add_lanes(Scope& top, Interval rows, int64_t lanes, llvm::Value* place, llvm::Value* count);

 private:
  // Some results that lie side by side, or in a few short rows: where they are, and their lanes that exist.
  struct Tile {
    unsigned lanes;
    std::vector<Index> at;
    std::vector<llvm::Value*> masks;
    std::vector<std::vector<llvm::Value*>> slots;  // by root, by piece
  };
  void tiles(Scope& top, Interval rows, const std::function<void(Scope&, Tile&)>& body);
  void short_rows(Scope& top, Interval rows, unsigned together,
                  const std::function<void(Scope&, Tile&)>& body);
  void row(Scope& scope, const Index& front, Interval range, const std::function<void(Scope&, Tile&)>& body);
  void tile(Scope& scope, std::span<const Index> fronts, llvm::Value* base, llvm::Value* left, unsigned lanes,
            unsigned pieces, const std::function<void(Scope&, Tile&)>& body);
  unsigned rows_together() const;
  void start(Scope& scope, const Tile& tile);
  void fold(Scope& scope, const Tile& tile, Interval first, int64_t step = 1);
  void fold_chunks(Scope& scope, const Tile& tile);
  void store(Scope& scope, const Tile& tile);
  void each(const Tile& tile, const std::function<void(size_t, size_t)>& body);

  uint32_t root(size_t r) const { return nest_.roots[r].node; }
  Dtype dtype(size_t r) const { return emitter_.type(root(r)).dtype; }
  llvm::Type* type(const Tile& tile, size_t r) const;

  Emitter& emitter_;
  const Nest& nest_;
  unsigned lanes_, most_;  // of a vector; vectors of one tile
};

}  // namespace wengert
