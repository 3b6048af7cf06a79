#include "ir/ops/masks.h"

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"

namespace wengert {

Expr masked(Expr value, Expr guard) {
  return guard.absent() ? value : select(guard, value, zeros(value.graph(), value.type()));
}

Expr both(Expr p, Expr q) { return p.absent() ? q : q.absent() ? p : p & q; }

Expr either(Expr p, Expr q) { return p.absent() || q.absent() ? Expr() : p | q; }

}  // namespace wengert
