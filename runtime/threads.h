// The threads that kernels of this process share, for those that have no other ones: a parallel_for of the C
// ABI (docs/abi.md). Threads are made when they are first wanted, sleep while there is nothing to do, and
// stay until the process ends: the library must not be unloaded before.
//
// Thread-safe, also within itself. A child process that fork() made has no threads of its parent: it makes
// its own. Where the system gives no thread, the caller does all the work.
#pragma once
#include <cstdint>

namespace wengert::runtime {

/// Calls body(data, i) for each i from 0 to count - 1, on this thread and count - 1 others at most; returns
/// when all calls have. `context` is not used.
void parallel_for(void* context, int64_t count, void (*body)(void* data, int64_t index), void* data) noexcept;

}  // namespace wengert::runtime
