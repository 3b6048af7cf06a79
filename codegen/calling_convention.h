// The calling convention in LLVM: the functions of an Entry (codegen/describe/entry.h), their checks, and
// what the body sees of its arguments.
#pragma once
#include <vector>

#include "codegen/describe/entry.h"
#include "codegen/emit_extent.h"
#include "codegen/llvm_forward.h"

namespace wengert {

class Compilation;

/// The body's side of an entry, behind the checks.
struct EntryPoint {
  llvm::Function* function = nullptr;
  std::vector<llvm::Value*> inputs;   ///< rank 0: the value (bool is i1); else a pointer
  SymbolValues symbols;               ///< i64, not negative
  std::vector<llvm::Value*> outputs;  ///< pointers; a donated input's is the same value
  llvm::Value* workspace = nullptr;   ///< a pointer, aligned to WENGERT_WORKSPACE_ALIGNMENT
  llvm::Value *parallel_for = nullptr, *context = nullptr;  ///< of a threaded entry; may be NULL at run time
};

/// Adds the function NAME with its checks (runtime/kernel_abi.h has the codes it returns) and leaves
/// `builder` at the end of the block where the body begins. There every extent of the entry is not negative,
/// the bytes of every array fit int64_t, and no pointer to elements is null. Throws Error(name) for a name
/// that is no identifier or that the module has, and Error(size) for an array that is always too large.
EntryPoint begin_entry(Compilation& compilation, const Entry& entry, llvm::IRBuilderBase& builder);

/// Returns `flags` (an i32; null is 0) from the body and adds NAME_workspace, NAME_packed and
/// NAME_packed_workspace.
void end_entry(Compilation& compilation, const Entry& entry, llvm::IRBuilderBase& builder,
               llvm::Value* flags = nullptr);

}  // namespace wengert
