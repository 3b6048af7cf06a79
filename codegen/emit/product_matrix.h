// One product of two matrices of any size: blocks for the caches, factors packed where that pays.
#pragma once
#include "codegen/emit/product_pack.h"

namespace wengert {

/// A value for each of these is an argument of the function that multiplies.
struct Matrices {
  Strided left, right;
  llvm::Value *result, *result_row;
  llvm::Value *rows, *columns, *inner;
  /// The contraction's first axis, whose extent decides the chunks of the sum, and the elements behind it.
  llvm::Value *first, *behind;
  llvm::Value *pack_left, *pack_right;               ///< i1
  llvm::Value *left_scratch, *right_scratch, *sums;  ///< pointers
  llvm::Value* before = nullptr;                     ///< of TileBlock; only for the lower triangle
};

/// What a product never needs is left out of the function.
struct MatrixKind {
  bool may_pack, may_be_long;
  bool lower;     ///< only the lower triangle is wanted
  TileRest rest;  ///< of TileBlock
};

/// Calls a function of the module, which products with the same tile and kind share.
void call_matrices(Scope& scope, const Tile& tile, MatrixKind kind, const Matrices& matrices);

}  // namespace wengert
