// Where the arrays of a workspace lie: those whose lifetimes do not meet may share bytes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/extent.h"

namespace wengert {

/// The least multiple of 64 that holds so many bytes.
Extent aligned_bytes(const Extent& bytes);

/// What NAME_workspace() gives for so many bytes: none, or room to align them as well. Of a size that depends
/// on symbols it is the sum, though the kernel gives 0 where that size is 0.
Extent with_alignment(const Extent& workspace);

/// An array that is alive at the levels from `first` to `last`, both included.
struct WorkspaceRequest {
  Extent bytes;
  uint32_t first, last;
  uint32_t node = 0xFFFFFFFF;  ///< that is stored there whole; none: accumulators, panels, slots, rows
};

struct WorkspaceLayout {
  std::vector<Extent> offsets;  ///< of each request, in bytes; multiples of 64
  Extent bytes = 0;             ///< of the whole
};

/// Offsets for all requests: two that are alive at a common level lie apart, for all values of the symbols.
/// Near the least that is possible where sizes can be compared for all of these values, as numbers and
/// multiples of one symbol can. Of more than 100 requests each term of a size is rounded up to a multiple of
/// 64; more than 1,000 are laid out more simply, and take more.
WorkspaceLayout lay_out(std::span<const WorkspaceRequest> requests);

/// The bytes that are alive at the same level at most: no layout has less.
int64_t most_alive(std::span<const WorkspaceRequest> requests, const Bindings& sizes);

}  // namespace wengert
