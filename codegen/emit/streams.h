// Stores that go around the caches: those of large outputs that the kernel does not read again. An ordinary
// store first reads the line that it overwrites, and evicts another one.
//
// A kernel decides when it runs: the outputs together must be larger than caches are, and vectors of the
// arrays that a nest stores must begin at multiples of their size at the same elements. The bits are the
// same.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

class Streams {
 public:
  /// Of the nest's maps; `lanes` is what its loops store at once.
  Streams(Emitter& emitter, const Nest& nest, unsigned lanes);

  /// Opens a run of vectors that begins at this index. The result is how many elements come before the first
  /// whole vector, which the caller stores otherwise; null: none.
  llvm::Value* open(Scope& scope, const Index& first);
  /// The same for a run that must begin where it begins: ordinary stores if that is within a vector.
  void open_here(Scope& scope, const Index& first);
  /// Until the next open, stores are ordinary ones.
  void close() { open_ = nullptr; }

  /// Computes these roots at an index and stores them.
  void store(Scope& scope, std::span<const uint32_t> roots, const Index& index);

 private:
  llvm::Value* misaligned(Scope& scope, const Index& first);

  Emitter& emitter_;
  unsigned lanes_;
  std::vector<uint32_t> roots_;
  llvm::Value* wanted_ = nullptr;  // large enough, and vectors begin together
  llvm::Value* open_ = nullptr;
};

/// Behind the last nest of a function: what was streamed is seen by whoever sees what is done next.
void emit_stream_fence(Emitter& emitter, Builder& builder);

}  // namespace wengert
