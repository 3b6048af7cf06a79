// What an entry checks of its sizes before anything else.
#pragma once
#include <vector>

#include "codegen/describe/entry.h"
#include "codegen/emit_extent.h"

namespace wengert {

struct SizeChecks {
  // Each is an i1; false, the constant, where the entry cannot fail in this way.
  llvm::Value* bad_symbol = nullptr;
  llvm::Value* bad_extent = nullptr;
  llvm::Value* overflow = nullptr;
  std::vector<llvm::Value*> input_bytes, output_bytes;  ///< i64
  llvm::Value* workspace = nullptr;                     ///< i64, what the body uses
};

/// Throws Error(size) for a constant shape that is too large.
SizeChecks emit_size_checks(llvm::IRBuilderBase& builder, const Entry& entry, const SymbolValues& symbols);

}  // namespace wengert
