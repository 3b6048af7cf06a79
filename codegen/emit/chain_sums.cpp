#include "codegen/emit/chain_sums.h"

#include <algorithm>

#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {

// A step waits for the one before it, so a tile should have as many vectors as steps fit into that time.
constexpr unsigned widest_tile = 14;  // vectors, on a machine with 32 registers
static_assert(widest_tile * 64 <= chain_tile_bytes);

ChainSums::ChainSums(Emitter& emitter, const Nest& nest)
    : emitter_(emitter), nest_(nest), lanes_(lanes_of(emitter, nest)) {
  const unsigned registers = emitter.compilation.target().vector_registers;
  const unsigned most = std::min(widest_tile, registers / 2 - 2) / static_cast<unsigned>(nest.roots.size());
  const size_t short_enough =
      most_instructions_together / std::max<size_t>(1, instructions_of(emitter, nest));
  most_ = static_cast<unsigned>(std::max<size_t>(1, std::min<size_t>(most, short_enough)));
}

llvm::Type* ChainSums::type(const Tile& tile, size_t r) const {
  return register_type(emitter_.compilation.context(), dtype(r), tile.lanes);
}

void ChainSums::run(Scope& top, Interval rows) {
  tiles(top, rows, [&](Scope& scope, Tile& tile) {
    const Extent& first = nest_.space[nest_.kept];
    if (may_be_long(first)) {
      fold_chunks(scope, tile);
    } else {
      start(scope, tile);
      fold(scope, tile, emitter_.whole(first));
    }
    store(scope, tile);
  });
}

void ChainSums::add(Scope& top, Interval first) {
  tiles(top, emitter_.whole(nest_.space[0]), [&](Scope& scope, Tile& tile) {
    each(tile, [&](size_t r, size_t piece) {
      scope.mask = tile.masks[piece];
      scope.builder.CreateStore(scope.in_lanes(scope.load(root(r), tile.at[piece])), tile.slots[r][piece]);
    });
    scope.mask = nullptr;
    fold(scope, tile, first);
    store(scope, tile);
  });
}

void ChainSums::add_lanes(Scope& top, Interval rows, int64_t lanes, llvm::Value* place, llvm::Value* count) {
  tiles(top, emitter_.whole(nest_.space[0]), [&](Scope& outer, Tile& tile) {
    emit_loop(
        outer, {outer.number(0), outer.number(lanes)}, 1, outer.lanes, [&](Scope& scope, AxisIndex lane) {
          Builder& b = scope.builder;
          llvm::Type* element = memory_type(b.getContext(), dtype(0));
          std::vector<llvm::Value*> at;
          for (const Index& index : tile.at)
            at.push_back(b.CreateGEP(
                element, place, b.CreateAdd(b.CreateMul(lane.base, count), scope.offset(root(0), index))));
          each(tile, [&](size_t r, size_t piece) {
            scope.mask = tile.masks[piece];
            b.CreateStore(scope.load_lanes(dtype(r), at[piece], {scope.number(0), scope.number(1), nullptr}),
                          tile.slots[r][piece]);
          });
          scope.mask = nullptr;
          fold(scope, tile, {b.CreateAdd(rows.begin, lane.base), rows.end}, lanes);
          each(tile, [&](size_t r, size_t piece) {
            scope.mask = tile.masks[piece];
            scope.store_lanes(dtype(r), b.CreateLoad(type(tile, r), tile.slots[r][piece]), at[piece]);
          });
          scope.mask = nullptr;
        });
  });
}

// How many rows of results, along the last kept axis, are one tile: those of a few vectors alone would wait
// for one another's steps. 1: a row has as many vectors as a tile, or its length is not known.
unsigned ChainSums::rows_together() const {
  if (nest_.kept < 2 || (nest_.rows == Rows::kept && nest_.row_axis + 2 >= nest_.kept)) return 1;
  const std::optional<int64_t> count = nest_.space[nest_.kept - 1].number(),
                               rows = nest_.space[nest_.kept - 2].number();
  if (!count || !rows || *count == 0) return 1;
  const auto most = static_cast<unsigned>(std::min<int64_t>(most_ / ((*count + lanes_ - 1) / lanes_), *rows));
  for (unsigned even = most; even > most / 2; even--)
    if (*rows % even == 0) return even;
  return std::max(most, 1u);
}

