// Scalars in functions of their own: code, or loops over tables; and the bodies they share.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

/// Bodies of shapes as functions of the module, one for each shape and lanes: long scalar code calls them, so
/// that it grows by a call and not by a body each time.
class BodyFunctions {
 public:
  explicit BodyFunctions(Emitter& emitter) : emitter_(emitter) {}
  /// What the shape stores, on the values that it reads: inlined when its body is short, else a call.
  std::vector<llvm::Value*> apply(Builder& builder, uint32_t shape, std::span<llvm::Value* const> streams,
                                  unsigned lanes);
  const Body& body(uint32_t shape);

 private:
  Emitter& emitter_;
  std::map<uint32_t, Body> bodies_;
  std::map<std::pair<uint32_t, unsigned>, llvm::Function*> functions_;
};

/// Loops over tables (scalar_tables.cpp): a function for each,
///   loop(slots, table, trips): each trip gathers its operands from the slots at the offsets that the table
///   gives, and stores each result as a vector.
/// A trip's part of the table, u32: an offset for each result; for each further shape the lanes that are of
/// it; an offset for each operand and lane.
class TableLoops {
 public:
  /// The table of a chunk, and where in it the parts of its loops start, in words.
  struct Table {
    llvm::GlobalVariable* data = nullptr;
    std::vector<size_t> starts = {};
  };
  TableLoops(Emitter& emitter, BodyFunctions& bodies) : emitter_(emitter), bodies_(bodies) {}
  Table table(const ScalarChunk& chunk);
  void call(Builder& builder, const ScalarGroup& group, llvm::Value* slots, const Table& table, size_t start);

 private:
  llvm::Function* function(uint32_t loop);
  Emitter& emitter_;
  BodyFunctions& bodies_;
  std::map<uint32_t, llvm::Function*> functions_;  // by loop
};

/// What repeats, as a loop over the trips (scalar_repeats.cpp); many at once where no trip reads another.
class RepeatLoops {
 public:
  RepeatLoops(Emitter& emitter, BodyFunctions& bodies) : emitter_(emitter), bodies_(bodies) {}
  /// The chunk as a function of the slots.
  llvm::Function* emit(const ScalarChunk& chunk, const std::string& name);

 private:
  unsigned lanes_of(const ScalarChunk& chunk) const;
  llvm::Function* part(const ScalarChunk& chunk, size_t begin, size_t end, unsigned lanes,
                       const std::string& name);
  Emitter& emitter_;
  BodyFunctions& bodies_;
};

/// Emits each chunk as a function and calls it; before, stores what the entry has and chunks read.
class ScalarChunks {
 public:
  ScalarChunks(Emitter& emitter, Scope& top);
  /// Stores a scalar of the entry's that has a slot.
  void publish(uint32_t node);
  /// The value of a scalar behind all chunks. Loaded here, so that no value waits in the frame for it.
  llvm::Value* output(uint32_t node);
  /// Emits and calls the chunks of a level that come before node `before`.
  void run(uint32_t level, uint32_t before);

 private:
  void emit(const ScalarChunk& chunk);
  llvm::Function* emit_code(const ScalarChunk& chunk, const std::string& name);
  void store_constants();
  llvm::Value* slot(Builder& builder, llvm::Value* base, uint32_t node);

  Emitter& emitter_;
  Scope& top_;
  BodyFunctions bodies_;
  TableLoops tables_;
  RepeatLoops repeats_;
  llvm::Value* slots_ = nullptr;
  std::vector<char> in_chunk_, read_by_entry_;
  size_t next_ = 0;
};

}  // namespace wengert
