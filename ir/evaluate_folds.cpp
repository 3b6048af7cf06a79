// Reductions, arg reductions and contractions in the evaluator: the order of ir/summation.h, spelled out.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "ir/evaluate_kinds.h"
#include "ir/interpret.h"
#include "ir/summation.h"

namespace wengert {
namespace {

using Index = std::vector<int64_t>;

// The axes of one operand split into kept and folded ones: extents and strides (in elements).
struct Split {
  Index kept, kept_strides, folded, folded_strides;
  Split(const Index& shape, const Axes& axes) {
    const Index strides = strides_of(shape);
    for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); i++) {
      const bool folds = std::find(axes.begin(), axes.end(), i) != axes.end();
      (folds ? folded : kept).push_back(shape[i]);
      (folds ? folded_strides : kept_strides).push_back(strides[i]);
    }
  }
};

int64_t at(const Index& index, const Index& strides) {
  int64_t out = 0;
  for (size_t i = 0; i < index.size(); i++) out += index[i] * strides[i];
  return out;
}

int64_t product(const Index& extents) {
  int64_t out = 1;
  for (int64_t extent : extents) out *= extent;
  return out;
}

// Folds one result: visits the folded index space in order; step(accumulator, offset index) adds one element.
template <class T, class Join, class Step>
T fold(const Index& extents, bool lanes_order, int64_t lanes, T initial, Join join, Step step) {
  const int64_t chunk = summation::chunk_size(extents[0]), count = summation::chunk_count(extents[0]);
  if (!lanes_order) lanes = 1;
  std::vector<T> sums;
  for (int64_t c = 0; c < count; c++) {
    std::vector<T> accumulators(lanes, initial);
    Index range = extents, index(extents.size(), 0);
    const int64_t start = c * chunk;
    range[0] = std::min(chunk, extents[0] - start);
    if (product(range) > 0) {
      do {
        Index element = index;
        element[0] += start;
        step(accumulators[element.back() % lanes], element);
      } while (advance(index, range));
    }
    for (int64_t half = lanes / 2; half >= 1; half /= 2)
      for (int64_t i = 0; i < half; i++) accumulators[i] = join(accumulators[i], accumulators[i + half]);
    sums.push_back(accumulators[0]);
  }
  for (int64_t width = 1; width < count; width *= 2)
    for (int64_t i = 0; i + width < count; i += 2 * width) sums[i] = join(sums[i], sums[i + width]);
  return sums[0];
}

// A body of two operands as a C++ function; the usual ones without the interpreter.
template <class T>
T apply(const Body& body, T a, T x) {
  if (body.code.size() == 1 && body.code[0].operands[0] == 0 && body.code[0].operands[1] == 1) {
    if constexpr (std::is_floating_point_v<T>) {
      if (body.code[0].prim == Prim::add) return a + x;
      if (body.code[0].prim == Prim::multiply) return a * x;
    }
  }
  T out;
  const void* inputs[] = {&a, &x};
  const int strides[] = {1, 1};
  void* output = &out;
  interpret(body, inputs, strides, {&output, 1}, 1);
  return out;
}

template <class T>
T multiply_add(T a, T b, T c) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fma(a, b, c);
  else {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<U>(a) * static_cast<U>(b) + static_cast<U>(c));
  }
}

template <class T>
T sum_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return multiply_add<T>(a, T(1), b);
}

}  // namespace

uint64_t initial_bits(const Op& op, Dtype dtype) {
  const double value = op.initial(dtype);
  switch (dtype) {
    case Dtype::f64: return std::bit_cast<uint64_t>(value);
    case Dtype::f32: return std::bit_cast<uint32_t>(static_cast<float>(value));
    case Dtype::i64: return value >= 0x1p63 ? INT64_MAX : static_cast<uint64_t>(static_cast<int64_t>(value));
    case Dtype::i32: return static_cast<uint32_t>(static_cast<int32_t>(value));
    case Dtype::boolean: return value != 0;
  }
  throw Error(Code::internal, "initial value of an unknown dtype");
}

