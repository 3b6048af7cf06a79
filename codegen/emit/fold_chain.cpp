// Folds with one accumulator for each result.
#include "codegen/emit/chain_sums.h"
#include "codegen/emit/parallel.h"

namespace wengert {

void emit_fold_chain(Scope& scope, const Nest& nest) {
  if (nest.kept == 0) return ChainSums(scope.emitter, nest).run(scope, {});
  emit_rows_in_parts(scope, nest,
                     [&](Scope& part, Interval rows) { ChainSums(part.emitter, nest).run(part, rows); });
}

}  // namespace wengert
