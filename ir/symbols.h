// Symbols from the shapes of arguments.
#pragma once
#include <vector>

#include "ir/type.h"

namespace wengert {

/// Adds to `bindings` what the symbols of extents like 2N + 1 are where the shape's extents are `numbers`.
/// Whether there were any.
bool learn_symbols(const Shape& shape, const std::vector<int64_t>& numbers, Bindings& bindings);

}  // namespace wengert
