// Folds: what the lanes and chain emitters share (the order is ir/summation.h).
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

/// One element of a fold: the values that its step takes (one, or two factors of a product).
std::vector<Emitted> fold_elements(Scope& scope, uint32_t root, const Nest& nest, const Index& index);
/// accumulator step for a fold root, in `lanes` lanes.
llvm::Value* fold_step(Emitter& emitter, Builder& builder, uint32_t root, llvm::Value* accumulator,
                       std::span<llvm::Value* const> elements, unsigned lanes);
/// Joins two partial results.
llvm::Value* fold_join(Emitter& emitter, Builder& builder, uint32_t root, llvm::Value* a, llvm::Value* b,
                       unsigned lanes);
/// The bits an accumulator starts from.
uint64_t fold_start_bits(const Emitter& emitter, uint32_t root);

/// summation::chunk_size and chunk_count of a run-time extent; the size is at least 1.
llvm::Value* chunk_elements(Scope& scope, llvm::Value* extent);
llvm::Value* chunk_count(Scope& scope, llvm::Value* extent, llvm::Value* size);
/// Chunk number c of an extent.
Interval chunk_range(Scope& scope, llvm::Value* c, llvm::Value* size, llvm::Value* extent);
/// Joins partial results 0..count-1 into number 0, neighbours first: join(scope, i, k) puts i and k into i.
void emit_pairwise(Scope& scope, llvm::Value* count,
                   const std::function<void(Scope&, llvm::Value*, llvm::Value*)>& join);

}  // namespace wengert
