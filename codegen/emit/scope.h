// Values at an index: what the loop emitters ask for. A Scope is one level of a loop nest while it is being
// emitted; a value is computed at the outermost level that its index permits, so what does not depend on an
// inner loop is outside it.
//
// Recursion goes as deep as the plan inlines (a stated bound, codegen/plan/roles.cpp), not as deep as the
// graph.
#pragma once
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "codegen/calling_convention.h"
#include "codegen/compiler.h"
#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_builder.h"
#include "codegen/plan/plan.h"
#include "ir/evaluate_kinds.h"

namespace wengert {

/// An index along one axis, for each lane l: base + step * l, or lanes[l] where that is given (a vector of
/// i64).
struct AxisIndex {
  llvm::Value* base = nullptr;
  int64_t step = 0;
  unsigned depth = 0;  ///< of the loop it depends on; 0: none
  llvm::Value* lanes = nullptr;
  auto operator<=>(const AxisIndex&) const = default;
};
struct Index {
  std::vector<AxisIndex> axes;
  bool flat = false;  ///< one axis over all elements in row-major order
  auto operator<=>(const Index&) const = default;
};

/// A value in registers: one for all lanes, or one for each.
struct Emitted {
  llvm::Value* value = nullptr;
  bool uniform = true;
};

/// A part of an axis; `count` where its length is known.
struct Interval {
  llvm::Value* begin;
  llvm::Value* end;
  int64_t count = -1;
};

class Emitter;

class Scope {
 public:
  Scope(Emitter& emitter, Scope* parent, unsigned lanes, llvm::BasicBlock* block);

  /// The node's value at an index.
  Emitted at(uint32_t node, const Index& index);
  /// The same, computed even where the node has storage: what a nest stores there.
  Emitted compute(uint32_t node, const Index& index);
  /// What lies in memory now.
  Emitted load(uint32_t node, const Index& index);
  /// Loads what these roots overwrite where they are stored in place, so that nothing reads it later.
  void read_ahead(std::span<const uint32_t> roots, const Index& index);
  /// In all of this scope's lanes.
  llvm::Value* in_lanes(const Emitted& value);
  void store(uint32_t node, const Index& index, const Emitted& value);
  /// Stores `count` values (a vector when more than one) at the index and behind it along the last axis.
  void store_run(uint32_t node, const Index& index, llvm::Value* values, unsigned count);
  /// A full vector of this scope to elements side by side: its active lanes.
  void store_lanes(Dtype dtype, llvm::Value* value, llvm::Value* pointer);
  struct Address {
    llvm::Value* offset = nullptr;   ///< of lane 0, in elements
    llvm::Value* stride = nullptr;   ///< elements from lane to lane; null: 0
    llvm::Value* offsets = nullptr;  ///< of each lane, when they are not evenly spaced
  };
  /// Where the first lane's element lies, counted in elements.
  llvm::Value* offset(uint32_t node, const Index& index) { return address(node, index).offset; }
  /// The elements of a full vector of this scope: its active lanes, else zeros.
  llvm::Value* load_lanes(Dtype dtype, llvm::Value* pointer, const Address& at);
  llvm::Value* number(int64_t value) { return builder.getInt64(value); }

  Emitter& emitter;
  Scope* parent;
  unsigned depth;
  unsigned lanes;   ///< of values that depend on this scope's loop
  Builder builder;  ///< at the end of the open block
  /// The lanes whose elements exist (a vector of i1); null: all. The others compute on zeros and store
  /// nothing.
  llvm::Value* mask = nullptr;
  bool edge;  ///< elements one by one, and pads may end here; inner scopes inherit it
  /// This scope's loop, and those around it, recompute what LLVM would move ahead of them.
  void keep_loads_inside();
  bool keeps_loads = false;

 private:
  Emitted elementwise(uint32_t node, const Index& index);
  Emitted moved(uint32_t node, const Index& index);
  Emitted ramp(uint32_t node, const Index& index);
  Emitted gathered(uint32_t node, const Index& index);
  Emitted without_ones(uint32_t node, const Index& index);
  Emitted padded(uint32_t node, const Index& index);
  Emitted load_guarded(uint32_t node, const Index& index, Emitted inside, bool nan);
  llvm::Value* index_lanes(const AxisIndex& axis);

