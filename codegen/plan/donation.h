// An input whose array becomes an output's: the caller gives one pointer, the kernel reads the input there
// and leaves the output there.
#pragma once
#include <cstdint>

namespace wengert {

/// Numbers in the program's order. Both are of one type, of rank 1 at least; an input and an output are in
/// one pair at most.
struct Donation {
  uint32_t input, output;
  auto operator<=>(const Donation&) const = default;
};

}  // namespace wengert
