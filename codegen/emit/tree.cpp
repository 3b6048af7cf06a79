// Trees: nests that run block by block over the rows they share. Folds of the rows carry their accumulators
// from block to block; chunks of a long axis (ir/summation.h) are whole numbers of blocks, and join as soon
// as their neighbour is there, so that 7 partial results are kept and not 64.
#include <optional>

#include "codegen/emit/chain_sums.h"
#include "codegen/emit/lane_sums.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {
namespace {

class Tree {
 public:
  Tree(Emitter& emitter, const Nest& nest) : emitter_(emitter), nest_(nest) {
    for (const Nest& member : nest.members) {
      if (member.rows != Rows::folded) continue;
      llvm::Value* scratch = member.scratch == Extent(-1) ? nullptr : emitter.workspace(member.scratch);
      if (member.kind == NestKind::fold_lanes && member.kept > 0) {
        chains_.emplace(&member, ChainSums(emitter, member));
        add_column_result(member);
      } else if (member.kind == NestKind::fold_lanes) {
        lanes_.emplace(&member, LaneSums(emitter, member, 1));
        add_lane_results(member, scratch);
      } else {
        chains_.emplace(&member, ChainSums(emitter, member));
        add_chain_results(member, scratch);
      }
    }
    if (!nest.interior.empty()) interior_.emplace(emitter, nest.interior[0], 1);
    emitter.release();
  }

  void run(Scope& top) {
    const Interval rows = emitter_.whole(nest_.space[0]);
    if (results_.empty()) return blocks(top, rows);
    if (!may_be_long(nest_.space[0])) {
      start(top);
      blocks(top, rows);
      join_lanes(top);
    } else {
      chunks(top, rows.end);
    }
    for (const Result& result : results_)
      if (result.scalar)
        emitter_.scalars[result.root] = load_elements(top.builder, result.dtype, current(result), 1);
  }

 private:
  // What a fold of rows gives: `count` elements, as they are so far, and as partial results of 2^k chunks.
  struct Result {
    uint32_t root;
    Dtype dtype;
    bool scalar;
    llvm::Value* place;  // null: the root's own storage
    llvm::Value* levels;
    Extent count, stride;            // elements; bytes from level to level
    llvm::Value* columns = nullptr;  // accumulators of columns in lanes
    int64_t lanes = 0;
  };

  void add_lane_results(const Nest& member, llvm::Value* scratch) {
    const LaneSums& sums = lanes_.at(&member);
    for (size_t f = 0; f < sums.count(); f++) {
      const auto levels = static_cast<int64_t>(sums.count()) * lane_accumulator_bytes +
                          static_cast<int64_t>(f) * chunk_levels * 64;
      results_.push_back(
          {sums.node(f), sums.dtype(f), true, lane_place(scratch, f), bytes_behind(scratch, levels), 1, 64});
    }
  }

  void add_chain_results(const Nest& member, llvm::Value* scratch) {
    Extent behind = 0;
    for (Value root : member.roots) {
      const Type& type = emitter_.type(root.node);
      const Extent count = element_count(type.shape);
      const Extent bytes = aligned_bytes(count * static_cast<int64_t>(size_of(type.dtype)));
      llvm::Value* levels = scratch ? emitter_.workspace(member.scratch + behind) : nullptr;
      results_.push_back({root.node, type.dtype, false, nullptr, levels, count, bytes});
      behind = behind + bytes * chunk_levels;
    }
  }

  // Columns of which each has accumulators in lanes, row by row: they lie in front of the levels.
  void add_column_result(const Nest& member) {
    const uint32_t root = member.roots[0].node;
    const Type& type = emitter_.type(root);
    const Extent count = element_count(type.shape), bytes = count * static_cast<int64_t>(size_of(type.dtype));
    const int64_t lanes = summation::lanes(type.dtype);
    llvm::Value* levels = emitter_.workspace(member.scratch + aligned_bytes(bytes * lanes));
    results_.push_back({root, type.dtype, false, nullptr, levels, count, aligned_bytes(bytes),
                        emitter_.workspace(member.scratch), lanes});
  }

