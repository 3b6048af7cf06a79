// A body's table looked up by vectors of indices. Small tables live in registers where the target permutes
// them by a vector of indices; others are gathered from a private constant of the module.
#pragma once
#include <cstdint>
#include <vector>

#include "ir/dtype.h"

namespace llvm {
class IRBuilderBase;
class Module;
class Value;
}  // namespace llvm

namespace wengert {

struct Target;

/// Notes in a new module what its target can permute; without it, all tables are in memory.
void set_table_lookups(llvm::Module& module, const Target& target);

/// entries[index] for every lane of `index`, of i32 or i64 and in range. The result is of
/// register_type(dtype, lanes).
llvm::Value* emit_table_lookup(llvm::IRBuilderBase& builder, Dtype dtype,
                               const std::vector<uint64_t>& entries, llvm::Value* index, unsigned lanes);

}  // namespace wengert
