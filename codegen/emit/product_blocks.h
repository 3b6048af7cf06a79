// How a matrix product is walked: blocks for the caches, and in a block the columns and rows of tiles.
#pragma once
#include <string>

#include "codegen/emit/product_tile.h"
#include "codegen/emit/scope.h"
#include "codegen/target.h"

namespace wengert {

/// Part of an axis.
struct Stretch {
  llvm::Value *begin, *count;
};

/// ceil(a / b), and the smaller of two; for numbers that are not negative.
llvm::Value* divide_up(Builder& builder, llvm::Value* a, llvm::Value* b);
llvm::Value* smaller(Builder& builder, llvm::Value* a, llvm::Value* b);

/// Emits body where the condition holds; nothing where it is known not to.
void emit_when(Scope& outer, llvm::Value* condition, const std::function<void(Scope&)>& body);
/// Emits body for each part of 0..extent of at most `size` elements; once, for all, where that is known.
void emit_blocks(Scope& outer, llvm::Value* extent, llvm::Value* size,
                 const std::function<void(Scope&, const Stretch&)>& body);

/// Calls an internal function of the module, which is made by `body` where the module has none of this name.
void emit_shared(Scope& scope, const std::string& symbol, std::span<llvm::Value* const> arguments,
                 const std::function<void(Scope&, llvm::Function&)>& body);

/// The tile of a product with so many rows and columns (where they are known): it fits the registers.
Tile tile_for(const Target& target, Dtype dtype, std::optional<int64_t> rows, std::optional<int64_t> columns);

/// Of a triangle: strips of rows that begin where columns of tiles do leave out more, but lower tiles have
/// fewer sums, which wait for one another. Lowers the tile where the first weighs more.
void lower_to_columns(Tile& tile, std::optional<int64_t> rows);

/// Columns behind the whole tiles: vectors, and lanes of each; -1 where that is not known. Where there is a
/// tail, half a vector, the vectors are whole.
struct TileRest {
  int vectors = -1;
  unsigned lanes = 0, tail = 0;
  /// For the names of functions.
  std::string text() const;
};

/// A product of parts that lie in the caches: rows times columns, over `inner` elements. A packed factor lies
/// in panels of a tile's lines, one behind the other, as emit_panels() leaves them; another one in an array.
struct TileBlock {
  llvm::Value *left, *left_line, *left_step, *left_packed;  ///< packed: an i1
  /// In an array its lines are adjacent; not so for emit_tiles, where then its steps are.
  llvm::Value *right, *right_line, *right_step, *right_packed;
  llvm::Value *result, *result_row;
  llvm::Value *rows, *columns, *inner;
  llvm::Value* resume;  ///< i1: go on from what lies in the result
  TileRest rest = {};
  /// Which results are wanted of a matrix; of call_tiles, the lower triangle or all. Before the block lie as
  /// many rows of it as columns, and `before` more (null: 0).
  Triangles wanted = no_triangle;
  llvm::Value* before = nullptr;
};

/// The rest of so many columns in all, cut into the blocks of a product.
TileRest tile_rest(const Tile& tile, std::optional<int64_t> columns);

/// Emits the tiles of a block, each where it is wanted.
void emit_tiles(Scope& scope, const Tile& tile, const TileBlock& block);
/// Calls a function of the module that does the same with tiles that are functions; blocks of one kind of
/// tile share it.
void call_tiles(Scope& scope, const Tile& tile, const TileBlock& block);

}  // namespace wengert
