// Symmetric results of matrix products: what was computed below the diagonal is copied to the other side.
#pragma once
#include "codegen/emit/product_blocks.h"

namespace wengert {

/// Copies elements (i, j) of a matrix with j < i to (j, i), for i and j in these stretches. Elements that it
/// writes it has read before, or never reads. Calls a function of the module: one for each dtype.
void emit_mirror(Scope& scope, Dtype dtype, llvm::Value* matrix, llvm::Value* row, const Stretch& rows,
                 const Stretch& columns);

}  // namespace wengert