void ChainSums::tiles(Scope& top, Interval rows, const std::function<void(Scope&, Tile&)>& body) {
  if (nest_.kept == 0) return tile(top, std::vector<Index>(1), nullptr, nullptr, 1, 1, body);
  if (const unsigned together = rows_together(); together > 1) return short_rows(top, rows, together, body);
  emit_rows(top, nest_, nest_.kept - 1, rows,
            [&](Scope& scope, const Index& front, Interval range) { row(scope, front, range, body); });
}

void ChainSums::short_rows(Scope& top, Interval rows, unsigned together,
                           const std::function<void(Scope&, Tile&)>& body) {
  const Interval range = emitter_.whole(nest_.space[nest_.kept - 1]);
  const auto pieces = static_cast<unsigned>((range.count + lanes_ - 1) / lanes_);
  auto longer = [](Scope& scope, Index index, llvm::Value* base, int64_t more) {
    index.axes.push_back({scope.builder.CreateAdd(base, scope.number(more)), 0, scope.depth, nullptr});
    return index;
  };
  emit_rows(top, nest_, nest_.kept - 2, rows, [&](Scope& outer, const Index& front, Interval lines) {
    const auto [whole, rest] = split(outer, lines, together);
    emit_loop(outer, whole, together, outer.lanes, [&](Scope& inner, AxisIndex i) {
      std::vector<Index> fronts;
      for (unsigned k = 0; k < together; k++) fronts.push_back(longer(inner, front, i.base, k));
      emit_loop(inner, {range.begin, range.end, 1}, 1, lanes_, [&](Scope& scope, AxisIndex j) {
        tile(scope, fronts, j.base, scope.number(range.count), lanes_, pieces, body);
      });
    });
    emit_loop(outer, rest, 1, outer.lanes,
              [&](Scope& inner, AxisIndex i) { row(inner, longer(inner, front, i.base, 0), range, body); });
  });
}

void ChainSums::row(Scope& outer, const Index& front, Interval range,
                    const std::function<void(Scope&, Tile&)>& body) {
  const int64_t known = known_count(range);
  // Tiles of one width, as far as the extent is known.
  const int64_t vectors = known < 0 ? most_ : std::max<int64_t>(1, (known + lanes_ - 1) / lanes_);
  const int64_t count = (vectors + most_ - 1) / most_;
  const auto pieces = static_cast<unsigned>((vectors + count - 1) / count);
  auto loop = [&](Interval part, unsigned width, bool full) {
    const int64_t step = static_cast<int64_t>(width) * lanes_;
    emit_loop(outer, part, step, lanes_, [&](Scope& scope, AxisIndex i) {
      llvm::Value* left = full              ? scope.number(step)
                          : part.count >= 0 ? scope.number(part.count)
                                            : scope.builder.CreateSub(part.end, i.base);
      tile(scope, {&front, 1}, i.base, left, lanes_, width, body);
    });
  };
  const auto [wide, rest] = split(outer, range, static_cast<int64_t>(pieces) * lanes_);
  loop(wide, pieces, true);
  if (known >= 0) return loop(rest, static_cast<unsigned>((rest.count + lanes_ - 1) / lanes_), false);
  const auto [narrow, last] = split(outer, rest, lanes_);
  loop(narrow, 1, true);
  loop(last, 1, false);
}

void ChainSums::tile(Scope& scope, std::span<const Index> fronts, llvm::Value* base, llvm::Value* left,
                     unsigned lanes, unsigned pieces, const std::function<void(Scope&, Tile&)>& body) {
  Tile made{lanes, {}, {}, {}};
  for (const Index& front : fronts)
    for (unsigned piece = 0; piece < pieces; piece++) {
      Index& index = made.at.emplace_back(front);
      llvm::Value*& mask = made.masks.emplace_back(nullptr);
      if (!base) continue;
      index.axes.push_back({scope.builder.CreateAdd(base, scope.number(piece * lanes)), lanes > 1 ? 1 : 0,
                            scope.depth, nullptr});
      if (lanes > 1) mask = emit_mask(scope.builder, left, piece * lanes, lanes);
    }
  for (size_t r = 0; r < nest_.roots.size(); r++) {
    std::vector<llvm::Value*>& slots = made.slots.emplace_back();
    for (size_t piece = 0; piece < made.at.size(); piece++)
      slots.push_back(emitter_.allocate(scope.builder, type(made, r), 1, "sum"));
  }
  body(scope, made);
}

void ChainSums::each(const Tile& tile, const std::function<void(size_t, size_t)>& body) {
  for (size_t r = 0; r < tile.slots.size(); r++)
    for (size_t piece = 0; piece < tile.slots[r].size(); piece++) body(r, piece);
}

