#include "codegen/emit/product_blocks.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <llvm/IR/Module.h>

#include "codegen/llvm_types.h"

namespace wengert {

static std::optional<int64_t> number_of(llvm::Value* value) {
  auto* constant = llvm::dyn_cast<llvm::ConstantInt>(value);
  return constant ? std::optional(constant->getSExtValue()) : std::nullopt;
}

llvm::Value* divide_up(Builder& builder, llvm::Value* a, llvm::Value* b) {
  return builder.CreateUDiv(builder.CreateAdd(a, builder.CreateSub(b, builder.getInt64(1))), b);
}

llvm::Value* smaller(Builder& builder, llvm::Value* a, llvm::Value* b) {
  return builder.CreateSelect(builder.CreateICmpSLT(a, b), a, b);
}

void emit_when(Scope& outer, llvm::Value* condition, const std::function<void(Scope&)>& body) {
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(condition)) {
    if (known->isOne()) body(outer);
    return;
  }
  // A loop that runs once or not at all: what its body needs from outside stays outside.
  llvm::Value* count = outer.builder.CreateZExt(condition, outer.builder.getInt64Ty());
  emit_loop(outer, {outer.number(0), count}, 1, outer.lanes, [&](Scope& inner, AxisIndex) { body(inner); });
}

void emit_blocks(Scope& outer, llvm::Value* extent, llvm::Value* size,
                 const std::function<void(Scope&, const Stretch&)>& body) {
  const std::optional<int64_t> whole = number_of(extent), part = number_of(size);
  if (extent == size || (whole && part && *whole <= *part)) return body(outer, {outer.number(0), extent});
  llvm::Value* count = divide_up(outer.builder, extent, size);
  emit_loop(outer, {outer.number(0), count}, 1, outer.lanes, [&](Scope& inner, AxisIndex i) {
    llvm::Value* begin = inner.builder.CreateMul(i.base, size);
    const bool even = whole && part && *whole % *part == 0;
    llvm::Value* elements =
        even ? size : smaller(inner.builder, size, inner.builder.CreateSub(extent, begin));
    body(inner, {begin, elements});
  });
}

void emit_shared(Scope& scope, const std::string& symbol, std::span<llvm::Value* const> arguments,
                 const std::function<void(Scope&, llvm::Function&)>& body) {
  llvm::Module& module = scope.emitter.compilation.module();
  llvm::Function* function = module.getFunction(symbol);
  if (!function) {
    std::vector<llvm::Type*> types;
    for (llvm::Value* argument : arguments) types.push_back(argument->getType());
    function = llvm::Function::Create(llvm::FunctionType::get(scope.builder.getVoidTy(), types, false),
                                      llvm::Function::InternalLinkage, symbol, module);
    function->addFnAttr(llvm::Attribute::NoInline);
    Scope inside(scope.emitter, nullptr, 1,
                 llvm::BasicBlock::Create(scope.builder.getContext(), "begin", function));
    body(inside, *function);
    inside.builder.CreateRetVoid();
  }
  scope.builder.CreateCall(function, {arguments.data(), arguments.size()});
}

Tile tile_for(const Target& target, Dtype dtype, std::optional<int64_t> rows,
              std::optional<int64_t> columns) {
  Tile tile{dtype, 0, 0, target.lanes(size_of(dtype)), false};
  const int64_t registers = target.vector_registers;
  // Sums, a vector of columns each, and one element of a row.
  int64_t vectors = tile_vectors(target.vector_bits);
  if (rows) {
    for (int64_t wide : {8, 4, 3})
      if (wide > vectors && std::max<int64_t>(*rows, 1) * wide + wide + 1 < registers) {
        vectors = wide;
        break;
      }
  }
  if (columns) vectors = std::clamp<int64_t>((*columns + tile.lanes - 1) / tile.lanes, 1, vectors);
  tile.vectors = static_cast<unsigned>(vectors);
  int64_t most = std::min<int64_t>((registers - 2 - vectors) / vectors, 14);
  // Few rows: strips that are as even as can be.
  if (rows && *rows > 0 && *rows <= 4 * most) {
    const int64_t strips = (*rows + most - 1) / most;
    most = (*rows + strips - 1) / strips;
  }
  tile.rows = static_cast<unsigned>(most);
  return tile;
}

void lower_to_columns(Tile& tile, std::optional<int64_t> rows) {
  const unsigned height = std::bit_floor(tile.rows);
  const int64_t many = height >= 8 ? 384 : 64;
  if (rows && *rows < many && tile.vectors * tile.lanes % height == 0) tile.rows = height;
}

