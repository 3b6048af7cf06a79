// The calling convention: the one place that knows how a kernel's arguments lie. The emitter, the C header,
// the JSON description and the Python wrapper all work from an Entry. docs/abi.md is its description for
// users.
//
// Order: inputs, symbols as int64_t, outputs, void *workspace. Rank-0 inputs by value, all else by pointer;
// bool is uint8_t. Beside NAME come NAME_workspace(symbols...) and NAME_packed(inputs, symbols, outputs,
// workspace).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "ir/type.h"

namespace llvm {
class Function;
class IRBuilderBase;
class Value;
}  // namespace llvm

namespace wengert {

class Compilation;

struct Argument {
  std::string name;
  Type type;
};

/// One exported function. Names are the user's; name_arguments() makes them fit the languages.
struct Entry {
  std::string symbol;   ///< NAME, a C identifier
  std::string summary;  ///< one line for the header
  std::vector<Argument> inputs;
  std::vector<std::string> symbols;  ///< in order; every symbol of the types and extents below
  std::vector<Argument> outputs;
  Extent workspace = 0;                   ///< bytes that the body uses; the slack for alignment is added here
  std::vector<Extent> not_negative = {};  ///< further extents checked at entry, as those of the types are
};

/// Identifiers of C, C++ and Python for an entry's arguments: distinct, no keywords, a `_` behind those that
/// clash.
struct ArgumentNames {
  std::vector<std::string> inputs, symbols, outputs;
};
ArgumentNames name_arguments(const Entry& entry);
/// True for [A-Za-z_][A-Za-z0-9_]* that is no keyword of C, C++ or Python.
bool is_identifier(std::string_view name);

/// The type of an element in C: "double", "uint8_t" ...
std::string_view c_type(Dtype dtype);

/// Bytes that NAME_workspace() returns, as an extent: entry.workspace and room to align it.
Extent workspace_bytes(const Entry& entry);

using SymbolValues = std::map<std::string, llvm::Value*, std::less<>>;

/// The value of an extent, an i64. `symbols` gives an i64 for each symbol. floordiv by zero gives 0.
llvm::Value* emit_extent(llvm::IRBuilderBase& builder, const Extent& extent, const SymbolValues& symbols);

/// The body's side of an entry, behind the checks: what the prologue passed is so.
struct EntryPoint {
  llvm::Function* function = nullptr;
  std::vector<llvm::Value*> inputs;   ///< rank 0: the value (bool is i1); else a pointer
  SymbolValues symbols;               ///< i64, not negative
  std::vector<llvm::Value*> outputs;  ///< pointers
  llvm::Value* workspace = nullptr;   ///< a pointer, aligned to WENGERT_WORKSPACE_ALIGNMENT
};

/// Adds the function NAME with its checks, and leaves `builder` at the end of the block where the body
/// begins.
EntryPoint begin_entry(Compilation& compilation, const Entry& entry, llvm::IRBuilderBase& builder);
/// Returns `flags` (an i32; null is 0) and adds NAME_workspace and NAME_packed.
void end_entry(Compilation& compilation, const Entry& entry, llvm::IRBuilderBase& builder,
               llvm::Value* flags = nullptr);

}  // namespace wengert
