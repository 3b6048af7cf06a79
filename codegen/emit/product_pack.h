// Packing: lines of a factor (rows of the left one, columns of the right one) copied into panels, in the
// order in which tiles read them, so that each cache line and page that comes is used whole.
#pragma once
#include "codegen/emit/product_blocks.h"

namespace wengert {

/// Elements of an array: a pointer to the first, strides in elements.
struct Strided {
  llvm::Value *first, *line, *step;
};

/// Copies `lines` lines of `steps` elements into panels of `width` lines, one behind the other; what is left
/// over has a panel of its own. In a panel of p lines the element of line l at step s is number s * p + l.
/// Calls a function of the module: one for each dtype.
void emit_panels(Scope& scope, Dtype dtype, const Strided& from, llvm::Value* to, llvm::Value* width,
                 llvm::Value* lines, llvm::Value* steps);

}  // namespace wengert
