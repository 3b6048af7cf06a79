#include "passes/passes.h"
#include "passes/rules/rules.h"

namespace wengert {

std::optional<Program> simplify(const Program& program, const PassOptions& options) {
  return rewrite(program, rules::simplify_rows(), options);
}

}  // namespace wengert
