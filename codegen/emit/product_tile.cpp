#include "codegen/emit/product_tile.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <llvm/IR/Module.h>

#include "codegen/emit/transpose.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

using llvm::Value;

class TileEmitter {
 public:
  TileEmitter(Builder& b, const Tile& t, const TileOperands& o)
      : b_(b),
        tile_(t),
        of_(o),
        element_(memory_type(b.getContext(), t.dtype)),
        vector_(register_type(b.getContext(), t.dtype, t.lanes)) {
    if (!tile_.masked) return;
    auto* numbers = llvm::FixedVectorType::get(b_.getInt64Ty(), tile_.lanes);
    for (unsigned v = 0; v < tile_.vectors; v++) {
      Value* left = b_.CreateSub(of_.columns, b_.getInt64(static_cast<int64_t>(v) * tile_.lanes));
      masks_.push_back(
          b_.CreateICmpSLT(b_.CreateStepVector(numbers), b_.CreateVectorSplat(tile_.lanes, left)));
    }
  }

  void run() {
    std::vector<Value*> sums = initial();
    auto* steps = llvm::dyn_cast<llvm::ConstantInt>(of_.inner);
    if (steps && steps->getSExtValue() <= most_unrolled_steps) {
      for (int64_t k = 0; k < steps->getSExtValue(); k++) {
        Value* number = b_.getInt64(k);
        std::vector<Value*> rows = row_pointers(at(of_.left, b_.CreateMul(of_.left_step, number)));
        Value* right = at(of_.right, b_.CreateMul(of_.right_step, number));
        step(sums, rows, adjacent_columns() ? columns_at(right) : turned_columns(k, steps->getSExtValue()));
      }
    } else {
      loop(sums);
    }
    each([&](unsigned r, unsigned v) { store(sums[r * vectors() + v], result(r, v), v); });
  }

 private:
  // Of a row, the narrower one included.
  unsigned vectors() const { return tile_.vectors + (tile_.tail > 0 ? 1 : 0); }
  unsigned lanes(unsigned v) const { return v < tile_.vectors ? tile_.lanes : tile_.tail; }

  template <class F>
  void each(F body) {
    for (unsigned r = 0; r < tile_.rows; r++)
      for (unsigned v = 0; v < vectors(); v++) body(r, v);
  }
  Value* at(Value* pointer, Value* elements) { return b_.CreateGEP(element_, pointer, elements); }
  Value* at(Value* pointer, int64_t elements) { return at(pointer, b_.getInt64(elements)); }
  Value* bytes(Value* elements) {
    return b_.CreateMul(elements, b_.getInt64(static_cast<int64_t>(size_of(tile_.dtype))));
  }

  Value* load(Value* pointer, unsigned v) {
    if (!tile_.masked) return load_elements(b_, tile_.dtype, pointer, lanes(v));
    return b_.CreateMaskedLoad(vector_, pointer, llvm::Align(size_of(tile_.dtype)), masks_[v],
                               llvm::Constant::getNullValue(vector_));
  }
  void store(Value* value, Value* pointer, unsigned v) {
    if (!tile_.masked) return store_elements(b_, tile_.dtype, value, pointer, lanes(v));
    b_.CreateMaskedStore(value, pointer, llvm::Align(size_of(tile_.dtype)), masks_[v]);
  }

  // Pointers to the same element of each row. x86 addresses are base + stride * 1, 2, 4 or 8 + number: one
  // base in three rows leaves registers free.
  std::vector<Value*> row_pointers(Value* first) {
    std::vector<Value*> bases, out;
    for (unsigned r = 0; r < tile_.rows; r += 3)
      bases.push_back(b_.CreateGEP(b_.getInt8Ty(), first, b_.CreateMul(row_bytes(), b_.getInt64(r))));
    return rows_of(bases);
  }
  std::vector<Value*> rows_of(const std::vector<Value*>& bases) {
    std::vector<Value*> out;
    for (unsigned r = 0; r < tile_.rows; r++)
      out.push_back(
          b_.CreateGEP(b_.getInt8Ty(), bases[r / 3], b_.CreateMul(row_bytes(), b_.getInt64(r % 3))));
    return out;
  }
  Value* row_bytes() {
    if (!row_bytes_) row_bytes_ = bytes(of_.left_row);
    return row_bytes_;
  }

  Value* result(unsigned r, unsigned v) {
    return at(of_.result, b_.CreateAdd(b_.CreateMul(of_.result_row, b_.getInt64(r)),
                                       b_.getInt64(static_cast<int64_t>(v) * tile_.lanes)));
  }