namespace {

// Lines of a factor: where they begin and how many, and the panel that they lie in when it is packed. Whole
// tiles have a panel each; what is behind them shares one.
struct Lines {
  llvm::Value *begin, *panel, *panel_lines;
};

class Tiles {
 public:
  Tiles(Scope& scope, const Tile& tile, const TileBlock& block, bool inlined)
      : scope_(scope),
        tile_(tile),
        of_(block),
        inlined_(inlined),
        masks_(scope.emitter.compilation.target().masked_vectors) {}

  void run() {
    const int64_t width = static_cast<int64_t>(tile_.vectors) * tile_.lanes;
    Builder& b = scope_.builder;
    llvm::Value* rest = b.CreateURem(of_.columns, b.getInt64(width));
    llvm::Value* whole = b.CreateSub(of_.columns, rest);
    emit_loop(scope_, {b.getInt64(0), whole}, width, scope_.lanes, [&](Scope& inner, AxisIndex j) {
      strips(inner, {j.base, j.base, inner.number(width)}, tile_, inner.number(width));
    });
    if (const std::optional<int64_t> known = number_of(rest))
      masks_ ? known_masked(whole, *known) : known_pieces(whole, *known);
    else
      masks_ ? masked(whole, rest) : pieces(whole, rest);
  }

 private:
  // Whole vectors and a masked one, or a narrower one where half of it is enough.
  void known_masked(llvm::Value* whole, int64_t left) {
    int64_t done = 0;
    while (done < left) {
      Tile narrow = tile_;
      const int64_t rest = left - done;
      while (narrow.lanes / 2 >= rest) narrow.lanes /= 2;
      const int64_t behind = rest % narrow.lanes;
      const bool half = behind <= narrow.lanes / 2 && rest > narrow.lanes;
      int64_t columns = half ? rest - behind : rest;
      narrow.vectors = static_cast<unsigned>((columns + narrow.lanes - 1) / narrow.lanes);
      narrow.masked = columns % narrow.lanes != 0;
      if (half && takes_tail(narrow, behind)) {
        narrow.tail = static_cast<unsigned>(behind);
        columns = rest;
      }
      const Lines lines{scope_.builder.CreateAdd(whole, scope_.number(done)), whole, scope_.number(left)};
      strips(scope_, lines, narrow, scope_.number(columns));
      done += columns;
    }
  }

  // Half a vector behind whole ones belongs to their tile. Of a triangle the two have different rows.
  bool takes_tail(const Tile& tile, int64_t columns) const {
    return columns == tile.lanes / 2 && of_.wanted == no_triangle && number_of(of_.right_line) == 1 &&
           tile.vectors < tile_.vectors;
  }

  // Whole vectors, then halves of vectors.
  void known_pieces(llvm::Value* whole, int64_t left) {
    int64_t done = 0;
    auto take = [&](unsigned vectors, unsigned lanes) {
      const Lines lines{scope_.builder.CreateAdd(whole, scope_.number(done)), whole, scope_.number(left)};
      strips(scope_, lines, {tile_.dtype, 0, vectors, lanes, false}, scope_.number(left));
      done += static_cast<int64_t>(vectors) * lanes;
    };
    if (left >= tile_.lanes) take(static_cast<unsigned>(left / tile_.lanes), tile_.lanes);
    for (unsigned lanes = tile_.lanes; lanes > 0; lanes /= 2)
      if (left - done >= lanes) take(1, lanes);
  }

  // As few vectors as hold what is left, all of them masked; with a narrower one where that is known to do.
  void masked(llvm::Value* whole, llvm::Value* left) {
    for (unsigned vectors = 1; vectors <= tile_.vectors; vectors++) {
      if (of_.rest.vectors >= 0 && of_.rest.vectors != static_cast<int>(vectors)) continue;
      Tile narrow = tile_;
      narrow.vectors = vectors, narrow.tail = of_.rest.tail, narrow.masked = narrow.tail == 0;
      if (of_.rest.vectors > 0) narrow.lanes = of_.rest.lanes;
      const int64_t lanes = narrow.lanes;
      Builder& b = scope_.builder;
      llvm::Value* above = b.CreateICmpSGT(left, b.getInt64((vectors - 1) * lanes));
      llvm::Value* fits = b.CreateICmpSLE(left, b.getInt64(vectors * lanes + narrow.tail));
      emit_when(scope_, b.CreateAnd(above, fits),
                [&](Scope& inner) { strips(inner, {whole, whole, left}, narrow, left); });
    }
  }

  // Whole vectors, then single columns.
  void pieces(llvm::Value* whole, llvm::Value* left) {
    auto part = [&](unsigned lanes) {
      return [&, lanes](Scope& inner, AxisIndex j) {
        strips(inner, {j.base, whole, left}, {tile_.dtype, 0, 1, lanes, false}, left);
      };
    };
    Builder& b = scope_.builder;
    llvm::Value* vectors = b.CreateAnd(left, b.getInt64(-static_cast<int64_t>(tile_.lanes)));
    llvm::Value* singles = b.CreateAdd(whole, vectors);
    emit_loop(scope_, {whole, singles}, tile_.lanes, scope_.lanes, part(tile_.lanes));
    if (tile_.lanes > 1) emit_loop(scope_, {singles, of_.columns}, 1, scope_.lanes, part(1));
  }

