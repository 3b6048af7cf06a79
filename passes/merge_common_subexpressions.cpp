#include "passes/passes.h"
#include "passes/rewrite.h"

namespace wengert {

Program merge_common_subexpressions(const Program& program, const PassOptions& options) {
  static const RowTable no_rows({});
  return rewrite(program, no_rows, options);
}

}  // namespace wengert
