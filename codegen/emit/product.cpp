// Matrix products (codegen/plan/product.h), and the maps over their results.
#include "codegen/emit/parallel.h"
#include "codegen/emit/product_matrix.h"
#include "codegen/emit/product_mirror.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

constexpr int64_t largest_inlined = 448;  // multiply-adds of a tile that is emitted where it is wanted
constexpr int64_t largest_shared = 2048;  // bytes of a factor, as tiles beside and below one another share it
// Rows and columns of symmetric results that are copied, and mapped, together: both blocks are in the first
// cache then, or soon in it again.
constexpr int64_t mirrored_block = 64;

class ProductEmitter {
 public:
  ProductEmitter(Emitter& emitter, const Nest& nest)
      : emitter_(emitter),
        nest_(nest),
        product_(*nest.product),
        dtype_(product_.dtype),
        tile_(tile_for(emitter.compilation.target(), dtype_, product_.rows.number(),
                       product_.columns.number())) {
    if (triangle()) lower_to_columns(tile_, product_.rows.number());
  }

  void run(Scope& top) {
    rows_ = emitter_.extent(product_.rows);
    columns_ = emitter_.extent(product_.columns);
    inner_ = emitter_.extent(product_.inner);
    Value* column_bytes = top.builder.CreateMul(columns_, number(static_cast<int64_t>(size_of(dtype_))));
    pack_left_ = packs(top, product_.pack_left, rows_, column_bytes, product_.left.inner, left_packing);
    pack_right_ = packs(top, product_.pack_right, columns_, rows_, product_.right.inner, right_packing);
    if (product_.mirrored)
      mirrors_ = top.builder.CreateAnd(top.builder.CreateICmpSGT(inner_, number(product_.mirrored_above)),
                                       top.builder.CreateICmpSGT(columns_, number(tile_width())));
    const Stretch rows{number(0), rows_}, columns{number(0), columns_};
    if (product_.batch.empty()) {
      // Tiles that are emitted in place want to know how many columns there are.
      const bool whole = product_.mirrored && inlines();
      if (whole || !emitter_.splits(nest_)) return matrix(top, {}, rows, columns);
      return triangle() ? triangle_in_parts(top) : in_parts(top);
    }
    const std::span<const Extent> batch(product_.batch);
    emit_in_parts(top, nest_, emitter_.whole(batch[0]), number(1), most_parts,
                  [&](Scope& part, Interval range) {
                    emit_loop(part, range, 1, 1, [&](Scope& outer, AxisIndex i) {
                      emit_loops(outer, batch.subspan(1), Index{{i}},
                                 [&](Scope& scope, const Index& at) { matrix(scope, at, rows, columns); });
                    });
                  });
  }

