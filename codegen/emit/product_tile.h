// The innermost part of a matrix product: a tile of results in registers, rows times vectors of columns, to
// which one element of each row and one vector of each column come for every step of the contraction.
//
// The sum of each result runs in order from what is given (+0, or the partial result in memory), one fused
// multiply-add a step.
#pragma once
#include <string>

#include "codegen/llvm_builder.h"
#include "ir/dtype.h"

namespace llvm {
class Module;
}

namespace wengert {

/// Where the number of steps is known and no larger, they are emitted one by one.
constexpr int64_t most_unrolled_steps = 32;

struct Tile {
  Dtype dtype;
  unsigned rows;
  unsigned vectors;
  unsigned lanes;  ///< of a vector
  bool masked;     ///< only the first `columns` columns are there
  unsigned tail =
      0;  ///< lanes of one more, narrower vector behind the others, or none: of columns that lie side by side
};

/// Addresses are pointers to the tile's first elements; strides are in elements. Constants make better code.
struct TileOperands {
  llvm::Value *left, *left_row, *left_step;
  llvm::Value *right, *right_step;
  llvm::Value* right_line;  ///< 1, or, where the steps are emitted one by one, anything with right_step 1
  llvm::Value *result, *result_row;
  llvm::Value* inner;    ///< steps
  llvm::Value* resume;   ///< i1: start from what lies in the result
  llvm::Value* columns;  ///< of a masked tile
};

/// Emits the tile where the builder stands.
void emit_tile(Builder& builder, const Tile& tile, const TileOperands& operands);
/// Calls a function of the module that does the same; tiles of one shape share it.
void call_tile(llvm::Module& module, Builder& builder, const Tile& tile, const TileOperands& operands);

}  // namespace wengert
