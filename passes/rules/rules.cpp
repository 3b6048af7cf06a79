#include "passes/rules/rules.h"

namespace wengert::rules {

const RowTable& canonical_rows() {
  static const RowTable table({spelling()});
  return table;
}

const RowTable& simplify_rows() {
  static const RowTable table(
      {arithmetic(), logic(), movement(), cutting(), stable(), reductions(), sinking(), fast()});
  return table;
}

}  // namespace wengert::rules
