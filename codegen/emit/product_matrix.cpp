// Loops, outermost first: columns and rows of a block of results, chunks of the sum, parts of a chunk, rows
// of the left factor, then tiles. A part goes on from the partial results of the one before, so the order of
// each sum is that of the op (ir/summation.h).
#include "codegen/emit/product_matrix.h"

#include <fmt/format.h>
#include <llvm/IR/Module.h>

#include "codegen/emit/fold.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

class MatrixEmitter {
 public:
  MatrixEmitter(const Tile& tile, MatrixKind kind, const Matrices& of)
      : tile_(tile), kind_(kind), of_(of), number_(of.rows->getType()) {}

  void run(Scope& scope) {
    element_ = memory_type(scope.builder.getContext(), tile_.dtype);
    Builder& b = scope.builder;
    Value *rows = of_.rows, *columns = number(ProductBlocks::columns);
    if (kind_.may_be_long) {
      Value* is_long = b.CreateICmpSGE(of_.first, number(summation::long_extent));
      rows = b.CreateSelect(is_long, number(ProductBlocks::chunked_rows), at_least_one(b, rows));
      columns = b.CreateSelect(is_long, number(ProductBlocks::chunked_columns), columns);
    }
    emit_blocks(scope, of_.columns, columns, [&](Scope& outer, const Stretch& across) {
      emit_blocks(outer, of_.rows, rows, [&](Scope& inner, const Stretch& down) {
        when_wanted(inner, down, across, [&](Scope& s) { chunks(s, down, across); });
      });
    });
  }

 private:
  struct Part {
    Stretch inner;
    Value* resume;
  };

  Value* at(Scope& scope, Value* pointer, Value* elements) {
    return scope.builder.CreateGEP(element_, pointer, elements);
  }
  Value* number(int64_t value) { return llvm::ConstantInt::get(number_, value, true); }
  Value* at_least_one(Builder& b, Value* value) {
    return b.CreateSelect(b.CreateICmpSLT(value, number(1)), number(1), value);
  }

  // Rows ahead of the block of the matrix that is wanted, less columns ahead of it.
  Value* before(Scope& scope, Value* row, Value* column) {
    return scope.builder.CreateSub(scope.builder.CreateAdd(of_.before, row), column);
  }

  // Whether some of these results are.
  void when_wanted(Scope& scope, const Stretch& down, const Stretch& across,
                   const std::function<void(Scope&)>& body) {
    if (!kind_.lower) return body(scope);
    Value* rows = scope.builder.CreateAdd(before(scope, down.begin, across.begin), down.count);
    emit_when(scope, scope.builder.CreateICmpSGT(rows, number(0)), body);
  }

  void chunks(Scope& scope, const Stretch& down, const Stretch& across) {
    if (!kind_.may_be_long) return parts(scope, down, across, number(0), of_.inner);
    Value* size = chunk_elements(scope, of_.first);
    Value* count = chunk_count(scope, of_.first, size);
    Value* steps = scope.builder.CreateMul(size, of_.behind);
    emit_loop(scope, {number(0), count}, 1, 1, [&](Scope& chunk, AxisIndex c) {
      Builder& b = chunk.builder;
      Value* begin = b.CreateMul(c.base, steps);
      Value* last = b.CreateICmpEQ(b.CreateAdd(c.base, number(1)), count);
      parts(chunk, down, across, begin, smaller(b, steps, b.CreateSub(of_.inner, begin)));
      join(chunk, down, across, c.base, last);
    });
  }

