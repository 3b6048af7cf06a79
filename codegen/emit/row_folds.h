// What the members of a tree fold of its rows: accumulators that are carried from block to block, and the
// results of chunks (ir/summation.h), which join as soon as their neighbour is there, so that 7 are kept and
// not 64. Where workers share the chunks, the results of each have a place, and join when all are there.
#pragma once
#include <set>

#include "codegen/emit/chain_sums.h"
#include "codegen/emit/lane_sums.h"

namespace wengert {

class RowFolds {
 public:
  /// With a chunk's number: folds of its rows into its place.
  RowFolds(Emitter& emitter, const Nest& tree, llvm::Value* chunk = nullptr);

  bool empty() const { return results_.empty(); }
  /// Whether the member folds rows; then add() does what emit_nest would.
  bool has(const Nest& member) const {
    return lanes_.contains(&member) || chains_.contains(&member) || products_.contains(&member);
  }
  void start(Scope& scope);
  void add(Scope& scope, const Nest& member, Interval rows);
  /// The rows of the one member that folds in lanes, by sums of the same folds with maps among them.
  void add(Scope& scope, LaneSums& joint, Interval rows);
  /// Behind the last block: accumulators in lanes become results.
  void join_lanes(Scope& scope);
  /// Behind chunk c's join_lanes.
  void keep_chunk(Scope& scope, llvm::Value* c);
  /// Behind the last of `count` chunks.
  void join_chunks(Scope& scope, llvm::Value* count);
  /// While the body is emitted, the storage of results is the chunk's places.
  void at_places(const std::function<void()>& body);
  /// Made for chunk 0, when the places of `count` chunks are filled: joins them and publishes.
  void join_places(Scope& scope, llvm::Value* count);
  /// Tells the emitter the scalars.
  void publish(Scope& scope);

 private:
  // What a fold of rows gives: `count` elements, as they are so far, and as partial results of 2^k chunks.
  struct Result {
    uint32_t root;
    Dtype dtype;
    bool scalar;
    llvm::Value* place;              // null: the root's own storage
    llvm::Value* levels;             // null: chunks have places
    Extent count, stride;            // elements; bytes from level to level, or from place to place
    llvm::Value* columns = nullptr;  // accumulators of columns in lanes
    int64_t lanes = 0;
  };

  void add_lane_results(const Nest& member);
  void add_chain_results(const Nest& member);
  void add_column_result(const Nest& member);
  void join_columns(Scope& scope, const Result& result);
  void join_levels(Scope& scope, llvm::Value* from, llvm::Value* to, llvm::Value* chosen);

  llvm::Value* place_of_chunk(const Extent& places, const Extent& bytes);
  llvm::Value* bytes_behind(llvm::Value* pointer, int64_t bytes);
  llvm::Value* lane_place(llvm::Value* scratch, size_t fold);
  llvm::Value* current(const Result& result);
  llvm::Value* level(Scope& scope, const Result& result, llvm::Value* k);
  llvm::Value* element(Scope& scope, const Result& result, llvm::Value* array, llvm::Value* at);
  llvm::Value* load(Scope& scope, const Result& result, llvm::Value* pointer);
  void elements(Scope& scope, const Result& result, const std::function<void(Scope&, llvm::Value*)>& body);

  Emitter& emitter_;
  llvm::Value* chunk_;  // null: the results of chunks go to levels
  std::map<const Nest*, llvm::Value*> accumulators_;
  std::map<const Nest*, LaneSums> lanes_;
  std::map<const Nest*, ChainSums> chains_;
  std::set<const Nest*> products_;
  std::vector<Result> results_;
};

}  // namespace wengert
