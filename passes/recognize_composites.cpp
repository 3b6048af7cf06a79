#include "passes/passes.h"
#include "passes/rules/rules.h"

namespace wengert {

std::optional<Program> recognize_composites(const Program& program, const PassOptions& options) {
  return rewrite(program, rules::composite_rows(), options);
}

}  // namespace wengert
