#include "passes/passes.h"
#include "passes/rewrite.h"

namespace wengert {

std::optional<Program> merge_common_subexpressions(const Program& program, const PassOptions& options) {
  static const RowTable no_rows({});
  return rewrite(program, no_rows, options);
}

}  // namespace wengert