  std::vector<Value*> initial() {
    std::vector<Value*> zeros;
    each([&](unsigned, unsigned v) {
      zeros.push_back(llvm::Constant::getNullValue(register_type(b_.getContext(), tile_.dtype, lanes(v))));
    });
    auto* known = llvm::dyn_cast<llvm::ConstantInt>(of_.resume);
    if (known && known->isZero()) return zeros;
    llvm::Function* function = b_.GetInsertBlock()->getParent();
    llvm::BasicBlock* from = b_.GetInsertBlock();
    llvm::BasicBlock* partial = llvm::BasicBlock::Create(b_.getContext(), "partial", function);
    llvm::BasicBlock* begin = llvm::BasicBlock::Create(b_.getContext(), "begin", function);
    b_.CreateCondBr(of_.resume, partial, begin);
    b_.SetInsertPoint(partial);
    fetch_next_strip();
    std::vector<Value*> loaded, out;
    each([&](unsigned r, unsigned v) { loaded.push_back(load(result(r, v), v)); });
    b_.CreateBr(begin);
    b_.SetInsertPoint(begin);
    for (size_t i = 0; i < loaded.size(); i++) {
      llvm::PHINode* sum = b_.CreatePHI(loaded[i]->getType(), 2);
      sum->addIncoming(zeros[i], from);
      sum->addIncoming(loaded[i], partial);
      out.push_back(sum);
    }
    return out;
  }

  // The partial results below this tile, which the next one begins with, to the second cache: in the first
  // one their rows may all want the same places.
  void fetch_next_strip() {
    llvm::Value *read = b_.getInt32(0), *second_cache = b_.getInt32(2), *data = b_.getInt32(1);
    each([&](unsigned r, unsigned v) {
      Value* next = result(r + tile_.rows, v);
      b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {next->getType()}, {next, read, second_cache, data});
    });
  }

  bool adjacent_columns() const {
    auto* line = llvm::dyn_cast<llvm::ConstantInt>(of_.right_line);
    return line && line->isOne();
  }

  std::vector<Value*> columns_at(Value* right) {
    std::vector<Value*> columns;
    for (unsigned v = 0; v < vectors(); v++)
      columns.push_back(load(at(right, static_cast<int64_t>(v) * tile_.lanes), v));
    return columns;
  }

  // Columns of step k where the steps of each lie side by side: squares are turned in registers, which serve
  // as many steps as they have.
  const std::vector<Value*>& turned_columns(int64_t k, int64_t steps) {
    if (turned_.empty()) {
      const auto size = std::bit_floor(static_cast<uint64_t>(std::min<int64_t>(tile_.lanes, steps - k)));
      turned_.resize(size);
      for (unsigned v = 0; v < tile_.vectors; v++) {
        std::vector<std::vector<Value*>> parts(size);
        for (unsigned lane = 0; lane < tile_.lanes; lane += size) {
          const std::vector<Value*> square = turned_square(v * tile_.lanes + lane, k, size);
          for (size_t i = 0; i < size; i++) parts[i].push_back(square[i]);
        }
        for (size_t i = 0; i < size; i++) turned_[size - 1 - i].push_back(joined_vectors(b_, parts[i]));
      }
    }
    now_ = std::move(turned_.back());
    turned_.pop_back();
    return now_;
  }

  std::vector<Value*> turned_square(int64_t line, int64_t k, uint64_t size) {
    auto* known = llvm::dyn_cast<llvm::ConstantInt>(of_.columns);
    const int64_t width = tile_.masked && known ? known->getSExtValue() : INT64_MAX;
    std::vector<Value*> rows;
    for (uint64_t i = 0; i < size; i++, line++) {
      llvm::Type* type = register_type(b_.getContext(), tile_.dtype, static_cast<unsigned>(size));
      Value* first = b_.CreateAdd(b_.CreateMul(of_.right_line, b_.getInt64(line)), b_.getInt64(k));
      rows.push_back(line < width
                         ? load_elements(b_, tile_.dtype, at(of_.right, first), static_cast<unsigned>(size))
                         : llvm::Constant::getNullValue(type));
    }
    return size == 1 ? rows : transposed(b_, std::move(rows));
  }

  void step(std::vector<Value*>& sums, const std::vector<Value*>& rows, const std::vector<Value*>& columns) {
    for (unsigned r = 0; r < tile_.rows; r++) {
      Value* row = load_elements(b_, tile_.dtype, rows[r], 1);
      if (tile_.lanes > 1) row = b_.CreateVectorSplat(tile_.lanes, row);
      for (unsigned v = 0; v < vectors(); v++) {
        Value*& sum = sums[r * vectors() + v];
        // The lower lanes of the same register.
        if (v == tile_.vectors)
          row = tile_.tail > 1 ? low_lanes(row) : b_.CreateExtractElement(row, b_.getInt64(0));
        sum = b_.CreateIntrinsic(llvm::Intrinsic::fma, {sum->getType()}, {row, columns[v], sum});
      }
    }
  }

  Value* low_lanes(Value* row) {
    std::vector<int> numbers(tile_.tail);
    std::iota(numbers.begin(), numbers.end(), 0);
    return b_.CreateShuffleVector(row, numbers);
  }

  void loop(std::vector<Value*>& sums) {
    llvm::Function* function = b_.GetInsertBlock()->getParent();
    std::vector<Value*> bases;
    for (unsigned r = 0; r < tile_.rows; r += 3)
      bases.push_back(b_.CreateGEP(b_.getInt8Ty(), of_.left, b_.CreateMul(row_bytes(), b_.getInt64(r))));
    llvm::BasicBlock* from = b_.GetInsertBlock();
    llvm::BasicBlock* loop = llvm::BasicBlock::Create(b_.getContext(), "steps", function);
    llvm::BasicBlock* done = llvm::BasicBlock::Create(b_.getContext(), "summed", function);
    b_.CreateCondBr(b_.CreateICmpSLT(b_.getInt64(0), of_.inner), loop, done);
    b_.SetInsertPoint(loop);
    auto carried = [&](Value* start) {
      llvm::PHINode* phi = b_.CreatePHI(start->getType(), 2);
      phi->addIncoming(start, from);
      return phi;
    };
    llvm::PHINode* k = carried(b_.getInt64(0));
    llvm::PHINode* right = carried(of_.right);
    std::vector<llvm::PHINode*> base_phis, sum_phis;
    for (Value* base : bases) base_phis.push_back(carried(base));
    for (Value* sum : sums) sum_phis.push_back(carried(sum));
    std::vector<Value*> now(sum_phis.begin(), sum_phis.end());
    step(now, rows_of({base_phis.begin(), base_phis.end()}), columns_at(right));
    Value* next = b_.CreateAdd(k, b_.getInt64(1), "", true, true);
    k->addIncoming(next, loop);
    right->addIncoming(at(right, of_.right_step), loop);
    for (llvm::PHINode* base : base_phis) base->addIncoming(at(base, of_.left_step), loop);
    for (size_t i = 0; i < now.size(); i++) sum_phis[i]->addIncoming(now[i], loop);
    b_.CreateCondBr(b_.CreateICmpSLT(next, of_.inner), loop, done);
    b_.SetInsertPoint(done);
    for (size_t i = 0; i < sums.size(); i++) {
      llvm::PHINode* sum = b_.CreatePHI(sums[i]->getType(), 2);
      sum->addIncoming(sums[i], from);
      sum->addIncoming(now[i], loop);
      sums[i] = sum;
    }
  }

  Builder& b_;
  const Tile& tile_;
  const TileOperands& of_;
  llvm::Type *element_, *vector_;
  std::vector<Value*> masks_, now_;
  std::vector<std::vector<Value*>> turned_;  // columns of the next steps, the nearest last
  Value* row_bytes_ = nullptr;
};

}  // namespace

