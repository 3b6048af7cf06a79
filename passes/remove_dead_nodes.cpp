#include <algorithm>

#include "passes/copy_map.h"
#include "passes/passes.h"

namespace wengert {

std::optional<Program> remove_dead_nodes(const Program& program, const PassOptions&) {
  const std::vector<bool> live = program.live_nodes();
  if (std::find(live.begin(), live.end(), false) == live.end()) return std::nullopt;
  return copy_live(program, live);
}

}  // namespace wengert
