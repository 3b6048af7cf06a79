// A choice of compiling that callers make: a header of its own, since the compiler's own are not installed.
#pragma once
#include <cstdint>

namespace wengert {

/// How long scalar code is computed (docs/decisions/scalar_tiers.md).
enum class ScalarTier : uint8_t {
  automatic,  ///< full or grouped, whichever is estimated to run sooner
  at_once,    ///< straight-line code selected without optimisation, which compiles soonest
  full,       ///< straight-line code; independent calls of one costly op in lanes
  grouped     ///< independent nodes of one op as a loop over tables of slots
};

}  // namespace wengert
