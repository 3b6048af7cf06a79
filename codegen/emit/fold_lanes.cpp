// Folds with accumulators across lanes: vectors run along the last folded axis.
#include "codegen/emit/lane_sums.h"
#include "codegen/emit/parallel.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {
namespace {

// The results of chunks, those of neighbouring rows together: where they lie, how they join.
class ChunkResults {
 public:
  ChunkResults(Emitter& emitter, const Nest& nest, const LaneSums& sums, unsigned rows)
      : emitter_(emitter), rows_(rows) {
    for (size_t f = 0; f < sums.count(); f++) folds_.push_back(sums.node(f));
    // Workers share the chunks of a single result.
    scratch_ = nest.kept > 0 ? emitter.own_workspace(nest.own_scratch) : emitter.workspace(nest.scratch);
  }

  void store(Scope& scope, const std::vector<llvm::Value*>& results, llvm::Value* chunk) {
    for (size_t f = 0; f < folds_.size(); f++)
      store_elements(scope.builder, dtype(f), results[f], slot(scope, f, chunk), rows_);
  }
  std::vector<llvm::Value*> load(Scope& scope, llvm::Value* chunk) {
    std::vector<llvm::Value*> out;
    for (size_t f = 0; f < folds_.size(); f++)
      out.push_back(load_elements(scope.builder, dtype(f), slot(scope, f, chunk), rows_));
    return out;
  }
  std::vector<llvm::Value*> join(Scope& scope, llvm::Value* count) {
    emit_pairwise(scope, count, [&](Scope& s, llvm::Value* to, llvm::Value* from) {
      std::vector<llvm::Value*> a = load(s, to), b = load(s, from);
      for (size_t f = 0; f < folds_.size(); f++)
        a[f] = fold_join(emitter_, s.builder, folds_[f], a[f], b[f], rows_);
      store(s, a, to);
    });
    return load(scope, scope.number(0));
  }

 private:
  Dtype dtype(size_t f) const { return emitter_.type(folds_[f]).dtype; }
  llvm::Value* slot(Scope& scope, size_t f, llvm::Value* chunk) {
    llvm::Value* number =
        scope.builder.CreateAdd(chunk, scope.number(static_cast<int64_t>(f) * summation::most_chunks));
    return scope.builder.CreateGEP(scope.builder.getInt8Ty(), scratch_,
                                   scope.builder.CreateMul(number, scope.number(lane_rows_bytes)));
  }

  Emitter& emitter_;
  unsigned rows_;
  std::vector<uint32_t> folds_;
  llvm::Value* scratch_;
};

// The results at these indices, of each fold; a vector over them when there are several.
std::vector<llvm::Value*> fold_all(Scope& scope, LaneSums& sums, const Nest& nest,
                                   std::span<const Index> kept) {
  Emitter& emitter = scope.emitter;
  const Extent& first = nest.space[nest.kept];
  llvm::Value* extent = emitter.extent(first);
  auto fold_range = [&](Scope& s, Interval range) {
    sums.start(s.builder);
    sums.add(s, kept, range);
    return sums.results(s.builder);
  };
  if (!may_be_long(first)) return fold_range(scope, {scope.number(0), extent});
  ChunkResults chunks(emitter, nest, sums, static_cast<unsigned>(kept.size()));
  llvm::Value* size = chunk_elements(scope, extent);
  llvm::Value* count = chunk_count(scope, extent, size);
  emit_loop(scope, {scope.number(0), count}, 1, 1, [&](Scope& chunk, AxisIndex c) {
    chunks.store(chunk, fold_range(chunk, chunk_range(chunk, c.base, size, extent)), c.base);
  });
  return chunks.join(scope, count);
}

void store_results(Scope& scope, LaneSums& sums, const Nest& nest, std::span<const Index> kept) {
  const std::vector<llvm::Value*> results = fold_all(scope, sums, nest, kept);
  for (size_t f = 0; f < sums.count(); f++) {
    if (scope.emitter.type(sums.node(f)).is_scalar())
      scope.emitter.scalars[sums.node(f)] = results[f];
    else
      scope.store_run(sums.node(f), kept[0], results[f], static_cast<unsigned>(kept.size()));
  }
}

// All axes folded: workers share the chunks.
void fold_chunks_in_parts(Scope& top, const Nest& nest) {
  Emitter& emitter = top.emitter;
  llvm::Value* extent = emitter.extent(nest.space[0]);
  llvm::Value* size = chunk_elements(top, extent);
  llvm::Value* count = chunk_count(top, extent, size);
  LaneSums names(emitter, nest, 1);
  ChunkResults chunks(emitter, nest, names, 1);
  emit_parallel(top, nest, count, [&](Scope& part, llvm::Value* chunk) {
    LaneSums sums(emitter, nest, 1);
    sums.start(part.builder);
    sums.add(part, std::vector<Index>(1), chunk_range(part, chunk, size, extent));
    chunks.store(part, sums.results(part.builder), chunk);
  });
  const std::vector<llvm::Value*> results = chunks.join(top, count);
  for (size_t f = 0; f < results.size(); f++) emitter.scalars[names.node(f)] = results[f];
}

// Some of the rows along the first kept axis.
void fold_rows(Scope& top, const Nest& nest, Interval rows) {
  Emitter& emitter = top.emitter;
  LaneSums one(emitter, nest, 1);
  const unsigned at_once = LaneSums::rows_at_once(emitter, nest);
  emit_rows(top, nest, nest.kept - 1, rows, [&](Scope& scope, const Index& front, Interval range) {
    auto rows_of = [&](unsigned count) {
      return [&, count](Scope& s, AxisIndex i) {
        std::vector<Index> kept(count, front);
        for (unsigned r = 0; r < count; r++) {
          kept[r].axes.push_back(i);
          kept[r].axes.back().base = s.builder.CreateAdd(i.base, s.number(r));
        }
        if (count == 1) return store_results(s, one, nest, kept);
        LaneSums several(emitter, nest, count);
        store_results(s, several, nest, kept);
      };
    };
    const auto [several, rest] = split(scope, range, at_once);
    if (at_once > 1) emit_loop(scope, several, at_once, 1, rows_of(at_once));
    emit_loop(scope, at_once > 1 ? rest : range, 1, 1, rows_of(1));
  });
}

}  // namespace

void emit_fold_lanes(Scope& top, const Nest& nest) {
  Emitter& emitter = top.emitter;
  if (nest.kept > 0)
    return emit_rows_in_parts(top, nest, [&](Scope& part, Interval rows) { fold_rows(part, nest, rows); });
  if (emitter.splits(nest)) return fold_chunks_in_parts(top, nest);
  LaneSums one(emitter, nest, 1);
  store_results(top, one, nest, std::vector<Index>(1));
}

}  // namespace wengert