  Address address(uint32_t node, const Index& index);
  llvm::Value* load_masked(Dtype dtype, llvm::Value* pointer, const Address& at);
  void fetch(Dtype dtype, llvm::Value* pointer, const Address& at, llvm::Value* ahead);
  llvm::Value* load_lane(Dtype dtype, llvm::Value* pointer, const Address& at, unsigned lane);
  llvm::Value* pointers(llvm::Type* memory, llvm::Value* pointer, const Address& at);

  std::map<std::pair<uint32_t, Index>, Emitted> memo_;
  BodyValues bodies_;
  unsigned spreads_ = 0;  // scalars that were put into all lanes
};

/// What all scopes of an entry share.
class Emitter {
 public:
  Emitter(Compilation& compilation, const Plan& plan, EntryPoint entry, Builder& builder);

  /// The array's first element.
  llvm::Value* pointer(uint32_t node);
  llvm::Value* workspace(const Extent& offset);
  llvm::Value* extent(const Extent& extent);
  const std::vector<llvm::Value*>& strides(uint32_t node);
  /// A stack slot of the frame, the nest's until release(): nests one after another share their slots, so
  /// that the frame does not grow with the program.
  /// Of the function that the builder is in: what does not depend on a loop is emitted ahead of it, be it in
  /// the function around the one that is emitted.
  llvm::Value* allocate(const Builder& at, llvm::Type* type, uint64_t count, const char* name);
  void release() { frames_.back().used.clear(); }
  /// The part of an axis of a nest's space that is emitted: all of it, or the block's rows inside a tree.
  Interval range(const Nest& nest, size_t axis) {
    const bool rows = block_.begin && nest.rows == Rows::kept && axis == nest.row_axis;
    return rows ? block_ : whole(nest.space[axis]);
  }
  Interval whole(const Extent& extent);
  /// While `block` is not the default, nests run over it alone; `pointers` says where the arrays lie of which
  /// only the block's rows are kept, as if all rows were.
  void set_block(Interval block, const std::map<uint32_t, llvm::Value*>& pointers);
  /// From now on, vectors that are loaded of these arrays are fetched so many elements further on as well.
  void set_ahead(std::map<uint32_t, llvm::Value*> distances) { ahead_ = std::move(distances); }
  llvm::Value* ahead(uint32_t node) const {
    const auto found = ahead_.find(node);
    return found == ahead_.end() ? nullptr : found->second;
  }
  void set_pointer(uint32_t node, llvm::Value* pointer) { pointers_[node] = pointer; }
  /// Sets flag bits where the condition (i1) holds.
  void raise(Builder& builder, llvm::Value* condition, int flag);
  /// Where the flags of the function that is emitted lie; null: nothing raises any.
  llvm::Value* flags() { return frames_.back().flags; }
  llvm::Value* make_flags() { return make_flags(frames_.back()); }

  /// What belongs to the function that is emitted: the entry, or one made of its code
  /// (codegen/emit/outline.h).
  struct Frame {
    llvm::Function* function = nullptr;
    llvm::Value* worker = nullptr;  ///< in a part, and in what is called from one: its worker's number
    Builder* local = nullptr;       ///< at the end of a block ahead of everything; null: the entry's, setup()
    std::multimap<std::pair<llvm::Type*, uint64_t>, llvm::Value*> slots = {};
    std::map<std::pair<llvm::Type*, uint64_t>, size_t> used = {};  ///< how many of them the nest has
    llvm::Value* flags = nullptr;
  };
  /// Goes on in another function, and back in the one before.
  void enter(Frame frame) { frames_.push_back(std::move(frame)); }
  void leave() { frames_.pop_back(); }
  /// Whether a nest may be cut into parts here: not inside of one.
  bool splits(const Nest& nest) const { return nest.workers > 1 && !frames_.back().worker; }
  /// The worker's number in a part and in what is called from one; null elsewhere.
  llvm::Value* worker() { return frames_.back().worker; }
  /// As setup(), but in the function that is emitted.
  Builder& local() { return frames_.back().local ? *frames_.back().local : setup_; }
  /// The worker's own place in the workspace; `offset` is worker 0's.
  llvm::Value* own_workspace(const Extent& offset);

  /// At the end of a block ahead of everything, for what does not depend on loops.
  Builder& setup() { return setup_; }

