// Work that is cut into parts, which the threads of a kernel's caller share (docs/decisions/threads.md). What
// a part is follows from the sizes alone, never from how many threads there are.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

/// Emits body as a function of its own, and calls of it for parts 0 to `parts` - 1 (an i64): by the caller's
/// parallel_for where there is one and `parts` is above 1, else one after another. The body may use every
/// value that is there now; it keeps what it makes to itself, but for flags and memory. Parts that are done
/// at the same time have different numbers of workers, which are below the plan's `threads`.
void emit_parallel(Scope& outer, llvm::Value* parts,
                   const std::function<void(Scope&, llvm::Value* part, llvm::Value* worker)>& body);

/// Emits body for all of the range, which takes `work` (operations and half bytes): in parts of whole
/// multiples of `granule` elements where that pays.
void emit_in_parts(Scope& outer, Interval range, const Extent& work, int64_t granule,
                   const std::function<void(Scope&, Interval)>& body);
/// The same for the outermost axis of a nest.
void emit_rows_in_parts(Scope& outer, const Nest& nest, const std::function<void(Scope&, Interval)>& body);

}  // namespace wengert
