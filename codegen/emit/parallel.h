// Work that is cut into parts, which the threads of a kernel's caller share (docs/decisions/threads.md). What
// a part is follows from the sizes alone, never from how many threads there are.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

/// Emits body as a function of its own, and calls of it for parts 0 to `parts` - 1 (an i64): by the caller's
/// parallel_for where there is one, `parts` is above 1 and the nest has enough work, else one after another.
/// The body may use every value that is there now; it keeps what it makes to itself, but for flags and
/// memory. Parts that are done at the same time have different workers (Emitter::own_workspace).
void emit_parallel(Scope& outer, const Nest& nest, llvm::Value* parts,
                   const std::function<void(Scope&, llvm::Value* part)>& body);

/// Emits body for all of the range, over which a nest goes: in `most` parts at most, of whole multiples of
/// `granule` elements, where that pays. There is at least one part, also of nothing.
void emit_in_parts(Scope& outer, const Nest& nest, Interval range, llvm::Value* granule, int64_t most,
                   const std::function<void(Scope&, Interval)>& body);
constexpr int64_t most_parts = 64;
/// The same for the outermost axis of a nest.
void emit_rows_in_parts(Scope& outer, const Nest& nest, const std::function<void(Scope&, Interval)>& body);

}  // namespace wengert
