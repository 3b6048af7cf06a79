#include "codegen/emit/product_mirror.h"

#include <fmt/format.h>
#include <llvm/IR/Function.h>

#include "codegen/emit/transpose.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

constexpr unsigned square = 8;  // rows and columns that go through registers together

struct Mirror {
  Dtype dtype;
  Value *matrix, *row;
  Stretch rows, columns;

  Value* at(Builder& b, Value* i, Value* j) const {
    return b.CreateGEP(memory_type(b.getContext(), dtype), matrix, b.CreateAdd(b.CreateMul(i, row), j));
  }

  void one_by_one(Scope& scope) const {
    emit_loop(scope, {scope.number(0), rows.count}, 1, 1, [&](Scope& outer, AxisIndex k) {
      Value* i = outer.builder.CreateAdd(rows.begin, k.base);
      Value* below = smaller(outer.builder, columns.count, outer.builder.CreateSub(i, columns.begin));
      emit_loop(outer, {outer.number(0), below}, 1, 1, [&](Scope& inner, AxisIndex l) {
        Builder& b = inner.builder;
        Value* j = b.CreateAdd(columns.begin, l.base);
        store_elements(b, dtype, load_elements(b, dtype, at(b, i, j), 1), at(b, j, i), 1);
      });
    });
  }

  // The last squares overlap the ones before.
  void in_squares(Scope& scope) const {
    Builder& before = scope.builder;
    Value* last_row = before.CreateSub(rows.count, scope.number(square));
    Value* last_column = before.CreateSub(columns.count, scope.number(square));
    emit_loop(scope, {scope.number(0), rows.count}, square, 1, [&](Scope& outer, AxisIndex k) {
      Builder& b = outer.builder;
      Value* i = b.CreateAdd(rows.begin, smaller(b, k.base, last_row));
      Value* below = b.CreateAdd(b.CreateSub(i, columns.begin), outer.number(square - 1));
      emit_loop(outer, {outer.number(0), smaller(b, columns.count, below)}, square, 1,
                [&](Scope& inner, AxisIndex l) {
                  Value* j =
                      inner.builder.CreateAdd(columns.begin, smaller(inner.builder, l.base, last_column));
                  turn(inner, i, j);
                });
    });
  }

  void turn(Scope& scope, Value* i, Value* j) const {
    Builder& b = scope.builder;
    auto behind = [](Builder& at, Value* first, unsigned k) { return at.CreateAdd(first, at.getInt64(k)); };
    std::vector<Value*> lines;
    for (unsigned k = 0; k < square; k++)
      lines.push_back(load_elements(b, dtype, at(b, behind(b, i, k), j), square));
    lines = transposed(b, std::move(lines));
    Value* whole = b.CreateICmpSLE(behind(b, j, square), i);  // all of it is below the diagonal
    emit_when(scope, whole, [&](Scope& s) {
      for (unsigned k = 0; k < square; k++)
        store_elements(s.builder, dtype, lines[k], at(s.builder, behind(s.builder, j, k), i), square);
    });
    emit_when(scope, scope.builder.CreateNot(whole), [&](Scope& s) {
      for (unsigned k = 0; k < square; k++) {
        Builder& c = s.builder;
        // Lane l is element (i + l, j + k).
        Value* others = emit_mask(c, behind(c, c.CreateSub(j, i), k + 1), 0, square);
        Value* to = at(c, behind(c, j, k), i);
        store_elements(c, dtype, c.CreateSelect(others, load_elements(c, dtype, to, square), lines[k]), to,
                       square);
      }
    });
  }
};

}  // namespace

void emit_mirror(Scope& scope, Dtype dtype, llvm::Value* matrix, llvm::Value* row, const Stretch& rows,
                 const Stretch& columns) {
  const std::vector<llvm::Value*> arguments = {matrix,     row,           rows.begin,
                                               rows.count, columns.begin, columns.count};
  emit_shared(scope, fmt::format("mirror.{}", name(dtype)), arguments, [&](Scope& inside, llvm::Function& f) {
    const Mirror of{dtype, f.getArg(0), f.getArg(1), {f.getArg(2), f.getArg(3)}, {f.getArg(4), f.getArg(5)}};
    Builder& b = inside.builder;
    llvm::Value* squares = b.CreateICmpSGE(smaller(b, of.rows.count, of.columns.count), b.getInt64(square));
    emit_when(inside, squares, [&](Scope& s) { of.in_squares(s); });
    emit_when(inside, inside.builder.CreateNot(squares), [&](Scope& s) { of.one_by_one(s); });
  });
}

}  // namespace wengert