  llvm::Value* bytes_behind(llvm::Value* pointer, int64_t bytes) {
    return emitter_.setup().CreateConstGEP1_64(emitter_.setup().getInt8Ty(), pointer, bytes);
  }
  llvm::Value* lane_place(llvm::Value* scratch, size_t fold) {
    return bytes_behind(scratch, static_cast<int64_t>(fold) * lane_accumulator_bytes);
  }
  llvm::Value* current(const Result& result) {
    return result.place ? result.place : emitter_.pointer(result.root);
  }

  void start(Scope& scope) {
    for (auto& [member, sums] : lanes_) {
      sums.start(scope.builder);
      sums.store(scope.builder, emitter_.workspace(member->scratch));
    }
    for (const Result& result : results_) {
      if (result.scalar) continue;
      Result whole = result;
      if (result.columns) whole.place = result.columns, whole.count = result.count * result.lanes;
      elements(scope, whole, [&](Scope& s, llvm::Value* at) {
        s.store_lanes(result.dtype,
                      constant_of_bits(s.builder.getContext(), result.dtype,
                                       fold_start_bits(emitter_, result.root), s.lanes),
                      element(s, whole, current(whole), at));
      });
    }
  }

  // The accumulators of lanes become one number each, at the same place.
  void join_lanes(Scope& scope) {
    for (auto& [member, sums] : lanes_) {
      llvm::Value* place = emitter_.workspace(member->scratch);
      sums.load(scope.builder, place);
      const std::vector<llvm::Value*> joined = sums.results(scope.builder);
      for (size_t f = 0; f < joined.size(); f++)
        store_elements(scope.builder, sums.dtype(f), joined[f], lane_place(place, f), 1);
    }
    for (const Result& result : results_)
      if (result.columns) join_columns(scope, result);
    emitter_.release();
  }

  // The halving tree of many columns at once.
  void join_columns(Scope& scope, const Result& result) {
    elements(scope, result, [&](Scope& s, llvm::Value* at) {
      std::vector<llvm::Value*> sums;
      for (int64_t lane = 0; lane < result.lanes; lane++) {
        llvm::Value* before = s.builder.CreateMul(s.number(lane), emitter_.extent(result.count));
        sums.push_back(load(s, result, element(s, result, result.columns, s.builder.CreateAdd(at, before))));
      }
      for (size_t half = sums.size() / 2; half >= 1; half /= 2)
        for (size_t i = 0; i < half; i++)
          sums[i] = fold_join(emitter_, s.builder, result.root, sums[i], sums[i + half], s.lanes);
      s.store_lanes(result.dtype, sums[0], element(s, result, current(result), at));
    });
  }

  void chunks(Scope& top, llvm::Value* extent) {
    llvm::Value* size = chunk_elements(top, extent);
    llvm::Value* count = chunk_count(top, extent, size);
    emit_loop(top, {top.number(0), count}, 1, top.lanes, [&](Scope& chunk, AxisIndex c) {
      start(chunk);
      blocks(chunk, chunk_range(chunk, c.base, size, extent));
      join_lanes(chunk);
      // Chunk c ends as many pairs as its number has ones at the end.
      llvm::Value* ones = trailing_zeros(chunk, chunk.builder.CreateNot(c.base));
      join_levels(chunk, chunk.number(0), ones, nullptr);
      for (const Result& result : results_)
        elements(chunk, result, [&](Scope& s, llvm::Value* at) {
          llvm::Value* value = load(s, result, element(s, result, current(result), at));
          s.store_lanes(result.dtype, value, element(s, result, level(s, result, ones), at));
        });
    });
    // The last chunk's level holds what the results are now; those above that the count has join.
    llvm::Value* last = trailing_zeros(top, count);
    join_levels(top, top.builder.CreateAdd(last, top.number(1)), top.number(chunk_levels), count);
  }