Tensor evaluate_reduction(EvaluationContext& context, const Op& op, const Attributes& attributes,
                          const Tensor& x, const Index& shape) {
  Tensor out(x.dtype, shape);
  const Split split(x.shape, attributes.axes());
  const std::string* order = attributes.find<std::string>("order");
  const bool lanes = order && *order == "lanes";
  const Body& body = context.bodies.combine(op, x.dtype);
  const uint64_t initial = initial_bits(op, x.dtype);
  with_type(x.dtype, [&](auto tag) {
    using T = decltype(tag);
    T start;
    std::memcpy(&start, &initial, sizeof(T));  // little endian: the low bytes
    auto join = [&](T a, T b) { return apply<T>(body, a, b); };
    Index index(split.kept.size(), 0);
    for (int64_t i = 0; i < out.count(); i++, advance(index, split.kept)) {
      const T* from = x.data<T>() + at(index, split.kept_strides);
      out.data<T>()[i] =
          fold<T>(split.folded, lanes, summation::lanes(x.dtype), start, join,
                  [&](T& a, const Index& k) { a = join(a, from[at(k, split.folded_strides)]); });
    }
  });
  return out;
}

Tensor evaluate_arg_reduction(EvaluationContext& context, const Op& op, const Attributes& attributes,
                              const Tensor& x, const Index& shape) {
  Tensor out(Dtype::i64, shape);
  const Split split(x.shape, {attributes.get<int64_t>("axis")});
  const Body& body = context.bodies.better(op, x.dtype);
  with_type(x.dtype, [&](auto tag) {
    using T = decltype(tag);
    Index index(split.kept.size(), 0);
    for (int64_t i = 0; i < out.count(); i++, advance(index, split.kept)) {
      const T* from = x.data<T>() + at(index, split.kept_strides);
      int64_t best = 0;
      for (int64_t k = 1; k < split.folded[0]; k++) {
        uint8_t wins;
        const void* inputs[] = {from + k * split.folded_strides[0], from + best * split.folded_strides[0]};
        const int strides[] = {1, 1};
        void* output = &wins;
        interpret(body, inputs, strides, {&output, 1}, 1);
        if (wins) best = k;
      }
      out.data<int64_t>()[i] = best;
    }
  });
  return out;
}

Tensor evaluate_contraction(const Attributes& attributes, const Tensor& a, const Tensor& b,
                            const Index& shape) {
  Tensor out(a.dtype, shape);
  const Axes &a_batch = attributes.axes("lhs_batch"), &b_batch = attributes.axes("rhs_batch");
  const Axes &a_contract = attributes.axes("lhs_contract"), &b_contract = attributes.axes("rhs_contract");
  const bool lanes = attributes.get<std::string>("order") == "lanes";
  const Index a_strides = strides_of(a.shape), b_strides = strides_of(b.shape);
  // Strides of both operands along each result axis: batch, free of a, free of b.
  Index a_along, b_along, extents, a_folded, b_folded;
  for (size_t i = 0; i < a_batch.size(); i++)
    a_along.push_back(a_strides[a_batch[i]]), b_along.push_back(b_strides[b_batch[i]]);
  for (int64_t axis : other_axes(a_batch, a_contract, a.shape.size()))
    a_along.push_back(a_strides[axis]), b_along.push_back(0);
  for (int64_t axis : other_axes(b_batch, b_contract, b.shape.size()))
    a_along.push_back(0), b_along.push_back(b_strides[axis]);
  for (size_t i = 0; i < a_contract.size(); i++) {
    extents.push_back(a.shape[a_contract[i]]);
    a_folded.push_back(a_strides[a_contract[i]]), b_folded.push_back(b_strides[b_contract[i]]);
  }
  if (extents.empty())
    extents = {1}, a_folded = {0}, b_folded = {0};  // a product without a sum is a fold of one
  with_type(a.dtype, [&](auto tag) {
    using T = decltype(tag);
    if constexpr (sizeof(T) > 1) {
      Index index(shape.size(), 0);
      for (int64_t i = 0; i < out.count(); i++, advance(index, shape)) {
        const T* x = a.data<T>() + at(index, a_along);
        const T* y = b.data<T>() + at(index, b_along);
        out.data<T>()[i] = fold<T>(
            extents, lanes, summation::lanes(a.dtype), T(0), sum_of<T>,
            [&](T& s, const Index& k) { s = multiply_add<T>(x[at(k, a_folded)], y[at(k, b_folded)], s); });
      }
    }
  });
  return out;
}

}  // namespace wengert