  // Chunk number `chunk` is summed: joins it with its neighbours that wait, and lets it wait in turn. The
  // bits of the number say who waits; behind the last chunk all are joined.
  void join(Scope& scope, const Stretch& down, const Stretch& across, Value* chunk, Value* last) {
    Value* size = scope.builder.CreateMul(down.count, across.count);
    auto level_at = [&](Scope& s, Value* level) { return at(s, of_.sums, s.builder.CreateMul(level, size)); };
    emit_loop(scope, {number(0), number(sum_levels)}, 1, 1, [&](Scope& inner, AxisIndex level) {
      Builder& b = inner.builder;
      Value* bit = b.CreateShl(number(1), level.base);
      Value* low = b.CreateSub(b.CreateShl(bit, 1), number(1));
      Value* wanted = b.CreateSelect(last, bit, low);
      Value* joins = b.CreateICmpEQ(b.CreateAnd(chunk, wanted), wanted);
      Value* waiting = level_at(inner, level.base);
      emit_when(inner, joins, [&](Scope& s) {
        results(s, down, across, [&](Scope& e, Value* result, Value* index) {
          Value* sum = e.builder.CreateFAdd(lanes_at(e, at(e, waiting, index)), lanes_at(e, result));
          e.store_lanes(tile_.dtype, sum, result);
        });
      });
    });
    emit_when(scope, scope.builder.CreateNot(last), [&](Scope& s) {
      Value* level = s.builder.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, s.builder.CreateNot(chunk),
                                                     s.builder.getFalse());
      Value* waiting = level_at(s, level);
      results(s, down, across, [&](Scope& e, Value* result, Value* index) {
        e.store_lanes(tile_.dtype, lanes_at(e, result), at(e, waiting, index));
      });
    });
  }

  // The elements of a full vector that lie there.
  Value* lanes_at(Scope& scope, Value* pointer) {
    return scope.load_lanes(tile_.dtype, pointer, {number(0), number(1), nullptr});
  }

  // The results of a block, and their numbers in it.
  void results(Scope& scope, const Stretch& down, const Stretch& across,
               const std::function<void(Scope&, Value*, Value*)>& body) {
    emit_loop(scope, {number(0), down.count}, 1, 1, [&](Scope& row, AxisIndex i) {
      Value* first = result_at(row, row.builder.CreateAdd(down.begin, i.base), across.begin);
      emit_vector_loop(row, {number(0), across.count}, tile_.lanes, [&](Scope& inner, AxisIndex j) {
        Builder& b = inner.builder;
        body(inner, at(inner, first, j.base), b.CreateAdd(b.CreateMul(i.base, across.count), j.base));
      });
    });
  }

  Value* result_at(Scope& scope, Value* row, Value* column) {
    Builder& b = scope.builder;
    return at(scope, of_.result, b.CreateAdd(b.CreateMul(row, of_.result_row), column));
  }

  // The sum over `length` elements of the contraction, in parts that fit a cache.
  void parts(Scope& scope, const Stretch& down, const Stretch& across, Value* begin, Value* length) {
    Builder& b = scope.builder;
    Value* count = at_least_one(b, divide_up(b, length, number(ProductBlocks::inner)));
    Value* size = divide_up(b, length, count);
    emit_loop(scope, {number(0), count}, 1, 1, [&](Scope& part, AxisIndex i) {
      Builder& c = part.builder;
      Value* done = c.CreateMul(i.base, size);
      const Part p{.inner = {c.CreateAdd(begin, done), smaller(c, size, c.CreateSub(length, done))},
                   .resume = c.CreateICmpNE(i.base, number(0))};
      const Strided right = packed(part, of_.right, across.begin, p.inner, of_.pack_right, across.count,
                                   of_.right_scratch, int64_t{tile_.vectors} * tile_.lanes);
      emit_blocks(part, down.count, block_rows(part, down.count), [&](Scope& s, const Stretch& block) {
        const Stretch rows{s.builder.CreateAdd(down.begin, block.begin), block.count};
        when_wanted(s, rows, across, [&](Scope& inner) { tiles(inner, rows, across, right, p); });
      });
    });
  }

  // Rows of the left factor that are worked on at once: blocks alike, of whole tiles.
  Value* block_rows(Scope& scope, Value* rows) {
    const int64_t most = ProductBlocks::rows(tile_.dtype);
    Builder& b = scope.builder;
    Value* blocks = at_least_one(b, divide_up(b, rows, number(most)));
    Value *even = divide_up(b, rows, blocks), *height = number(tile_.rows);
    return at_least_one(b, smaller(b, number(most), b.CreateMul(divide_up(b, even, height), height)));
  }

  // Some lines of a factor from `line` on and a stretch of the contraction, packed where that was decided.
  Strided packed(Scope& scope, Strided array, Value* line, const Stretch& inner, Value* packs, Value* lines,
                 Value* to, int64_t width) {
    Builder& b = scope.builder;
    Value* elements = b.CreateAdd(b.CreateMul(line, array.line), b.CreateMul(inner.begin, array.step));
    array.first = at(scope, array.first, elements);
    if (!kind_.may_pack) return array;
    emit_when(scope, packs,
              [&](Scope& s) { emit_panels(s, tile_.dtype, array, to, number(width), lines, inner.count); });
    return {scope.builder.CreateSelect(packs, to, array.first), array.line, array.step};
  }

  // Results of some rows, from one part of the contraction.
  void tiles(Scope& scope, const Stretch& rows, const Stretch& across, const Strided& right,
             const Part& part) {
    const Strided left = packed(scope, of_.left, rows.begin, part.inner, of_.pack_left, rows.count,
                                of_.left_scratch, tile_.rows);
    Value* never = scope.builder.getFalse();
    call_tiles(scope, tile_,
               {.left = left.first,
                .left_line = left.line,
                .left_step = left.step,
                .left_packed = kind_.may_pack ? of_.pack_left : never,
                .right = right.first,
                .right_line = number(1),
                .right_step = right.step,
                .right_packed = kind_.may_pack ? of_.pack_right : never,
                .result = result_at(scope, rows.begin, across.begin),
                .result_row = of_.result_row,
                .rows = rows.count,
                .columns = across.count,
                .inner = part.inner.count,
                .resume = part.resume,
                .rest = kind_.rest,
                .wanted = kind_.lower ? lower_triangle : no_triangle,
                .before = kind_.lower ? before(scope, rows.begin, across.begin) : nullptr});
  }

  const Tile& tile_;
  const MatrixKind kind_;
  const Matrices& of_;
  llvm::Type* number_;
  llvm::Type* element_ = nullptr;
};

}  // namespace

