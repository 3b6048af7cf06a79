// A matrix product: a contraction of numbers with axes of its own on both sides, as a plan sees it. The axes
// of each group (batch, rows, columns, inner) are one after another in memory, so that a group is one index.
//
// Invariant: what is here follows from the program, not from the target, but for whether it pays to leave out
// a triangle; tiles and blocks that a target chooses fit the workspace that is counted here.
#pragma once
#include <cstdint>

#include "ir/summation.h"
#include "ir/type.h"

namespace wengert {

/// One factor: elements of an array at offset + batch index * batch + outer index * outer + inner index *
/// inner.
struct ProductFactor {
  uint32_t array = 0;  ///< a node with storage
  Extent offset = 0;
  Shape batch = {};  ///< one stride for each batch axis
  Extent outer = 0;  ///< along rows for the left factor, along columns for the right one
  Extent inner = 0;  ///< along the contraction
};

/// When a factor is copied into panels. It costs a read and a write of each element, and pays where a large
/// factor is read several times. by_size: decided in the kernel, by the same rule, because a size is a
/// symbol.
enum class Packing : uint8_t { never, always, by_size };

/// Triangles of a matrix, with its diagonal, each of which holds all elements that are wanted.
using Triangles = uint8_t;
constexpr Triangles no_triangle = 0, lower_triangle = 1, upper_triangle = 2, both_triangles = 3;

struct Product {
  Dtype dtype = Dtype::f64;
  Shape batch = {};
  Shape row_axes = {};  ///< the extents that make up `rows`
  bool one_column_axis = false;
  Extent rows = 0, columns = 0, inner = 0;
  /// The first contracted axis, whose extent decides the chunks of the sum (ir/summation.h), and the elements
  /// of the axes behind it.
  Extent first = 0, behind = 0;
  ProductFactor left = {}, right = {};
  Triangles wanted = no_triangle;  ///< of the results: the others need not be computed
  /// The results are symmetric: the lower triangle is computed, and copied to the upper one.
  bool mirrored = false;
  /// Mirrored only where the contraction has more elements than this, else computed whole.
  int64_t mirrored_above = 0;
  Packing pack_left = Packing::never, pack_right = Packing::never;
  /// Whether a vector of columns of the right factor lies side by side.
  bool columns_adjacent() const { return right.outer.is(1) || columns.is(1); }
  // Parts of the nest's scratch, in bytes from its start: partial sums of chunks, packed factors.
  Extent sums_at = 0, left_at = 0, right_at = 0, scratch = 0;
};

/// Blocks: how much of a product is worked on while it lies in a cache. `inner` elements of the contraction,
/// `rows` of the left factor (second level), `columns` of the right one (third level).
struct ProductBlocks {
  static constexpr int64_t inner = 320, columns = 2048, mapped_columns = 512;
  static constexpr int64_t rows(Dtype dtype) { return dtype == Dtype::f32 ? 336 : 168; }
  /// Where a long contraction is cut into chunks: results in a block, which has its partial sums.
  static constexpr int64_t chunked_rows = 84, chunked_columns = 256;
  static_assert(columns % chunked_columns == 0 && mapped_columns % chunked_columns == 0);
};

/// Packs a factor of more than `bytes` bytes where the other one has `lines` lines: rows for the right
/// factor, bytes of columns for the left one. Of more than `page_bytes` where steps of the contraction are
/// whole pages of 4 KiB apart: all of them want the same places in the first cache.
struct PackingRule {
  int64_t bytes, lines, page_bytes;
  static constexpr int64_t page = 4096;
};
constexpr PackingRule right_packing{256 << 10, 56, 128 << 10}, left_packing{256 << 10, 512, 256 << 10};

/// Vectors of columns of a tile: two where broadcasts are cheap loads; three of the short ones, where a load
/// brings less.
constexpr unsigned tile_vectors(unsigned vector_bits) { return vector_bits == 128 ? 3 : 2; }

/// Sums of chunks that wait for their neighbours: one for each bit of a chunk's number.
constexpr int64_t sum_levels = 6;
static_assert(int64_t{1} << sum_levels == summation::most_chunks);

}  // namespace wengert
