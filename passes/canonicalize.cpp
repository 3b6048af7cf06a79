#include "passes/passes.h"
#include "passes/rules/rules.h"

namespace wengert {

std::optional<Program> canonicalize(const Program& program, const PassOptions& options) {
  return rewrite(program, rules::canonical_rows(), options);
}

}  // namespace wengert
