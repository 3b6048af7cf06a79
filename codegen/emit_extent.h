// Extents as LLVM values: i64 arithmetic on the symbols.
#pragma once
#include <map>
#include <string>

#include "codegen/llvm_forward.h"
#include "ir/extent.h"

namespace wengert {

using SymbolValues = std::map<std::string, llvm::Value*, std::less<>>;

/// The value of an extent, an i64. `symbols` gives an i64 for each symbol. floordiv by zero gives 0.
llvm::Value* emit_extent(llvm::IRBuilderBase& builder, const Extent& extent, const SymbolValues& symbols);

/// a * b and a + b for a, b i64; `overflow` (i1) becomes true when the result does not fit, and stays true.
llvm::Value* checked_multiply(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* b,
                              llvm::Value*& overflow);
llvm::Value* checked_add(llvm::IRBuilderBase& builder, llvm::Value* a, llvm::Value* b,
                         llvm::Value*& overflow);

/// The same with two i1 that become true when an operation overflows, or divides by zero.
llvm::Value* emit_checked_extent(llvm::IRBuilderBase& builder, const Extent& extent,
                                 const SymbolValues& symbols, llvm::Value*& overflow,
                                 llvm::Value*& divides_by_zero);

}  // namespace wengert
