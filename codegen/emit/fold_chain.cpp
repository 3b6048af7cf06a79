// Folds with one accumulator for each result: vectors run along the innermost kept axis, several at a time.
#include "codegen/emit/fold.h"
#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {
namespace {

constexpr unsigned widest_block = 4;  // vectors of results at a time; 512 bytes of chunk results hold them

class ChainFold {
 public:
  ChainFold(Emitter& emitter, const Nest& nest)
      : emitter_(emitter), nest_(nest), lanes_(lanes_of(emitter, nest)) {}

  void run(Scope& top) {
    if (nest_.kept == 0) return block(top, {}, 1, 1);
    const std::span<const Extent> space(nest_.space);
    emit_loops(top, space.first(nest_.kept - 1), {}, [&](Scope& row, const Index& index) {
      llvm::Value* extent = emitter_.extent(space[nest_.kept - 1]);
      const int64_t wide = static_cast<int64_t>(lanes_) * widest_block;
      llvm::Value* wide_end = row.builder.CreateAnd(extent, row.number(-wide));
      llvm::Value* vector_end = row.builder.CreateAnd(extent, row.number(-static_cast<int64_t>(lanes_)));
      auto blocks = [&](llvm::Value* begin, llvm::Value* end, int64_t step, unsigned lanes, unsigned pieces) {
        emit_loop(row, begin, end, step, lanes, [&](Scope& inner, AxisIndex i) {
          i.step = lanes > 1 ? 1 : 0;
          i.depth = inner.depth;
          Index full = index;
          full.axes.push_back(i);
          block(inner, full, lanes, pieces);
        });
      };
      blocks(row.number(0), wide_end, wide, lanes_, widest_block);
      blocks(wide_end, vector_end, lanes_, lanes_, 1);
      blocks(vector_end, extent, 1, 1, 1);
    });
  }

 private:
  // The results at `kept` and pieces * lanes of them along its last axis.
  void block(Scope& scope, const Index& kept, unsigned lanes, unsigned pieces) {
    std::vector<Index> at(pieces, kept);
    for (unsigned piece = 1; piece < pieces; piece++) {
      AxisIndex& last = at[piece].axes.back();
      last.base = scope.builder.CreateAdd(last.base, scope.number(piece * lanes));
    }
    std::vector<std::vector<llvm::Value*>> slots(nest_.roots.size());
    for (size_t r = 0; r < nest_.roots.size(); r++)
      for (unsigned piece = 0; piece < pieces; piece++)
        slots[r].push_back(
            emitter_.allocate(register_type(scope.builder.getContext(), dtype(r), lanes), 1, "sum"));
    const Extent& first = nest_.space[nest_.kept];
    llvm::Value* extent = emitter_.extent(first);
    if (first.is_number() && *first.number() < summation::long_extent)
      one_chunk(scope, at, slots, lanes, scope.number(0), extent);
    else
      all_chunks(scope, at, slots, lanes, extent);
    for (size_t r = 0; r < nest_.roots.size(); r++) {
      for (unsigned piece = 0; piece < pieces; piece++) {
        llvm::Value* sum = scope.builder.CreateLoad(
            register_type(scope.builder.getContext(), dtype(r), lanes), slots[r][piece]);
        if (emitter_.type(root(r)).is_scalar())
          emitter_.scalars[root(r)] = sum;
        else
          scope.store(root(r), at[piece], {sum, lanes == 1});
      }
    }
  }

