// The kernel plan: which values get storage, which loop nests compute them, in which order, and where each
// array lies. Made of a program without composites (passes/expand_composites.h). It has a text form
// (print_plan()).
//
// Invariants: a loop nest reads only inputs, constants, scalars and arrays of lower levels; nests are in
// order of level. A tree is a list of nests run block by block over the rows of an axis they share: a member
// may also read, at its own row, what members before it computed. Every node is exactly one of
//   root    computed by a nest into storage (or, a fold to rank 0, into a scalar),
//   scalar  a rank-0 value computed once in straight-line code,
//   view    a reshape of stored elements,
//   inlined recomputed at the index where a nest wants it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codegen/plan/donation.h"
#include "codegen/plan/product.h"
#include "codegen/plan/workspace.h"
#include "codegen/target.h"
#include "ir/program.h"

namespace wengert {

enum class Role : uint8_t { dead, argument, constant, scalar, view, inlined, root };

/// Whether a root joins many elements into one, with accumulators.
inline bool is_fold(Kind kind) { return kind == Kind::reduction || kind == Kind::contraction; }

/// How a nest runs (codegen/emit/*.cpp, one file each).
enum class NestKind : uint8_t {
  map,            ///< stores elementwise results over `space`; the innermost axis in vectors
  fold_lanes,     ///< folds the axes of `space` from `kept` on with accumulators across lanes; may also map
  fold_chain,     ///< folds with one accumulator for each result, vectors along the innermost kept axis
  product,        ///< a matrix product, in tiles of results (codegen/plan/product.h)
  arg_reduction,  ///< index of an extremum
  place,          ///< writes an operand into a part of a result: concatenate, pad
  fill,           ///< writes a scalar everywhere
  scatter,        ///< adds rows, one after another
  tree            ///< `members`, block by block
};

/// What a nest does with the rows of a tree's outermost axis.
enum class Rows : uint8_t {
  none,   ///< it cannot be in a tree
  kept,   ///< a result for each row: along one axis of its results
  folded  ///< folds them, from block to block
};

// How the accumulators of folds lie in a nest's scratch, in bytes.
constexpr int64_t lane_rows_bytes = 64;     ///< fold_lanes: for each chunk and fold, results of neighbours
constexpr int64_t chain_tile_bytes = 1024;  ///< fold_chain: for each root and chunk, results of a tile
/// Rows folded in lanes: for each fold of all axes, its accumulators. With kept axes: the accumulators of the
/// first lane of all results, of the second one, …; several workers have as many of these.
constexpr int64_t lane_accumulator_bytes = 128;
/// Rows folded: joined chunks, 2^k of them in the k-th of these; 64 chunks at most. Where workers share the
/// tree, each of the 64 chunks has a place of its own instead.
constexpr int64_t chunk_levels = 7;

struct Nest {
  NestKind kind;
  std::vector<Value> roots = {};
  uint32_t level = 0;
  Shape space = {};   ///< extents of its loops, outermost first
  uint32_t kept = 0;  ///< folds: how many leading axes of the space are kept
  bool flat = false;  ///< map: every array is read and written at the loop's own index, so one loop does
  /// map: for each axis, how many elements at its ends the nest computes one by one, because a pad that it
  /// inlines ends there. Empty: none.
  Axes low_edge = {}, high_edge = {};
  /// place: operand number, and where its element goes: index * stride + offset along each axis.
  uint32_t operand = 0;
  Shape offset = {};
  Axes stride = {};
  /// Folds over a long extent: where in the workspace the chunks' accumulators lie (-1: nowhere). Members of
  /// a tree that fold its rows: accumulators of lanes, results of the chunks so far.
  Extent scratch = -1;
  Extent own_scratch = -1;         ///< the same of what each worker has to itself: worker 0's
  std::vector<Nest> members = {};  ///< tree
  Rows rows = Rows::none;          ///< member of a tree
  uint32_t row_axis = 0;           ///< that it keeps, in its space
  uint32_t block = 0;              ///< tree: rows of a block
  /// Member of a tree: arrays from outside of it whose rows an earlier member has brought into the cache.
  /// While it reads these, memory is free to bring the next block's.
  std::vector<uint32_t> reread = {};
  /// tree: its members are loops over rows alone, so that blocks may be of any length. Their spaces may then
  /// be a few rows longer or shorter than the tree's.
  bool ragged = false;
  /// tree: one loop that does what all members do, for blocks where none of them ends. Empty: there is none.
  std::vector<Nest> interior = {};
  /// A product, the first root; the others are maps over its results, done block by block. It may lie where
  /// one of them does, when nothing else reads it.
  std::shared_ptr<const Product> product = {};
  std::optional<uint32_t> shared_storage = {};
  uint32_t workers = 1;  ///< that share it at most: 1 or PlanOptions::threads
  /// Where there are several workers: 4 for each operation and byte, but 1 for an operation of a product.
  Extent work = 0;
};

/// Whether an axis of this extent may be cut into chunks when it is folded (ir/summation.h).
bool may_be_long(const Extent& extent);

/// Where a root's array lies.
struct Storage {
  /// block: in the workspace, only the rows of the block that is being computed
  enum class Kind : uint8_t { none, input, output, workspace, constant, block } kind = Kind::none;
  uint32_t index = 0;  ///< input or output number; block: the axis of rows
  Extent offset = 0;   ///< workspace, block: in bytes, a multiple of 64; of a shared nest's block: worker 0's
  uint32_t rows = 0;   ///< block: how many of them
};

/// What alike units share: short lists of nodes that are computed together, with their ops, attributes,
/// dtypes, constants and the way they read one another.
struct ScalarShape {
  std::vector<uint32_t> nodes;  ///< one such list
  std::vector<char> stored;     ///< by position in the list: others read it
  uint32_t lanes = 1;           ///< how many lists fill a vector
  uint32_t streams = 0;         ///< values from outside that it reads
  size_t cost = 0;              ///< primitives of its body
};
/// Units side by side, operands gathered from slots by tables: of one shape, or cheap ones of a few shapes,
/// all of which are computed in each lane for the lane to choose from.
struct ScalarLoop {
  std::vector<uint32_t> shapes;
  uint32_t lanes = 1;
  auto operator<=>(const ScalarLoop&) const = default;
};
/// Units that run one after another or, in a loop, side by side: independent of one another.
struct ScalarGroup {
  static constexpr uint32_t no_loop = 0xFFFFFFFF;
  uint32_t loop = no_loop, count = 0;
};

/// Scalars of one level computed in a function of their own. Long straight-line code is cut into these, since
/// compile time grows faster than a function's length.
struct ScalarChunk {
  enum class Form : uint8_t {
    code,     ///< straight-line code and calls of loops
    repeated  ///< a loop over `trips` alike lists of nodes, which lie one after another in `nodes`
  };
  Form form = Form::code;
  uint32_t level = 0;
  uint32_t first = 0;                 ///< a scalar: the chunk runs before the entry's scalars behind this one
  std::vector<uint32_t> nodes = {};   ///< unit by unit
  std::vector<uint32_t> shapes = {};  ///< by unit; of repeated ones, those of one trip, a node each
  std::vector<ScalarGroup> groups = {};  ///< the units in order; none of repeated ones
  uint32_t trips = 1;
  bool independent = false;       ///< no trip reads another
  std::vector<char> stored = {};  ///< repeated ones, by place in the trip: read elsewhere
  /// Nodes of a trip, or of a chunk of code, that are one function. LLVM: functions of 200 to 500 statements
  /// compile fastest and run well.
  static constexpr size_t most_nodes = 300;
};

/// Nodes that repeat: `trips` times `period` alike nodes. Their slots are arrays over the trips.
struct ScalarRepeat {
  uint32_t period = 0, trips = 0;
  std::vector<uint32_t> nodes = {};  ///< trip by trip
};

struct PlanOptions {
  ScalarTier scalar_tier = ScalarTier::automatic;
  unsigned vector_bits = 512;  ///< of the target
  bool fast_math = false;      ///< a result may be rounded as the one on the other side of a diagonal is
  /// Workers that a call may have at most (docs/decisions/threads.md). 1: the kernel has no parallel_for.
  uint32_t threads = 1;
  /// What a part of a nest should do at least, in units of Nest::work; tests want less.
  int64_t part_work = default_part_work;
  static constexpr int64_t default_part_work = int64_t{1} << 20;
  std::vector<Donation> donations = {};  ///< as their description says; callers check it
  /// Bytes that the workspace, as NAME_workspace() gives it, may have at most.
  std::optional<int64_t> workspace_limit = {};
};

/// A root that is computed by its readers, so that the workspace keeps to its limit.
struct Recomputed {
  uint32_t node;
  bool dear;  ///< it has divisions, roots or functions
};

/// A root that lies where a donated argument lies, which is read for the last time.
struct WrittenOver {
  uint32_t array = 0;
  /// The array, and views of it, that the nest of `root` reads at the index that it overwrites: they are read
  /// before anything is stored.
  std::vector<uint32_t> ahead = {};
};

/// A donation as the kernel carries it out.
struct PlacedDonation {
  Donation donation;
  uint32_t argument;  ///< the input's node
  /// Computed over the argument's elements, where they lie. None: the output is the argument itself, or is
  /// copied there at the end.
  std::optional<uint32_t> root = {};
  std::string why = {};  ///< it is copied at the end; empty: it is not
};

struct Plan {
  const Program* program = nullptr;
  PlanOptions options = {};
  std::vector<Role> roles;       ///< by node
  std::vector<uint32_t> levels;  ///< by node: roots and scalars
  /// By node: roots of one level that share a tree have its number here and their order in it; no_tree: the
  /// others.
  std::vector<uint32_t> trees, steps;
  std::vector<char> block_only;  ///< by node: a root that is read only at its own row, inside its tree
  static constexpr uint32_t no_tree = 0xFFFFFFFF;
  std::vector<Storage> storage;     ///< by node: arguments, constants, roots; views have their source's
  std::vector<uint32_t> source;     ///< by node: a view's stored node; else itself
  std::vector<Nest> nests;          ///< in order
  std::vector<uint32_t> scalars;    ///< those computed in the entry itself, in order
  std::vector<ScalarChunk> chunks;  ///< the others, in order
  std::vector<ScalarShape> shapes;
  std::vector<ScalarLoop> loops;
  std::vector<ScalarRepeat> repeats;
  /// By node: the byte of the slot area where a scalar that passes between functions lies; no_slot for those
  /// that don't. Empty: no chunks.
  static constexpr uint32_t no_slot = 0xFFFFFFFF;
  std::vector<uint32_t> slots;
  std::vector<uint32_t> constant_reads;    ///< by node: how many scalars of chunks read a constant
  std::vector<uint32_t> stored_constants;  ///< those that have slots: eight bytes each from the first one's
  uint32_t slot_bytes = 0;
  Extent slot_area = 0;  ///< where in the workspace the slots lie
  /// Outputs that some node's storage isn't: copied at the end (output number, node), those to donated arrays
  /// last.
  std::vector<std::pair<uint32_t, uint32_t>> copies;
  std::vector<PlacedDonation> donations;
  std::map<uint32_t, WrittenOver> written_over;  ///< by root
  /// Copies of what such an array held before: by output number, where in the workspace it is put first.
  std::vector<std::pair<uint32_t, Extent>> put_by;
  Extent workspace = 0;
  std::vector<WorkspaceRequest> requests;  ///< what lies in the workspace, for all workers together
  Extent own_stride = 0;  ///< in the workspace, from what a worker has to itself to what the next one has

