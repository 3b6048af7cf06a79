#include "passes/rules/rules.h"

namespace wengert::rules {

const RowTable& canonical_rows() {
  static const RowTable table({spelling()});
  return table;
}

const RowTable& composite_rows() {
  static const RowTable table({composites()});
  return table;
}

const RowTable& simplify_rows() {
  static const RowTable table({arithmetic(), logic(), movement(), cutting(), stable_forms(), identities(),
                               reductions(), sinking(), fast_forms()});
  return table;
}

}  // namespace wengert::rules