void call_matrices(Scope& scope, const Tile& tile, MatrixKind kind, const Matrices& m) {
  const std::string symbol =
      fmt::format("matrices.{}.{}x{}x{}{}{}{}{}", name(tile.dtype), tile.rows, tile.vectors, tile.lanes,
                  kind.may_pack ? ".packed" : "", kind.may_be_long ? ".long" : "", kind.lower ? ".lower" : "",
                  kind.rest.text());
  std::vector<llvm::Value*> arguments = {
      m.left.first, m.left.line,  m.left.step,  m.right.first,  m.right.line,    m.right.step,
      m.result,     m.result_row, m.rows,       m.columns,      m.inner,         m.first,
      m.behind,     m.pack_left,  m.pack_right, m.left_scratch, m.right_scratch, m.sums};
  if (kind.lower) arguments.push_back(m.before);
  emit_shared(scope, symbol, arguments, [&](Scope& inside, llvm::Function& function) {
    auto a = [&](unsigned i) { return function.getArg(i); };
    const Matrices of{{a(0), a(1), a(2)},
                      {a(3), a(4), a(5)},
                      a(6),
                      a(7),
                      a(8),
                      a(9),
                      a(10),
                      a(11),
                      a(12),
                      a(13),
                      a(14),
                      a(15),
                      a(16),
                      a(17),
                      kind.lower ? a(18) : nullptr};
    MatrixEmitter(tile, kind, of).run(inside);
  });
}

}  // namespace wengert