  /// Whether the kernel reads the value again when it has been computed.
  bool is_read(uint32_t node);

  const Graph& graph() const { return *plan.program->graph; }
  const Type& type(uint32_t node) const { return graph().type({node, 0}); }

  Compilation& compilation;
  const Plan& plan;
  EntryPoint entry;
  BodyCache bodies;
  bool streams = false;               ///< a nest may store around the caches (codegen/emit/streams.h)
  std::vector<llvm::Value*> scalars;  ///< by node

 private:
  Frame& frame_at(const Builder& builder);
  llvm::Value* make_flags(Frame& frame);
  llvm::Value* new_slot(Frame& frame, llvm::Type* type, uint64_t count, const char* name);
  Builder setup_;              ///< before the terminator of a block ahead of everything: sizes, pointers
  std::vector<Frame> frames_;  ///< of the entry, and of the functions that are emitted inside one another
  std::map<uint32_t, llvm::Value*> pointers_;
  std::vector<char> read_;  ///< by node; empty: not yet known
  Interval block_{nullptr, nullptr};
  std::map<uint32_t, llvm::Value*> ahead_;
  std::map<uint32_t, std::vector<llvm::Value*>> strides_;
  std::map<std::string, llvm::Value*> extents_;
};

/// Emits body for i = begin, begin + step, … below end, in a scope of its own inside `outer`; i depends on
/// that scope. Known zero trip counts emit nothing, known single ones no loop, and run in `outer` itself
/// where its lanes are those wanted.
void emit_loop(Scope& outer, Interval range, int64_t step, unsigned lanes,
               const std::function<void(Scope&, AxisIndex)>& body);
/// Emits body over the range: `lanes` at a time, then the rest in a vector with a mask.
void emit_vector_loop(Scope& outer, Interval range, unsigned lanes,
                      const std::function<void(Scope&, AxisIndex)>& body);
/// The range's length, or -1.
int64_t known_count(const Interval& range);
/// The range's whole steps, and what is left.
std::pair<Interval, Interval> split(Scope& scope, Interval range, int64_t step);
/// The mask of `lanes` lanes from lane `first` on where only `count` lanes exist; null when that is known to
/// be all of them.
llvm::Value* emit_mask(Builder& builder, llvm::Value* count, unsigned first, unsigned lanes);
/// Loops over the extents one inside the other, one element at a time, and body inside with `index` extended.
void emit_loops(Scope& outer, std::span<const Extent> extents, Index index,
                const std::function<void(Scope&, const Index&)>& body);
/// Loops over the first `axes` axes of a nest's space, of the outermost over `rows`, and body inside with the
/// range of the next one.
void emit_rows(Scope& outer, const Nest& nest, size_t axes, Interval rows,
               const std::function<void(Scope&, const Index&, Interval)>& body);

/// Emits a nest of any kind.
void emit_nest(Scope& scope, const Nest& nest);

// The nests, one file each.
void emit_map(Scope& scope, const Nest& nest);
void emit_fold_lanes(Scope& scope, const Nest& nest);
void emit_fold_chain(Scope& scope, const Nest& nest);
void emit_product(Scope& scope, const Nest& nest);
void emit_arg_reduction(Scope& scope, const Nest& nest);
void emit_place(Scope& scope, const Nest& nest);
void emit_fill(Scope& scope, const Nest& nest);
void emit_scatter(Scope& scope, const Nest& nest);
void emit_tree(Scope& scope, const Nest& nest);
/// A product that is a member of a tree: the block's rows of its results, or what they add to them.
void emit_product_rows(Scope& scope, const Nest& nest, Interval rows);
/// Ahead of the tree: what the members that are products want of arrays outside of it.
void emit_turned_factor(Scope& scope, const Nest& nest);
/// Behind the tree: symmetric results of such a member are copied to the side that was left out.
void emit_mirrored_results(Scope& scope, const Nest& nest);

/// Lanes of a nest over these nodes and what they inline: a full vector of the widest dtype.
unsigned lanes_of(const Emitter& emitter, const Nest& nest);
/// Instructions of bodies for one element of the nest's space.
size_t instructions_of(Emitter& emitter, const Nest& nest);
/// So many of them stand side by side at most: more would fill the registers and the stack, and keep a
/// machine busy no better.
constexpr size_t most_instructions_together = 256;

}  // namespace wengert
