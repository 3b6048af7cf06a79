// The kernel plan: which values get storage, which loop nests compute them, in which order, and where each
// array lies. Made of a program without composites (passes/expand_composites.h). It has a text form
// (print_plan.h).
//
// Invariants: a loop nest reads only inputs, constants, scalars and arrays of lower levels; nests are in
// order of level; every node is exactly one of
//   root    computed by a nest into storage (or, a fold to rank 0, into a scalar),
//   scalar  a rank-0 value computed once in straight-line code,
//   view    a reshape of stored elements,
//   inlined recomputed at the index where a nest wants it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ir/program.h"

namespace wengert {

enum class Role : uint8_t { dead, argument, constant, scalar, view, inlined, root };

/// Whether a root joins many elements into one, with accumulators.
inline bool is_fold(Kind kind) { return kind == Kind::reduction || kind == Kind::contraction; }

/// How a nest runs (codegen/emit_*.cpp, one file each).
enum class NestKind : uint8_t {
  map,            ///< stores elementwise results over `space`; the innermost axis in vectors
  fold_lanes,     ///< folds the axes of `space` from `kept` on with accumulators across lanes; may also map
  fold_chain,     ///< folds with one accumulator for each result, vectors along the innermost kept axis
  arg_reduction,  ///< index of an extremum
  place,          ///< writes an operand into a part of a result: concatenate, pad
  fill,           ///< writes a scalar everywhere
  scatter         ///< adds rows, one after another
};

struct Nest {
  NestKind kind;
  std::vector<Value> roots = {};
  uint32_t level = 0;
  Shape space = {};   ///< extents of its loops, outermost first
  uint32_t kept = 0;  ///< folds: how many leading axes of the space are kept
  bool flat = false;  ///< map: every array is read and written at the loop's own index, so one loop does
  /// place: operand number, and where its element goes: index * stride + offset along each axis.
  uint32_t operand = 0;
  Shape offset = {};
  Axes stride = {};
  /// fold_chain over a long extent: where in the workspace the chunks' accumulators lie (-1: nowhere).
  Extent scratch = -1;
};

/// Where a root's array lies.
struct Storage {
  enum class Kind : uint8_t { none, input, output, workspace, constant } kind = Kind::none;
  uint32_t index = 0;  ///< input or output number
  Extent offset = 0;   ///< workspace: in bytes, a multiple of 64
};

/// Scalars of one level computed in a function of their own. Long straight-line code is cut into these, since
/// compile time grows faster than a function's length.
struct ScalarChunk {
  uint32_t level = 0;
  std::vector<uint32_t> nodes;
};

struct Plan {
  const Program* program = nullptr;
  std::vector<Role> roles;       ///< by node
  std::vector<uint32_t> levels;  ///< by node: roots and scalars
  uint32_t slot_count = 0;
  std::vector<Storage> storage;     ///< by node: arguments, constants, roots; views have their source's
  std::vector<uint32_t> source;     ///< by node: a view's stored node; else itself
  std::vector<Nest> nests;          ///< in order
  std::vector<uint32_t> scalars;    ///< those computed in the entry itself, in order
  std::vector<ScalarChunk> chunks;  ///< the others, in order
  /// By node: the slot through which a scalar passes between functions; no_slot for those that don't. Empty:
  /// no chunks.
  static constexpr uint32_t no_slot = 0xFFFFFFFF;
  std::vector<uint32_t> slots;
  Extent slot_area = 0;  ///< where in the workspace the slots lie, 8 bytes each
  /// Outputs that some node's storage isn't: copied at the end (output number, node).
  std::vector<std::pair<uint32_t, uint32_t>> copies;
  Extent workspace = 0;

  /// Whether a scalar depends on no other of its level: a constant, or an array's element at a fixed index.
  /// These come first in `scalars`.
  bool reads_storage(uint32_t scalar) const;
};

/// Throws Error(internal) for a composite.
Plan make_plan(const Program& program);

/// For tests and reports: nests with their roots, loops, storage and the workspace.
std::string print_plan(const Plan& plan);

// Steps of make_plan, one file each.
void assign_roles(Plan& plan);    // roles.cpp
void group_nests(Plan& plan);     // nests.cpp: levels, nests
void cut_scalars(Plan& plan);     // scalars.cpp: chunks of scalars and their slots
void assign_storage(Plan& plan);  // storage.cpp: where arrays lie, lifetimes

}  // namespace wengert