  // result = level k joined with the result, for k in [from, to), where `chosen` (null: all ones) has bit k.
  void join_levels(Scope& scope, llvm::Value* from, llvm::Value* to, llvm::Value* chosen) {
    emit_loop(scope, {from, to}, 1, scope.lanes, [&](Scope& s, AxisIndex k) {
      llvm::Value* trips = s.number(1);
      if (chosen) trips = s.builder.CreateAnd(s.builder.CreateLShr(chosen, k.base), s.number(1));
      emit_loop(s, {s.number(0), trips}, 1, s.lanes, [&](Scope& joins, AxisIndex) {
        for (const Result& result : results_)
          elements(joins, result, [&](Scope& e, llvm::Value* at) {
            llvm::Value* place = element(e, result, current(result), at);
            llvm::Value* before = load(e, result, element(e, result, level(e, result, k.base), at));
            e.store_lanes(
                result.dtype,
                fold_join(emitter_, e.builder, result.root, before, load(e, result, place), e.lanes), place);
          });
      });
    });
  }

  static llvm::Value* trailing_zeros(Scope& scope, llvm::Value* value) {
    return scope.builder.CreateIntrinsic(llvm::Intrinsic::cttz, {value->getType()},
                                         {value, scope.builder.getFalse()});
  }
  llvm::Value* level(Scope& scope, const Result& result, llvm::Value* k) {
    return scope.builder.CreateGEP(scope.builder.getInt8Ty(), result.levels,
                                   scope.builder.CreateMul(k, emitter_.extent(result.stride)));
  }
  llvm::Value* element(Scope& scope, const Result& result, llvm::Value* array, llvm::Value* at) {
    return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), result.dtype), array, at);
  }
  llvm::Value* load(Scope& scope, const Result& result, llvm::Value* pointer) {
    Scope::Address where{scope.number(0), scope.lanes > 1 ? scope.number(1) : nullptr, nullptr};
    if (scope.lanes == 1) return load_elements(scope.builder, result.dtype, pointer, 1);
    return scope.load_lanes(result.dtype, pointer, where);
  }
  void elements(Scope& scope, const Result& result, const std::function<void(Scope&, llvm::Value*)>& body) {
    if (result.scalar) return body(scope, scope.number(0));
    const unsigned lanes = emitter_.compilation.target().lanes(std::max<size_t>(size_of(result.dtype), 4));
    emit_vector_loop(scope, emitter_.whole(result.count), lanes,
                     [&](Scope& s, AxisIndex i) { body(s, i.base); });
  }

  // One loop for whole blocks and the last one: two would double the code. At least one block, also of no
  // rows: a member may have more.
  void blocks(Scope& scope, Interval rows) {
    llvm::Value* least = scope.builder.CreateAdd(rows.begin, scope.number(1));
    llvm::Value* end =
        scope.builder.CreateSelect(scope.builder.CreateICmpSLT(rows.end, least), least, rows.end);
    emit_loop(scope, {rows.begin, end}, nest_.block, scope.lanes, [&](Scope& block, AxisIndex i) {
      llvm::Value* behind = block.builder.CreateAdd(i.base, block.number(nest_.block));
      members(block, {i.base, lesser(block, behind, rows.end)});
    });
  }

  void members(Scope& scope, Interval rows) {
    if (!interior_) return one_by_one(scope, rows);
    llvm::Value* inside = ends_nowhere(scope, rows);
    auto where = [&](llvm::Value* condition) {
      return Interval{scope.number(0), scope.builder.CreateZExt(condition, scope.builder.getInt64Ty())};
    };
    emit_loop(scope, where(inside), 1, scope.lanes, [&](Scope& block, AxisIndex) {
      llvm::Value* place = emitter_.workspace(lanes_.begin()->first->scratch);
      interior_->load(block.builder, place);
      interior_->add(block, std::vector<Index>(1), rows);
      interior_->store(block.builder, place);
      emitter_.release();
    });
    emit_loop(scope, where(scope.builder.CreateNot(inside)), 1, scope.lanes,
              [&](Scope& block, AxisIndex) { one_by_one(block, rows); });
  }

  // Whether the block is behind the low edges of all members and before the high ones, and not the last one
  // where a member has more rows.
  llvm::Value* ends_nowhere(Scope& scope, Interval rows) {
    Builder& b = scope.builder;
    llvm::Value* out = b.getTrue();
    for (const Nest& member : nest_.members) {
      if (member.space[0] != nest_.space[0])
        out = b.CreateAnd(out, b.CreateICmpNE(rows.end, emitter_.extent(nest_.space[0])));
      if (member.low_edge.empty()) continue;
      llvm::Value* high = b.CreateSub(emitter_.extent(member.space[0]), scope.number(member.high_edge[0]));
      out = b.CreateAnd(out, b.CreateICmpSLE(scope.number(member.low_edge[0]), rows.begin));
      out = b.CreateAnd(out, b.CreateICmpSLE(rows.end, high));
    }
    return out;
  }

  void one_by_one(Scope& scope, Interval rows) {
    std::map<uint32_t, llvm::Value*> pointers;
    for (const Nest& member : nest_.members)
      for (Value root : member.roots)
        if (emitter_.plan.storage[root.node].kind == Storage::Kind::block)
          pointers[root.node] = all_rows(scope, root.node, rows.begin);
    for (const Nest& member : nest_.members) {
      emitter_.set_block(rows_of(scope, member, rows), pointers);
      if (auto sums = lanes_.find(&member); sums != lanes_.end()) {
        llvm::Value* place = emitter_.workspace(member.scratch);
        sums->second.load(scope.builder, place);
        sums->second.add(scope, std::vector<Index>(1), rows);
        sums->second.store(scope.builder, place);
      } else if (auto chain = chains_.find(&member); chain != chains_.end()) {
        add_to(chain->second, scope, member, rows);
      } else {
        emit_nest(scope, member);
      }
      emitter_.release();
    }
    emitter_.set_block({nullptr, nullptr}, {});
  }

  static llvm::Value* lesser(Scope& scope, llvm::Value* a, llvm::Value* b) {
    return scope.builder.CreateSelect(scope.builder.CreateICmpSLT(a, b), a, b);
  }

  void add_to(ChainSums& sums, Scope& scope, const Nest& member, Interval rows) {
    if (member.kind == NestKind::fold_chain) return sums.add(scope, rows);
    const Type& type = emitter_.type(member.roots[0].node);
    sums.add_lanes(scope, rows, summation::lanes(type.dtype), emitter_.workspace(member.scratch),
                   emitter_.extent(element_count(type.shape)));
  }

  // The block's rows that a member has: a few less than the tree's at the end, or more behind the last block.
  Interval rows_of(Scope& scope, const Nest& member, Interval rows) {
    if (member.rows == Rows::folded || member.space[0] == nest_.space[0]) return rows;
    Builder& b = scope.builder;
    llvm::Value *all = emitter_.extent(nest_.space[0]), *own = emitter_.extent(member.space[0]);
    llvm::Value* end = b.CreateSelect(b.CreateICmpEQ(rows.end, all), own, lesser(scope, rows.end, own));
    return {lesser(scope, rows.begin, end), end};
  }

  // Where the first row would lie if the array had all of them.
  llvm::Value* all_rows(Scope& scope, uint32_t node, llvm::Value* first) {
    const Type& type = emitter_.type(node);
    const Extent row = element_count(Shape(type.shape.begin() + 1, type.shape.end()));
    llvm::Value* before = scope.builder.CreateNeg(scope.builder.CreateMul(first, emitter_.extent(row)));
    return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), type.dtype),
                                   emitter_.workspace(emitter_.plan.storage[node].offset), before);
  }

  Emitter& emitter_;
  const Nest& nest_;
  std::map<const Nest*, LaneSums> lanes_;
  std::map<const Nest*, ChainSums> chains_;
  std::vector<Result> results_;
  std::optional<LaneSums> interior_;
};

}  // namespace

void emit_tree(Scope& scope, const Nest& nest) { Tree(scope.emitter, nest).run(scope); }

}  // namespace wengert