void ChainSums::start(Scope& scope, const Tile& tile) {
  each(tile, [&](size_t r, size_t piece) {
    scope.builder.CreateStore(constant_of_bits(scope.builder.getContext(), dtype(r),
                                               fold_start_bits(emitter_, root(r)), tile.lanes),
                              tile.slots[r][piece]);
  });
}

void ChainSums::fold(Scope& scope, const Tile& tile, Interval first, int64_t step) {
  emit_loop(scope, first, step, tile.lanes, [&](Scope& outer, AxisIndex i) {
    emit_loops(outer, std::span(nest_.space).subspan(nest_.kept + 1), Index{{i}},
               [&](Scope& inner, const Index& folded) {
                 Builder& b = inner.builder;
                 each(tile, [&](size_t r, size_t piece) {
                   inner.mask = tile.masks[piece];
                   Index full = tile.at[piece];
                   full.axes.insert(full.axes.end(), folded.axes.begin(), folded.axes.end());
                   std::vector<llvm::Value*> elements;
                   for (const Emitted& element : fold_elements(inner, root(r), nest_, full))
                     elements.push_back(inner.in_lanes(element));
                   llvm::Value* slot = tile.slots[r][piece];
                   llvm::Value* sum = b.CreateLoad(type(tile, r), slot);
                   b.CreateStore(fold_step(emitter_, b, root(r), sum, elements, tile.lanes), slot);
                 });
                 inner.mask = nullptr;
               });
  });
}

// Each chunk's results go to the nest's scratch, chain_tile_bytes apart, and join there.
void ChainSums::fold_chunks(Scope& scope, const Tile& tile) {
  llvm::Value* scratch = emitter_.own_workspace(nest_.own_scratch);
  auto place = [&](Scope& s, size_t r, size_t piece, llvm::Value* chunk) {
    llvm::Value* number =
        s.builder.CreateAdd(chunk, s.number(static_cast<int64_t>(r) * summation::most_chunks));
    llvm::Value* bytes =
        s.builder.CreateAdd(s.builder.CreateMul(number, s.number(chain_tile_bytes)),
                            s.number(static_cast<int64_t>(piece * tile.lanes * size_of(dtype(r)))));
    return s.builder.CreateGEP(s.builder.getInt8Ty(), scratch, bytes);
  };
  llvm::Value* extent = emitter_.extent(nest_.space[nest_.kept]);
  llvm::Value* size = chunk_elements(scope, extent);
  llvm::Value* count = chunk_count(scope, extent, size);
  emit_loop(scope, {scope.number(0), count}, 1, tile.lanes, [&](Scope& chunk, AxisIndex c) {
    start(chunk, tile);
    fold(chunk, tile, chunk_range(chunk, c.base, size, extent));
    each(tile, [&](size_t r, size_t piece) {
      llvm::Value* sum = chunk.builder.CreateLoad(type(tile, r), tile.slots[r][piece]);
      store_elements(chunk.builder, dtype(r), sum, place(chunk, r, piece, c.base), tile.lanes);
    });
  });
  emit_pairwise(scope, count, [&](Scope& s, llvm::Value* to, llvm::Value* from) {
    each(tile, [&](size_t r, size_t piece) {
      llvm::Value* a = load_elements(s.builder, dtype(r), place(s, r, piece, to), tile.lanes);
      llvm::Value* b = load_elements(s.builder, dtype(r), place(s, r, piece, from), tile.lanes);
      store_elements(s.builder, dtype(r), fold_join(emitter_, s.builder, root(r), a, b, tile.lanes),
                     place(s, r, piece, to), tile.lanes);
    });
  });
  each(tile, [&](size_t r, size_t piece) {
    scope.builder.CreateStore(
        load_elements(scope.builder, dtype(r), place(scope, r, piece, scope.number(0)), tile.lanes),
        tile.slots[r][piece]);
  });
}

void ChainSums::store(Scope& scope, const Tile& tile) {
  each(tile, [&](size_t r, size_t piece) {
    llvm::Value* sum = scope.builder.CreateLoad(type(tile, r), tile.slots[r][piece]);
    scope.mask = tile.masks[piece];
    if (emitter_.type(root(r)).is_scalar())
      emitter_.scalars[root(r)] = sum;
    else
      scope.store(root(r), tile.at[piece], {sum, tile.lanes == 1});
  });
  scope.mask = nullptr;
}

}  // namespace wengert