  // Rows of tiles under one another: as even as can be where their number is known, else whole ones, then
  // fours, two and one.
  void strips(Scope& outer, const Lines& columns, Tile tile, llvm::Value* width) {
    llvm::Value* diagonal =
        of_.before ? outer.builder.CreateSub(columns.begin, of_.before) : columns.begin;  // its row there
    bool exact = of_.wanted == no_triangle;
    // Rows from the diagonal on have only the first vectors of columns, as long as strips end where these do.
    bool starts_at_diagonal = of_.wanted == lower_triangle && !of_.before;
    auto strips_of = [&](llvm::Value* begin, llvm::Value* end, unsigned rows, llvm::Value* panel,
                         llvm::Value* panel_rows) {
      tile.rows = rows;
      if (!exact) {
        const Interval wanted = wanted_strips(outer, tile, diagonal, {begin, end});
        begin = wanted.begin, end = wanted.end;
      }
      auto between = [&](llvm::Value* from, llvm::Value* to, const Tile& strip) {
        emit_loop(outer, {from, to}, rows, outer.lanes, [&](Scope& inner, AxisIndex i) {
          emit(inner, strip, {i.base, panel ? panel : i.base, panel_rows}, columns, width);
        });
      };
      const unsigned vectors = starts_at_diagonal && tile.lanes % rows == 0 ? tile.vectors : 0;
      for (unsigned v = 1; v < vectors; v++) {
        Tile part = tile;
        part.vectors = v;
        llvm::Value* stop = outer.builder.CreateAdd(diagonal, outer.number(int64_t{v} * tile.lanes));
        stop = outer.builder.CreateSelect(outer.builder.CreateICmpSLT(stop, begin), begin, stop);
        stop = smaller(outer.builder, stop, end);
        between(begin, stop, part);
        begin = stop;
      }
      between(begin, end, tile);
    };
    const unsigned most = tile_.rows;
    Builder& b = outer.builder;
    if (const std::optional<int64_t> known = number_of(of_.rows); known && inlined_) {
      int64_t first = 0, last = *known;
      if (const std::optional<int64_t> row = number_of(diagonal); row && !exact) {
        if (of_.wanted & lower_triangle)
          first = std::clamp<int64_t>(*row, 0, last);
        else
          last = std::clamp<int64_t>(*row + int64_t{tile.vectors} * tile.lanes, 0, last);
        exact = true;
      }
      if (first == last) return;
      const int64_t all = last - first, count = (all + most - 1) / most, low = all / count;
      starts_at_diagonal = starts_at_diagonal && all % count == 0;
      llvm::Value* high_end = b.getInt64(first + all % count * (low + 1));
      strips_of(b.getInt64(first), high_end, static_cast<unsigned>(low + 1), nullptr, b.getInt64(low + 1));
      strips_of(high_end, b.getInt64(last), static_cast<unsigned>(low), nullptr, b.getInt64(low));
      return;
    }
    llvm::Value* rest = b.CreateURem(of_.rows, b.getInt64(most));
    llvm::Value* whole = b.CreateSub(of_.rows, rest);
    strips_of(b.getInt64(0), whole, most, nullptr, b.getInt64(most));
    llvm::Value* begin = whole;
    for (unsigned rows : {4u, 2u, 1u}) {
      if (rows >= most) continue;
      llvm::Value* left = outer.builder.CreateSub(of_.rows, begin);
      llvm::Value* end = outer.builder.CreateAdd(
          begin, outer.builder.CreateAnd(left, outer.number(-static_cast<int64_t>(rows))));
      strips_of(begin, end, rows, whole, rest);
      begin = end;
    }
  }

  // Of strips of a tile's rows, those that have wanted results in its columns, of which the first one meets
  // the diagonal in row `diagonal`.
  Interval wanted_strips(Scope& scope, const Tile& tile, llvm::Value* diagonal, Interval rows) {
    Builder& b = scope.builder;
    auto clamped = [&](llvm::Value* row) {
      return b.CreateSelect(b.CreateICmpSLT(row, rows.begin), rows.begin, row);
    };
    llvm::Value* height = b.getInt64(tile.rows);
    if (of_.wanted & lower_triangle) {
      llvm::Value* above = b.CreateSub(clamped(diagonal), rows.begin);
      return {b.CreateAdd(rows.begin, b.CreateMul(b.CreateUDiv(above, height), height)), rows.end};
    }
    llvm::Value* below = b.CreateAdd(diagonal, b.getInt64(int64_t{tile.vectors} * tile.lanes));
    llvm::Value* strips = divide_up(b, b.CreateSub(clamped(below), rows.begin), height);
    return {rows.begin, smaller(b, rows.end, b.CreateAdd(rows.begin, b.CreateMul(strips, height)))};
  }