void emit_tile(Builder& builder, const Tile& tile, const TileOperands& operands) {
  TileEmitter(builder, tile, operands).run();
}

void call_tile(llvm::Module& module, Builder& builder, const Tile& tile, const TileOperands& o) {
  const std::string symbol =
      fmt::format("product.{}.{}x{}x{}{}{}", name(tile.dtype), tile.rows, tile.vectors, tile.lanes,
                  tile.masked ? ".masked" : "", tile.tail > 0 ? fmt::format("+{}", tile.tail) : "");
  llvm::Type *pointer = builder.getPtrTy(), *number = builder.getInt64Ty();
  llvm::Function* function = module.getFunction(symbol);
  if (!function) {
    auto* type = llvm::FunctionType::get(
        builder.getVoidTy(),
        {pointer, number, number, pointer, number, pointer, number, number, builder.getInt1Ty(), number},
        false);
    function = llvm::Function::Create(type, llvm::Function::InternalLinkage, symbol, module);
    function->addFnAttr(llvm::Attribute::NoInline);
    Builder inside(llvm::BasicBlock::Create(builder.getContext(), "tile", function));
    auto argument = [&](unsigned i) { return function->getArg(i); };
    emit_tile(inside, tile,
              {argument(0), argument(1), argument(2), argument(3), argument(4), builder.getInt64(1),
               argument(5), argument(6), argument(7), argument(8), argument(9)});
    inside.CreateRetVoid();
  }
  builder.CreateCall(function, {o.left, o.left_row, o.left_step, o.right, o.right_step, o.result,
                                o.result_row, o.inner, o.resume, o.columns});
}

}  // namespace wengert
