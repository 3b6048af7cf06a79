// Folds with accumulators across lanes: vectors run along the last folded axis.
#include "codegen/emit/lane_sums.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {
namespace {

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
  // The chunks' results lie in the nest's scratch, those of neighbouring rows together.
  const auto rows = static_cast<unsigned>(kept.size());
  std::vector<llvm::Value*> results;
  llvm::Value* scratch = emitter.workspace(nest.scratch);
  auto slot = [&](Scope& s, size_t f, llvm::Value* chunk) {
    llvm::Value* number =
        s.builder.CreateAdd(chunk, s.number(static_cast<int64_t>(f) * summation::most_chunks));
    return s.builder.CreateGEP(s.builder.getInt8Ty(), scratch,
                               s.builder.CreateMul(number, s.number(lane_rows_bytes)));
  };
  llvm::Value* size = chunk_elements(scope, extent);
  llvm::Value* count = chunk_count(scope, extent, size);
  emit_loop(scope, {scope.number(0), count}, 1, 1, [&](Scope& chunk, AxisIndex c) {
    const std::vector<llvm::Value*> parts = fold_range(chunk, chunk_range(chunk, c.base, size, extent));
    for (size_t f = 0; f < sums.count(); f++)
      store_elements(chunk.builder, sums.dtype(f), parts[f], slot(chunk, f, c.base), rows);
  });
  emit_pairwise(scope, count, [&](Scope& s, llvm::Value* to, llvm::Value* from) {
    for (size_t f = 0; f < sums.count(); f++) {
      llvm::Value* a = load_elements(s.builder, sums.dtype(f), slot(s, f, to), rows);
      llvm::Value* b = load_elements(s.builder, sums.dtype(f), slot(s, f, from), rows);
      store_elements(s.builder, sums.dtype(f), fold_join(emitter, s.builder, sums.node(f), a, b, rows),
                     slot(s, f, to), rows);
    }
  });
  for (size_t f = 0; f < sums.count(); f++)
    results.push_back(load_elements(scope.builder, sums.dtype(f), slot(scope, f, scope.number(0)), rows));
  return results;
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

}  // namespace

void emit_fold_lanes(Scope& top, const Nest& nest) {
  Emitter& emitter = top.emitter;
  LaneSums one(emitter, nest, 1);
  if (nest.kept == 0) return store_results(top, one, nest, std::vector<Index>(1));
  const unsigned at_once = LaneSums::rows_at_once(emitter, nest);
  emit_rows(top, nest, nest.kept - 1, emitter.rows(nest),
            [&](Scope& scope, const Index& front, Interval range) {
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

}  // namespace wengert