 private:
  // Each worker has a stretch of whole tiles along the longer side of the results, since it packs all of the
  // factor of the other side.
  void in_parts(Scope& top) {
    Builder& b = top.builder;
    // Tiles that are emitted in place want to know how many columns there are.
    Value* tall = inlines() ? b.getTrue() : b.CreateICmpSGE(rows_, columns_);
    auto either = [&](Builder& at, Value* if_tall, Value* if_wide) {
      if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(tall)) return known->isOne() ? if_tall : if_wide;
      return at.CreateSelect(tall, if_tall, if_wide);
    };
    Value* tile = either(b, number(tile_.rows), number(tile_width()));
    const Interval side{number(0), either(b, rows_, columns_)};
    emit_in_parts(top, nest_, side, tile, nest_.workers, [&](Scope& part, Interval range) {
      Builder& c = part.builder;
      Value* count = c.CreateSub(range.end, range.begin);
      matrix(part, {}, {either(c, range.begin, number(0)), either(c, count, rows_)},
             {either(c, number(0), range.begin), either(c, columns_, count)});
    });
  }

  int64_t tile_width() const { return int64_t{tile_.vectors} * tile_.lanes; }

  // Whether only the lower triangle is computed.
  bool triangle() const { return product_.wanted != no_triangle; }

  // Each worker has a stretch of rows; those ahead of row r have r² / 2 of the results. It ends where columns
  // of tiles do: what is behind that in its rows is another one's copies.
  void triangle_in_parts(Scope& top) {
    Value* strips = divide_up(top.builder, rows_, number(tile_width()));
    const Interval shares{number(0), number(nest_.workers)};
    emit_in_parts(top, nest_, shares, number(1), nest_.workers, [&](Scope& part, Interval range) {
      Value *begin = row_of_share(part.builder, range.begin, strips),
            *end = row_of_share(part.builder, range.end, strips);
      matrix(part, {}, {begin, part.builder.CreateSub(end, begin)}, {number(0), columns_});
    });
  }

  Value* row_of_share(Builder& b, Value* share, Value* strips) {
    const llvm::IRBuilderBase::FastMathFlagGuard guard(b);
    b.clearFastMathFlags();  // a part ends where the next one begins
    auto real = [&](double value) { return llvm::ConstantFP::get(b.getDoubleTy(), value); };
    Value* ahead = b.CreateFDiv(b.CreateSIToFP(share, b.getDoubleTy()), real(nest_.workers));
    Value* side = b.CreateFMul(b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, ahead),
                               b.CreateSIToFP(strips, b.getDoubleTy()));
    Value* nearest = b.CreateFPToSI(b.CreateFAdd(side, real(0.5)), b.getInt64Ty());
    return smaller(b, rows_, b.CreateMul(nearest, number(tile_width())));
  }

  Value* number(int64_t value) { return llvm::ConstantInt::get(rows_->getType(), value, true); }
  Value* at(Scope& scope, Value* pointer, Value* elements) {
    return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), dtype_), pointer, elements);
  }

  Strided strided(Scope& scope, const ProductFactor& factor, const Index& batch) {
    Value* offset = emitter_.extent(factor.offset);
    for (size_t i = 0; i < batch.axes.size(); i++)
      offset = scope.builder.CreateAdd(
          offset, scope.builder.CreateMul(batch.axes[i].base, emitter_.extent(factor.batch[i])));
    return {at(scope, emitter_.pointer(factor.array), offset), emitter_.extent(factor.outer),
            emitter_.extent(factor.inner)};
  }

  // An i1: whether a factor is packed.
  Value* packs(Scope& scope, Packing packing, Value* lines, Value* others, const Extent& step,
               const PackingRule& rule) {
    Builder& b = scope.builder;
    if (packing != Packing::by_size) return b.getInt1(packing == Packing::always);
    const int64_t size = static_cast<int64_t>(size_of(dtype_));
    Value* step_bytes = b.CreateMul(emitter_.extent(step), number(size));
    Value* pages = b.CreateICmpEQ(b.CreateAnd(step_bytes, number(PackingRule::page - 1)), number(0));
    Value* most = b.CreateSelect(pages, number(rule.page_bytes / size), number(rule.bytes / size));
    Value* large = b.CreateICmpSGT(b.CreateMul(lines, inner_), most);
    return b.CreateAnd(large, b.CreateICmpSGE(others, number(rule.lines)));
  }

  // These rows and columns of a product's results.
  void matrix(Scope& scope, const Index& batch, const Stretch& down, const Stretch& across) {
    const Strided left = strided(scope, product_.left, batch), right = strided(scope, product_.right, batch);
    Value* place = number(0);
    for (size_t i = 0; i < batch.axes.size(); i++)
      place = scope.builder.CreateAdd(scope.builder.CreateMul(place, emitter_.extent(product_.batch[i])),
                                      batch.axes[i].base);
    place = scope.builder.CreateMul(place, scope.builder.CreateMul(rows_, columns_));
    Value* result = at(scope, emitter_.pointer(nest_.roots[0].node), place);
    if (product_.mirrored) return symmetric(scope, batch, left, right, result, down);
    if (nest_.roots.size() == 1) return block(scope, left, right, result, down, across);
    auto behind = [](Scope& s, const Stretch& outer, const Stretch& inner) {
      return Stretch{s.builder.CreateAdd(outer.begin, inner.begin), inner.count};
    };
    // The maps find their results in the second cache.
    emit_blocks(scope, across.count, number(ProductBlocks::mapped_columns), [&](Scope& s, const Stretch& j) {
      emit_blocks(s, down.count, number(ProductBlocks::rows(dtype_)), [&](Scope& inner, const Stretch& i) {
        const Stretch rows = behind(inner, down, i), columns = behind(inner, across, j);
        block(inner, left, right, result, rows, columns);
        maps(inner, batch, rows, columns);
      });
    });
  }

  // Of symmetric results these rows up to the diagonal, and the columns that mirror them.
  void symmetric(Scope& scope, const Index& batch, const Strided& left, const Strided& right, Value* result,
                 const Stretch& down) {
    Builder& b = scope.builder;
    block(scope, left, right, result, down, {number(0), b.CreateAdd(down.begin, down.count)});
    // What would be copied is computed too where that takes less: it is another part's rows.
    if (!is_zero(down.begin))
      emit_when(scope, b.CreateNot(mirrors_),
                [&](Scope& s) { block(s, left, right, result, {number(0), down.begin}, down); });
    const bool maps = nest_.roots.size() > 1;
    emit_when(scope, maps ? scope.builder.getTrue() : mirrors_, [&](Scope& s) {
      both_sides(s, down, [&](Scope& inner, const Stretch& rows, const Stretch& columns) {
        emit_when(inner, mirrors_,
                  [&](Scope& copied) { emit_mirror(copied, dtype_, result, columns_, rows, columns); });
        if (maps) maps_on_both_sides(inner, batch, rows, columns);
      });
    });
  }

  static bool is_zero(Value* value) {
    auto* known = llvm::dyn_cast<llvm::ConstantInt>(value);
    return known && known->isZero();
  }

  // These rows up to the diagonal, in blocks alike, of whole squares.
  void both_sides(Scope& scope, const Stretch& down,
                  const std::function<void(Scope&, const Stretch& rows, const Stretch& columns)>& body) {
    Builder& b = scope.builder;
    Value* count = b.CreateSelect(b.CreateICmpSLT(down.count, number(1)), number(1), down.count);
    Value* blocks = divide_up(b, count, number(mirrored_block));
    Value* size = b.CreateAnd(b.CreateAdd(divide_up(b, count, blocks), number(7)), number(-8));
    emit_blocks(scope, down.count, size, [&](Scope& outer, const Stretch& part) {
      const Stretch rows{outer.builder.CreateAdd(down.begin, part.begin), part.count};
      Value* diagonal = outer.builder.CreateAdd(rows.begin, rows.count);
      emit_blocks(outer, diagonal, size,
                  [&](Scope& inner, const Stretch& columns) { body(inner, rows, columns); });
    });
  }

  // The maps over a block and its mirror image, as far as that is above these rows.
  void maps_on_both_sides(Scope& scope, const Index& batch, const Stretch& rows, const Stretch& columns) {
    emit_loop(scope, {number(0), number(2)}, 1, 1, [&](Scope& side, AxisIndex k) {
      Builder& b = side.builder;
      Value* image = b.CreateICmpNE(k.base, number(0));
      Value* above = smaller(b, columns.count, b.CreateSub(rows.begin, columns.begin));
      maps(side, batch,
           {b.CreateSelect(image, columns.begin, rows.begin), b.CreateSelect(image, above, rows.count)},
           {b.CreateSelect(image, rows.begin, columns.begin),
            b.CreateSelect(image, rows.count, columns.count)});
    });
  }

  // Some of the results.
  void block(Scope& scope, const Strided& left, const Strided& right, Value* result, const Stretch& down,
             const Stretch& across) {
    Builder& b = scope.builder;
    const Strided from_left{at(scope, left.first, b.CreateMul(down.begin, left.line)), left.line, left.step};
    const Strided from_right{at(scope, right.first, b.CreateMul(across.begin, right.line)), right.line,
                             right.step};
    result = at(scope, result, b.CreateAdd(b.CreateMul(down.begin, columns_), across.begin));
    Value* before = triangle() ? b.CreateSub(down.begin, across.begin) : nullptr;
    // As if all columns were ahead of the diagonal.
    if (mirrors_) before = b.CreateSelect(mirrors_, before, columns_);
    if (inlines())
      return emit_tiles(scope, tile_,
                        {.left = from_left.first,
                         .left_line = left.line,
                         .left_step = left.step,
                         .left_packed = b.getFalse(),
                         .right = from_right.first,
                         .right_line = product_.columns_adjacent() ? number(1) : right.line,
                         .right_step = right.step,
                         .right_packed = b.getFalse(),
                         .result = result,
                         .result_row = columns_,
                         .rows = down.count,
                         .columns = across.count,
                         .inner = inner_,
                         .resume = b.getFalse(),
                         .wanted = product_.wanted,
                         .before = before});
    const MatrixKind kind{product_.pack_left != Packing::never || product_.pack_right != Packing::never,
                          !product_.first.is_number() || *product_.first.number() >= summation::long_extent,
                          triangle(), tile_rest(tile_, product_.columns.number())};
    Value* scratch =
        nest_.own_scratch == Extent(-1) ? emitter_.workspace(0) : emitter_.own_workspace(nest_.own_scratch);
    auto part = [&](const Extent& offset) {
      return scope.builder.CreateGEP(b.getInt8Ty(), scratch, emitter_.extent(offset));
    };
    call_matrices(scope, tile_, kind,
                  {.left = from_left,
                   .right = from_right,
                   .result = result,
                   .result_row = columns_,
                   .rows = down.count,
                   .columns = across.count,
                   .inner = inner_,
                   .first = emitter_.extent(product_.first),
                   .behind = emitter_.extent(product_.behind),
                   .pack_left = pack_left_,
                   .pack_right = pack_right_,
                   .left_scratch = part(product_.left_at),
                   .right_scratch = part(product_.right_at),
                   .sums = part(product_.sums_at),
                   .before = before});
  }

  static int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

  // Whether tiles are so small that calls of them would cost much.
  bool inlines() const {
    const std::optional<int64_t> rows = product_.rows.number(), columns = product_.columns.number(),
                                 inner = product_.inner.number();
    if (!columns || !inner || *inner > most_unrolled_steps || product_.pack_left != Packing::never)
      return false;
    const bool turns = product_.right.inner.is(1);  // small squares are turned in registers, not packed
    if (product_.columns_adjacent() ? product_.pack_right != Packing::never : !turns) return false;
    const int64_t vectors = std::min<int64_t>(tile_.vectors, divided_up(*columns, tile_.lanes));
    const int64_t height = rows ? std::min<int64_t>(tile_.rows, *rows) : tile_.rows;
    // LLVM keeps in the frame what several tiles use: turned vectors, and numbers of the left factor in all
    // lanes.
    const int64_t step = tile_.lanes * *inner * static_cast<int64_t>(size_of(dtype_));
    if (!product_.columns_adjacent() && vectors * step > largest_shared) return false;
    if (rows && *columns > vectors * tile_.lanes && height * step > largest_shared) return false;
    return *columns <= 4 * int64_t{tile_.vectors} * tile_.lanes &&
           height * vectors * *inner <= largest_inlined;
  }

  // The maps over results that are whole.
  void maps(Scope& scope, const Index& batch, const Stretch& down, const Stretch& across) {
    emit_loop(scope, {number(0), down.count}, 1, 1, [&](Scope& row, AxisIndex i) {
      Index index = batch;
      add_row(row, row.builder.CreateAdd(down.begin, i.base), index);
      const Interval columns{across.begin, row.builder.CreateAdd(across.begin, across.count)};
      emit_vector_loop(row, columns, lanes_of(emitter_, nest_), [&](Scope& inner, AxisIndex j) {
        Index full = index;
        full.axes.push_back(j);
        inner.at(nest_.roots[0].node, full);  // before a map is stored in its place
        std::vector<uint32_t> roots;
        for (wengert::Value root : std::span(nest_.roots).subspan(1)) roots.push_back(root.node);
        inner.read_ahead(roots, full);
        for (uint32_t root : roots) inner.store(root, full, inner.compute(root, full));
      });
    });
  }

  // The indices along the row axes of a row.
  void add_row(Scope& scope, Value* row, Index& index) {
    std::vector<AxisIndex> axes(product_.row_axes.size());
    for (size_t i = axes.size(); i-- > 0;) {
      axes[i] = {row, 0, scope.depth, nullptr};
      if (i == 0) break;
      Value* extent = emitter_.extent(product_.row_axes[i]);
      axes[i].base = scope.builder.CreateURem(row, extent);
      row = scope.builder.CreateUDiv(row, extent);
    }
    index.axes.insert(index.axes.end(), axes.begin(), axes.end());
  }

  Emitter& emitter_;
  const Nest& nest_;
  const Product& product_;
  Dtype dtype_;
  Tile tile_;
  Value *rows_ = nullptr, *columns_ = nullptr, *inner_ = nullptr;
  Value *pack_left_ = nullptr, *pack_right_ = nullptr;  // i1
  Value* mirrors_ = nullptr;  // i1: results are copied from the other triangle; null where they never are
};

}  // namespace

void emit_product(Scope& scope, const Nest& nest) { ProductEmitter(scope.emitter, nest).run(scope); }

}  // namespace wengert
