// Trees: nests that run block by block over the rows they share. A block ends where its chunk of a long axis
// (ir/summation.h) does; both are whole numbers of lanes.
#include <algorithm>
#include <optional>

#include "codegen/emit/outline.h"
#include "codegen/emit/parallel.h"
#include "codegen/emit/row_folds.h"
#include "codegen/llvm_types.h"
#include "codegen/plan/rows.h"

namespace wengert {
namespace {

class Tree {
 public:
  /// Of all the tree's rows, or those of a chunk.
  Tree(Emitter& emitter, const Nest& nest, llvm::Value* chunk = nullptr)
      : emitter_(emitter), nest_(nest), folds_(emitter, nest, chunk) {
    if (!nest.interior.empty()) interior_.emplace(emitter, nest.interior[0], 1);
  }

  void run(Scope& top) {
    const Interval rows = emitter_.whole(nest_.space[0]);
    if (folds_.empty()) return blocks(top, rows);
    if (may_be_long(nest_.space[0])) {
      llvm::Value* size = chunk_elements(top, rows.end);
      llvm::Value* count = chunk_count(top, rows.end, size);
      emit_loop(top, {top.number(0), count}, 1, top.lanes, [&](Scope& chunk, AxisIndex c) {
        folds_.start(chunk);
        blocks(chunk, chunk_range(chunk, c.base, size, rows.end));
        folds_.join_lanes(chunk);
        folds_.keep_chunk(chunk, c.base);
      });
      folds_.join_chunks(top, count);
    } else {
      folds_.start(top);
      blocks(top, rows);
      folds_.join_lanes(top);
    }
    folds_.publish(top);
  }

  /// The rows of the tree's chunk.
  void run_chunk(Scope& scope, Interval rows) {
    folds_.at_places([&] {
      folds_.start(scope);
      blocks(scope, rows);
      folds_.join_lanes(scope);
    });
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

 private:
  void members(Scope& scope, Interval rows) {
    if (!interior_) return one_by_one(scope, rows);
    llvm::Value* inside = ends_nowhere(scope, rows);
    auto where = [&](llvm::Value* condition) {
      return Interval{scope.number(0), scope.builder.CreateZExt(condition, scope.builder.getInt64Ty())};
    };
    emit_loop(scope, where(inside), 1, scope.lanes, [&](Scope& block, AxisIndex) {
      one(block, [&](Scope& inner) { folds_.add(inner, *interior_, rows); });
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
      emitter_.set_ahead(next_block(scope, member, rows));
      one(scope, [&](Scope& inner) {
        if (folds_.has(member)) {
          folds_.add(inner, member, rows);
        } else if (member.kind == NestKind::product) {
          emit_product_rows(inner, member, rows);
        } else {
          emit_nest(inner, member);
        }
      });
    }
    emitter_.set_block({nullptr, nullptr}, {});
    emitter_.set_ahead({});
  }

  // How far behind the block's rows the next one's lie, of the arrays that the member reads again; 0 behind
  // the last block.
  std::map<uint32_t, llvm::Value*> next_block(Scope& scope, const Nest& member, Interval rows) {
    std::map<uint32_t, llvm::Value*> out;
    Builder& b = scope.builder;
    for (uint32_t node : member.reread) {
      llvm::Value* stride = emitter_.strides(node)[row_axis(emitter_.type(node).shape)];
      llvm::Value* more = b.CreateICmpSLT(rows.end, emitter_.extent(nest_.space[0]));
      out[node] = b.CreateSelect(more, b.CreateMul(stride, scope.number(nest_.block)), scope.number(0));
    }
    return out;
  }

  // One of the members, or all that are done together.
  void one(Scope& scope, const std::function<void(Scope&)>& body) {
    if (nest_.members.size() > most_nests_together)
      emit_apart(scope, body);
    else
      body(scope);
    emitter_.release();
  }

  static llvm::Value* lesser(Scope& scope, llvm::Value* a, llvm::Value* b) {
    return scope.builder.CreateSelect(scope.builder.CreateICmpSLT(a, b), a, b);
  }

  // The block's rows that a member has: a few less than the tree's at the end, or more behind the last block.
  Interval rows_of(Scope& scope, const Nest& member, Interval rows) {
    const Extent& extent = member.space[member.row_axis];
    if (member.rows == Rows::folded || extent == nest_.space[0]) return rows;
    Builder& b = scope.builder;
    llvm::Value *all = emitter_.extent(nest_.space[0]), *own = emitter_.extent(extent);
    llvm::Value* end = b.CreateSelect(b.CreateICmpEQ(rows.end, all), own, lesser(scope, rows.end, own));
    return {lesser(scope, rows.begin, end), end};
  }

  // Where the first row would lie if the array had all of them.
  llvm::Value* all_rows(Scope& scope, uint32_t node, llvm::Value* first) {
    const Type& type = emitter_.type(node);
    const Storage& storage = emitter_.plan.storage[node];
    llvm::Value* before =
        scope.builder.CreateNeg(scope.builder.CreateMul(first, emitter_.strides(node)[storage.index]));
    return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), type.dtype),
                                   emitter_.own_workspace(storage.offset), before);
  }

  Emitter& emitter_;
  const Nest& nest_;
  RowFolds folds_;
  std::optional<LaneSums> interior_;
};

bool folds_rows(const Nest& nest) {
  return std::any_of(nest.members.begin(), nest.members.end(),
                     [](const Nest& member) { return member.rows == Rows::folded; });
}

void emit_members(Scope& scope, const Nest& nest) {
  Emitter& emitter = scope.emitter;
  if (!emitter.splits(nest)) return Tree(emitter, nest).run(scope);
  const Interval rows = emitter.whole(nest.space[0]);
  if (!folds_rows(nest))
    return emit_in_parts(scope, nest, rows, scope.number(nest.block), most_parts,
                         [&](Scope& part, Interval range) { Tree(emitter, nest).blocks(part, range); });
  llvm::Value* size = chunk_elements(scope, rows.end);
  llvm::Value* count = chunk_count(scope, rows.end, size);
  RowFolds folds(emitter, nest, scope.number(0));
  emit_parallel(scope, nest, count, [&](Scope& part, llvm::Value* chunk) {
    Tree(emitter, nest, chunk).run_chunk(part, chunk_range(part, chunk, size, rows.end));
  });
  folds.join_places(scope, count);
}

}  // namespace

void emit_tree(Scope& scope, const Nest& nest) {
  for (const Nest& member : nest.members)
    if (member.kind == NestKind::product && member.rows == Rows::kept) emit_turned_factor(scope, member);
  emit_members(scope, nest);
  for (const Nest& member : nest.members)
    if (member.kind == NestKind::product && member.product->mirrored) emit_mirrored_results(scope, member);
}

}  // namespace wengert