  std::vector<char> recompute;         ///< by node: inlined wherever that is possible; empty: none is
  std::vector<Recomputed> recomputed;  ///< the roots among them that would be stored otherwise

  /// Whether a scalar depends on no other of its level: a constant, or an array's element at a fixed index.
  /// These come first in `scalars`.
  bool reads_storage(uint32_t scalar) const;
  /// What a root is written over, and the donation whose array an output becomes; null: none.
  const WrittenOver* in_place(uint32_t root) const;
  const PlacedDonation* donation_to(uint32_t output) const;
  /// Calls body for every nest, members of trees instead of the trees.
  template <typename Body>
  void each_nest(Body body) {
    for (Nest& nest : nests) {
      if (nest.kind != NestKind::tree) body(nest);
      for (Nest& member : nest.members) body(member);
    }
  }
  template <typename Body>
  void each_nest(Body body) const {
    const_cast<Plan*>(this)->each_nest([&](const Nest& nest) { body(nest); });
  }
};

/// Throws Error(internal) for a composite; with a limit of the workspace, Error(size) where that cannot be
/// kept and Error(argument) where the workspace's size is not known.
Plan make_plan(const Program& program, const PlanOptions& options = {});
/// The same whatever the limit is, without storing some nodes: Plan::recompute.
Plan make_plan_without(const Program& program, const PlanOptions& options, std::vector<char> recompute);
Plan make_plan_within_limit(const Program& program, const PlanOptions& options);  // limit_workspace.cpp

/// For tests and reports: nests with their roots, loops, storage and the workspace.
std::string print_plan(const Plan& plan);

/// What a nest recomputes: the inlined nodes below its roots, once each.
std::vector<uint32_t> inlined_by(const Plan& plan, const Nest& nest);

/// Decides of which products in these nests one triangle is computed (triangles.cpp).
void choose_triangles(const Plan& plan, std::vector<Nest>& nests);

/// Whether the results of a contraction are the same with rows and columns exchanged: to the bit, or, with
/// fast_math, but for rounding (symmetry.cpp).
bool is_symmetric(const Plan& plan, uint32_t contraction);

/// The contraction as a matrix product, if it is one whose factors are arrays (products.cpp).
std::optional<Product> product_of(const Plan& plan, uint32_t node);

// Steps of make_plan, one file each.
void assign_roles(Plan& plan);     // roles.cpp: roles; what views are of
void assign_levels(Plan& plan);    // levels.cpp: levels; which roots share a tree
void group_nests(Plan& plan);      // nests.cpp
void join_epilogues(Plan& plan);   // epilogues.cpp: maps over the results of products
void make_trees(Plan& plan);       // trees.cpp
void cut_scalars(Plan& plan);      // scalars.cpp: chunks of scalars and their slots (scalar_*.cpp)
void assign_workers(Plan& plan);   // workers.cpp: nests that threads share
void place_donations(Plan& plan);  // donations.cpp: outputs written over inputs
void assign_storage(Plan& plan);   // storage.cpp: where arrays lie, lifetimes

}  // namespace wengert
