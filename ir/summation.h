// The order of summation: what every evaluator and kernel keeps to the bit (docs/design.md).
//
// The reduced elements of one result are taken in row-major order over the reduced axes.
//   chain: one accumulator.
//   lanes: the element whose index along the last reduced axis is j goes to accumulator j mod lanes(dtype);
//   at the end
//          the accumulators are joined by a halving tree: a[i] = a[i] op a[i + h] for h = L/2, L/4, …, 1.
// When the first reduced axis is long it is cut into chunks, by its extent alone; each chunk is folded by its
// rule from the initial value, and the chunk results are joined pairwise: neighbours first, then neighbours
// of pairs. Accumulators start at the initial value (+0 for sums), so that padding with it is exact.
#pragma once
#include <cstdint>

#include "ir/dtype.h"

namespace wengert::summation {

/// Accumulators of the rule `lanes`: 128 bytes of them.
constexpr int64_t lanes(Dtype dtype) {
  return dtype == Dtype::boolean ? 32 : 128 / static_cast<int64_t>(size_of(dtype));
}

constexpr int64_t long_extent = 3072;  ///< from here on an extent is cut into chunks
constexpr int64_t smallest_chunk = 1024;
constexpr int64_t most_chunks = 64;
constexpr int64_t chunk_alignment = 64;

/// Elements of a chunk of a reduced axis (the last chunk may be shorter); the extent itself when it is not
/// cut.
constexpr int64_t chunk_size(int64_t extent) {
  if (extent < long_extent) return extent;
  int64_t size = (extent + most_chunks - 1) / most_chunks;
  if (size < smallest_chunk) size = smallest_chunk;
  return (size + chunk_alignment - 1) / chunk_alignment * chunk_alignment;
}
constexpr int64_t chunk_count(int64_t extent) {
  return extent < long_extent ? 1 : (extent + chunk_size(extent) - 1) / chunk_size(extent);
}

}  // namespace wengert::summation