  void all_chunks(Scope& scope, const std::vector<Index>& at,
                  const std::vector<std::vector<llvm::Value*>>& slots, unsigned lanes, llvm::Value* extent) {
    llvm::Value* scratch = emitter_.workspace(nest_.scratch);
    auto place = [&](Scope& s, size_t r, unsigned piece, llvm::Value* chunk) {
      llvm::Value* number =
          s.builder.CreateAdd(chunk, s.number(static_cast<int64_t>(r) * summation::most_chunks));
      llvm::Value* bytes =
          s.builder.CreateAdd(s.builder.CreateMul(number, s.number(512)),
                              s.number(static_cast<int64_t>(piece * lanes * size_of(dtype(r)))));
      return s.builder.CreateGEP(s.builder.getInt8Ty(), scratch, bytes);
    };
    llvm::Value* size = chunk_elements(scope, extent);
    llvm::Value* count = chunk_count(scope, extent, size);
    auto each = [&](const std::function<void(size_t, unsigned)>& body) {
      for (size_t r = 0; r < slots.size(); r++)
        for (unsigned piece = 0; piece < slots[r].size(); piece++) body(r, piece);
    };
    emit_loop(scope, scope.number(0), count, 1, lanes, [&](Scope& chunk, AxisIndex c) {
      llvm::Value* begin = chunk.builder.CreateMul(c.base, size);
      llvm::Value* end = chunk.builder.CreateAdd(begin, size);
      end = chunk.builder.CreateSelect(chunk.builder.CreateICmpSLT(end, extent), end, extent);
      one_chunk(chunk, at, slots, lanes, begin, end);
      each([&](size_t r, unsigned piece) {
        llvm::Value* sum = chunk.builder.CreateLoad(
            register_type(chunk.builder.getContext(), dtype(r), lanes), slots[r][piece]);
        store_elements(chunk.builder, dtype(r), sum, place(chunk, r, piece, c.base), lanes);
      });
    });
    emit_pairwise(scope, count, [&](Scope& s, llvm::Value* to, llvm::Value* from) {
      each([&](size_t r, unsigned piece) {
        llvm::Value* a = load_elements(s.builder, dtype(r), place(s, r, piece, to), lanes);
        llvm::Value* b = load_elements(s.builder, dtype(r), place(s, r, piece, from), lanes);
        store_elements(s.builder, dtype(r), fold_join(emitter_, s.builder, root(r), a, b, lanes),
                       place(s, r, piece, to), lanes);
      });
    });
    each([&](size_t r, unsigned piece) {
      scope.builder.CreateStore(
          load_elements(scope.builder, dtype(r), place(scope, r, piece, scope.number(0)), lanes),
          slots[r][piece]);
    });
  }

  void one_chunk(Scope& scope, const std::vector<Index>& at,
                 const std::vector<std::vector<llvm::Value*>>& slots, unsigned lanes, llvm::Value* begin,
                 llvm::Value* end) {
    for (size_t r = 0; r < slots.size(); r++)
      for (llvm::Value* slot : slots[r])
        scope.builder.CreateStore(
            constant_of_bits(scope.builder.getContext(), dtype(r), fold_start_bits(emitter_, root(r)), lanes),
            slot);
    emit_loop(scope, begin, end, 1, lanes, [&](Scope& outer, AxisIndex i) {
      Index folded;
      folded.axes.push_back(i);
      emit_loops(outer, std::span(nest_.space).subspan(nest_.kept + 1), folded,
                 [&](Scope& inner, const Index& inner_index) {
                   for (size_t r = 0; r < slots.size(); r++) {
                     for (size_t piece = 0; piece < slots[r].size(); piece++) {
                       Index full = at[piece];
                       full.axes.insert(full.axes.end(), inner_index.axes.begin(), inner_index.axes.end());
                       std::vector<llvm::Value*> elements;
                       for (const Emitted& element : fold_elements(inner, root(r), nest_, full))
                         elements.push_back(inner.in_lanes(element));
                       llvm::Value* sum = inner.builder.CreateLoad(
                           register_type(inner.builder.getContext(), dtype(r), lanes), slots[r][piece]);
                       inner.builder.CreateStore(
                           fold_step(emitter_, inner.builder, root(r), sum, elements, lanes),
                           slots[r][piece]);
                     }
                   }
                 });
    });
  }

  uint32_t root(size_t r) const { return nest_.roots[r].node; }
  Dtype dtype(size_t r) const { return emitter_.type(root(r)).dtype; }

  Emitter& emitter_;
  const Nest& nest_;
  unsigned lanes_;
};

}  // namespace

void emit_fold_chain(Scope& scope, const Nest& nest) { ChainFold(scope.emitter, nest).run(scope); }

}  // namespace wengert