  void emit(Scope& scope, const Tile& tile, const Lines& rows, const Lines& columns, llvm::Value* width) {
    Builder& b = scope.builder;
    llvm::Type* element = memory_type(b.getContext(), tile.dtype);
    auto at = [&](llvm::Value* pointer, llvm::Value* elements) {
      return b.CreateGEP(element, pointer, elements);
    };
    auto chosen = [&](llvm::Value* condition, llvm::Value* yes, llvm::Value* no) {
      if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(condition)) return known->isOne() ? yes : no;
      return b.CreateSelect(condition, yes, no);
    };
    // From the factor's first element.
    auto offset = [&](const Lines& lines, llvm::Value* packed, llvm::Value* line) {
      llvm::Value* in_panel =
          b.CreateAdd(b.CreateMul(lines.panel, of_.inner), b.CreateSub(lines.begin, lines.panel));
      return chosen(packed, in_panel, b.CreateMul(lines.begin, line));
    };
    TileOperands o;
    o.left = at(of_.left, offset(rows, of_.left_packed, of_.left_line));
    o.left_row = chosen(of_.left_packed, b.getInt64(1), of_.left_line);
    o.left_step = chosen(of_.left_packed, rows.panel_lines, of_.left_step);
    o.right = at(of_.right, offset(columns, of_.right_packed, of_.right_line));
    o.right_step = chosen(of_.right_packed, columns.panel_lines, of_.right_step);
    o.right_line = of_.right_line;
    o.result = at(of_.result, b.CreateAdd(b.CreateMul(rows.begin, of_.result_row), columns.begin));
    o.result_row = of_.result_row;
    o.inner = of_.inner;
    o.resume = of_.resume;
    o.columns = width;
    if (!inlined_) return call_tile(scope.emitter.compilation.module(), b, tile, o);
    scope.keep_loads_inside();  // factors of known sizes would be held in the frame, each number in a vector
    emit_tile(b, tile, o);
  }

  Scope& scope_;
  const Tile& tile_;
  const TileBlock& of_;
  bool inlined_, masks_;
};

}  // namespace

void emit_tiles(Scope& scope, const Tile& tile, const TileBlock& block) {
  Tiles(scope, tile, block, true).run();
}

TileRest tile_rest(const Tile& tile, std::optional<int64_t> columns) {
  // All blocks are multiples of the smallest one.
  constexpr int64_t block = ProductBlocks::chunked_columns;
  const int64_t width = int64_t{tile.vectors} * tile.lanes;
  if (!columns || (*columns > block && block % width != 0)) return {};
  const int64_t rest = *columns % width;
  TileRest out{0, tile.lanes};
  while (rest > 0 && out.lanes > 2 && out.lanes / 2 >= rest) out.lanes /= 2;
  out.vectors = static_cast<int>((rest + out.lanes - 1) / out.lanes);
  if (out.vectors > 1 && rest % out.lanes == out.lanes / 2) out.vectors--, out.tail = out.lanes / 2;
  return out;
}

std::string TileRest::text() const {
  if (vectors < 0) return "";
  return vectors == 0 ? ".rest0" : fmt::format(".rest{}x{}+{}", vectors, lanes, tail);
}

void call_tiles(Scope& scope, const Tile& tile, const TileBlock& o) {
  const bool lower = o.wanted != no_triangle;
  const std::string symbol = fmt::format("products.{}.{}x{}x{}{}{}", name(tile.dtype), tile.rows,
                                         tile.vectors, tile.lanes, o.rest.text(), lower ? ".lower" : "");
  std::vector<llvm::Value*> arguments = {o.left,       o.left_line,    o.left_step, o.left_packed, o.right,
                                         o.right_step, o.right_packed, o.result,    o.result_row,  o.rows,
                                         o.columns,    o.inner,        o.resume};
  if (lower) arguments.push_back(o.before);
  emit_shared(scope, symbol, arguments, [&](Scope& inside, llvm::Function& function) {
    auto a = [&](unsigned i) { return function.getArg(i); };
    TileBlock block{a(0), a(1), a(2),  a(3),  a(4), inside.number(1), a(5), a(6), a(7),
                    a(8), a(9), a(10), a(11), a(12)};
    block.rest = o.rest;
    if (lower) block.wanted = lower_triangle, block.before = a(13);
    Tiles(inside, tile, block, false).run();
  });
}

}  // namespace wengert
