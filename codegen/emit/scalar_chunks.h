// Scalars in functions of their own, and the bodies they share.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

/// Bodies of ops as functions of the module, one for each op, attributes and dtypes: long scalar code calls
/// them, so that it grows by a call and not by a body each time.
class BodyFunctions {
 public:
  explicit BodyFunctions(Emitter& emitter) : emitter_(emitter) {}
  /// The node's value on operands: inlined when its body is short, else a call.
  llvm::Value* apply(Builder& builder, uint32_t node, std::span<llvm::Value* const> operands);

 private:
  llvm::Function* function(uint32_t node, const Body& body);
  Emitter& emitter_;
  std::map<const Body*, llvm::Function*> functions_;
};

/// Emits chunk number `chunk` as a function and calls it; before, stores what the entry has and chunks read.
class ScalarChunks {
 public:
  ScalarChunks(Emitter& emitter, Scope& top);
  /// Stores a scalar of the entry's that has a slot.
  void publish(uint32_t node);
  /// Emits and calls the chunks of a level that come before node `before`.
  void run(uint32_t level, uint32_t before);

 private:
  void emit(const ScalarChunk& chunk);
  llvm::Value* slot(Builder& builder, llvm::Value* base, uint32_t node);

  Emitter& emitter_;
  Scope& top_;
  BodyFunctions bodies_;
  llvm::Value* slots_ = nullptr;
  std::vector<char> read_by_entry_;
  size_t next_ = 0;
};

}  // namespace wengert
