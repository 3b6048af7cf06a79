#include "codegen/emit/product_pack.h"

#include <fmt/format.h>
#include <llvm/IR/Function.h>

#include "codegen/emit/transpose.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

constexpr unsigned square = 8;  // lines and steps that go through registers together

struct Panel {
  Dtype dtype;
  Strided from;
  Value *to, *lines, *steps;

  Value* at(Builder& b, Value* pointer, Value* elements) const {
    return b.CreateGEP(memory_type(b.getContext(), dtype), pointer, elements);
  }
  Value* source(Builder& b, Value* line, Value* step) const {
    return at(b, from.first, b.CreateAdd(b.CreateMul(line, from.line), b.CreateMul(step, from.step)));
  }
  Value* target(Builder& b, Value* line, Value* step) const {
    return at(b, to, b.CreateAdd(b.CreateMul(step, lines), line));
  }

  // Groups of `square` lines; the last one overlaps the one before.
  void groups(Scope& scope, const std::function<void(Scope&, Value*)>& body) const {
    Value* last = scope.builder.CreateSub(lines, scope.number(square));
    emit_loop(scope, {scope.number(0), lines}, square, 1,
              [&](Scope& inner, AxisIndex i) { body(inner, smaller(inner.builder, i.base, last)); });
  }

  void copy(Scope& scope, Value* begin) const {
    emit_loop(scope, {begin, steps}, 1, 1, [&](Scope& outer, AxisIndex k) {
      emit_loop(outer, {outer.number(0), lines}, 1, 1, [&](Scope& inner, AxisIndex i) {
        Builder& b = inner.builder;
        store_elements(b, dtype, load_elements(b, dtype, source(b, i.base, k.base), 1),
                       target(b, i.base, k.base), 1);
      });
    });
  }

  void copy_vectors(Scope& scope) const {
    emit_loop(scope, {scope.number(0), steps}, 1, 1, [&](Scope& outer, AxisIndex k) {
      groups(outer, [&](Scope& inner, Value* line) {
        Builder& b = inner.builder;
        store_elements(b, dtype, load_elements(b, dtype, source(b, line, k.base), square),
                       target(b, line, k.base), square);
      });
    });
  }

  void transpose(Scope& scope) const {
    Value* whole = scope.builder.CreateAnd(steps, scope.number(-static_cast<int64_t>(square)));
    groups(scope, [&](Scope& group, Value* line) {
      emit_loop(group, {group.number(0), whole}, square, 1, [&](Scope& inner, AxisIndex k) {
        Builder& b = inner.builder;
        std::vector<Value*> rows;
        for (unsigned i = 0; i < square; i++)
          rows.push_back(
              load_elements(b, dtype, source(b, b.CreateAdd(line, b.getInt64(i)), k.base), square));
        rows = transposed(b, std::move(rows));
        for (unsigned i = 0; i < square; i++)
          store_elements(b, dtype, rows[i], target(b, line, b.CreateAdd(k.base, b.getInt64(i))), square);
      });
    });
    copy(scope, whole);
  }
};

// One panel, by whatever is adjacent.
void emit_panel(Scope& scope, const Panel& panel) {
  Builder& b = scope.builder;
  Value* wide = b.CreateICmpSGE(panel.lines, b.getInt64(square));
  Value* lines = b.CreateAnd(wide, b.CreateICmpEQ(panel.from.line, b.getInt64(1)));
  Value* steps =
      b.CreateAnd(b.CreateAnd(wide, b.CreateNot(lines)), b.CreateICmpEQ(panel.from.step, b.getInt64(1)));
  emit_when(scope, lines, [&](Scope& s) {
    Panel adjacent = panel;
    adjacent.from.line = s.number(1);
    adjacent.copy_vectors(s);
  });
  emit_when(scope, steps, [&](Scope& s) {
    Panel adjacent = panel;
    adjacent.from.step = s.number(1);
    adjacent.transpose(s);
  });
  Value* neither = scope.builder.CreateNot(scope.builder.CreateOr(lines, steps));
  emit_when(scope, neither, [&](Scope& s) { panel.copy(s, s.number(0)); });
}

}  // namespace

void emit_panels(Scope& scope, Dtype dtype, const Strided& from, llvm::Value* to, llvm::Value* width,
                 llvm::Value* lines, llvm::Value* steps) {
  const std::vector<llvm::Value*> arguments = {from.first, from.line, from.step, to, width, lines, steps};
  emit_shared(scope, fmt::format("pack.{}", name(dtype)), arguments, [&](Scope& inside, llvm::Function& f) {
    const Strided array{f.getArg(0), f.getArg(1), f.getArg(2)};
    emit_blocks(inside, f.getArg(5), f.getArg(4), [&](Scope& inner, const Stretch& part) {
      Builder& b = inner.builder;
      Panel panel{dtype, array, nullptr, part.count, f.getArg(6)};
      panel.from.first = panel.at(b, array.first, b.CreateMul(part.begin, array.line));
      panel.to = panel.at(b, f.getArg(3), b.CreateMul(part.begin, panel.steps));
      emit_panel(inner, panel);
    });
  });
}

}  // namespace wengert
