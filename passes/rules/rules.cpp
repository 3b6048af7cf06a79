#include "passes/rules/rules.h"

#include <algorithm>

namespace wengert::rules {

bool may_go(const Shape& shape, std::initializer_list<const Shape*> kept) {
  return std::ranges::all_of(shape, [&](const Extent& extent) {
    return never_negative(extent) || std::ranges::any_of(kept, [&](const Shape* other) {
             return std::ranges::find(*other, extent) != other->end();
           });
  });
}

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
