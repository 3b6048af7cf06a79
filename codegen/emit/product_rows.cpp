// Small products that are members of trees: of many rows with a small matrix each, or of two arrays over
// their rows. A block's rows are a matrix of their own; sums over rows go on from block to block, where they
// lie.
#include <bit>

#include "codegen/emit/product_mirror.h"
#include "codegen/emit/product_pack.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

class ProductRows {
 public:
  ProductRows(Emitter& emitter, const Nest& nest)
      : emitter_(emitter), product_(*nest.product), root_(nest.roots[0].node) {
    if (nest.rows == Rows::kept && !product_.columns_adjacent()) turned_ = emitter.workspace(nest.scratch);
  }

  /// Results of the rows.
  void compute(Scope& top, Interval rows, uint32_t row_axis) {
    // Blocks are whole numbers of tiles.
    Tile tile =
        tile_for(emitter_.compilation.target(), product_.dtype, std::nullopt, product_.columns.number());
    tile.rows = std::bit_floor(tile.rows);
    each(top, [&](Scope& scope, const Index& batch) {
      Builder& b = scope.builder;
      Strided left = factor(scope, product_.left, batch);
      left.first = at(scope, left.first, b.CreateMul(rows.begin, left.line));
      const Strided right = right_of(scope, batch);
      const std::vector<Value*>& strides = emitter_.strides(root_);
      Value* place = b.CreateMul(rows.begin, strides[row_axis]);
      for (size_t i = 0; i < batch.axes.size(); i++)
        place = b.CreateAdd(place, b.CreateMul(batch.axes[i].base, strides[i]));
      emit_tiles(scope, tile,
                 block(scope, left, right, at(scope, emitter_.pointer(root_), place), strides[row_axis],
                       b.CreateSub(rows.end, rows.begin), emitter_.extent(product_.inner), b.getFalse()));
    });
  }

  /// Adds the products of the rows to the results.
  void add(Scope& top, Interval rows) {
    Tile tile = tile_for(emitter_.compilation.target(), product_.dtype, product_.rows.number(),
                         product_.columns.number());
    if (product_.wanted != no_triangle && columns_beyond(tile))
      lower_to_columns(tile, product_.rows.number());
    Value *lines = emitter_.extent(product_.rows), *columns = emitter_.extent(product_.columns);
    each(top, [&](Scope& scope, const Index& batch) {
      Builder& b = scope.builder;
      Strided left = factor(scope, product_.left, batch), right = factor(scope, product_.right, batch);
      left.first = at(scope, left.first, b.CreateMul(rows.begin, left.step));
      right.first = at(scope, right.first, b.CreateMul(rows.begin, right.step));
      Value* place = b.CreateMul(number_of(scope, batch), b.CreateMul(lines, columns));
      TileBlock whole = block(scope, left, right, at(scope, emitter_.pointer(root_), place), columns, lines,
                              b.CreateSub(rows.end, rows.begin), b.getTrue());
      whole.wanted = product_.wanted;
      emit_tiles(scope, tile, whole);
    });
  }

  /// Copies the results of the lower triangle to the other side.
  void mirror(Scope& top) {
    Value *lines = emitter_.extent(product_.rows), *columns = emitter_.extent(product_.columns);
    each(top, [&](Scope& scope, const Index& batch) {
      Value* place =
          scope.builder.CreateMul(number_of(scope, batch), scope.builder.CreateMul(lines, columns));
      Value* first = scope.number(0);
      emit_mirror(scope, product_.dtype, at(scope, emitter_.pointer(root_), place), columns, {first, lines},
                  {first, columns});
    });
  }

  /// Puts the right factors' columns side by side.
  void turn(Scope& top) {
    if (!turned_) return;
    Value *columns = emitter_.extent(product_.columns), *inner = emitter_.extent(product_.inner);
    each(top, [&](Scope& scope, const Index& batch) {
      emit_panels(scope, product_.dtype, factor(scope, product_.right, batch), right_of(scope, batch).first,
                  columns, columns, inner);
    });
  }

 private:
  void each(Scope& top, const std::function<void(Scope&, const Index&)>& body) {
    emit_loops(top, product_.batch, {}, body);
  }
  Value* at(Scope& scope, Value* pointer, Value* elements) {
    return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), product_.dtype), pointer,
                                   elements);
  }
  bool columns_beyond(const Tile& tile) const {
    return !product_.columns.number() || *product_.columns.number() > int64_t{tile.vectors} * tile.lanes;
  }
  // Of the batch, in row-major order.
  Value* number_of(Scope& scope, const Index& batch) {
    Value* out = scope.number(0);
    for (size_t i = 0; i < batch.axes.size(); i++)
      out = scope.builder.CreateAdd(scope.builder.CreateMul(out, emitter_.extent(product_.batch[i])),
                                    batch.axes[i].base);
    return out;
  }

  Strided factor(Scope& scope, const ProductFactor& f, const Index& batch) {
    Value* offset = emitter_.extent(f.offset);
    for (size_t i = 0; i < batch.axes.size(); i++)
      offset = scope.builder.CreateAdd(
          offset, scope.builder.CreateMul(batch.axes[i].base, emitter_.extent(f.batch[i])));
    return {at(scope, emitter_.pointer(f.array), offset), emitter_.extent(f.outer), emitter_.extent(f.inner)};
  }

  Strided right_of(Scope& scope, const Index& batch) {
    if (!turned_) return factor(scope, product_.right, batch);
    Value *columns = emitter_.extent(product_.columns), *inner = emitter_.extent(product_.inner);
    Value* place = scope.builder.CreateMul(number_of(scope, batch), scope.builder.CreateMul(columns, inner));
    return {at(scope, turned_, place), scope.number(1), columns};
  }

  TileBlock block(Scope& scope, const Strided& left, const Strided& right, Value* result, Value* result_row,
                  Value* rows, Value* inner, Value* resume) {
    Value* never = scope.builder.getFalse();
    return {.left = left.first,
            .left_line = left.line,
            .left_step = left.step,
            .left_packed = never,
            .right = right.first,
            .right_line = scope.number(1),
            .right_step = right.step,
            .right_packed = never,
            .result = result,
            .result_row = result_row,
            .rows = rows,
            .columns = emitter_.extent(product_.columns),
            .inner = inner,
            .resume = resume};
  }

  Emitter& emitter_;
  const Product& product_;
  uint32_t root_;
  Value* turned_ = nullptr;  // the right factors of the batch, step by step; null: they are as they should be
};

}  // namespace

void emit_product_rows(Scope& scope, const Nest& nest, Interval rows) {
  ProductRows product(scope.emitter, nest);
  nest.rows == Rows::kept ? product.compute(scope, rows, nest.row_axis) : product.add(scope, rows);
}

void emit_mirrored_results(Scope& scope, const Nest& nest) { ProductRows(scope.emitter, nest).mirror(scope); }

void emit_turned_factor(Scope& scope, const Nest& nest) { ProductRows(scope.emitter, nest).turn(scope); }

}  // namespace wengert
