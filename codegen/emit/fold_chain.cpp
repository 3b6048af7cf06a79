// Folds with one accumulator for each result.
#include "codegen/emit/chain_sums.h"

namespace wengert {

void emit_fold_chain(Scope& scope, const Nest& nest) { ChainSums(scope.emitter, nest).run(scope); }

}  // namespace wengert
