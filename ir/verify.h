// What every program must satisfy; run between passes.
#pragma once
#include "ir/program.h"

namespace wengert {

/// Throws Error(internal) with the node and the reason: operands before users, types as the op's rule gives
/// them, outputs in range and named once, interned nodes unique.
void verify(const Program& program);

}  // namespace wengert
