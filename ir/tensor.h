// A dense row-major array of numbers on the host, with its own storage. A value type.
#pragma once
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "ir/dtype.h"

namespace wengert {

struct Tensor {
  Dtype dtype = Dtype::f64;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;

  Tensor() = default;
  /// Zeros. Throws Error(size) for a negative or overflowing shape.
  Tensor(Dtype dtype, std::vector<int64_t> shape);
  /// A scalar converted from a double.
  static Tensor scalar(Dtype dtype, double value);
  /// An f64 vector.
  static Tensor vector(std::initializer_list<double> values);
  /// f64 values in row-major order; throws Error(argument) when their number does not fit the shape.
  static Tensor of(std::vector<int64_t> shape, std::initializer_list<double> values);

  int64_t count() const;
  template <class T>
  T* data() {
    return reinterpret_cast<T*>(bytes.data());
  }
  template <class T>
  const T* data() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
  /// Element i (row-major), converted to double. An i64 past 2^53 is rounded.
  double at(int64_t i) const;
  /// Stores `value`, truncated for integers, at row-major position i.
  void set(int64_t i, double value);
  /// Element i as a scalar.
  Tensor element(int64_t i) const;
  /// Whether there are elements, and all have the same bits.
  bool is_uniform() const;
  /// Same type, shape and bits; any NaN equals any NaN.
  bool same_bits(const Tensor& other) const;
  bool operator==(const Tensor&) const = default;
};

}  // namespace wengert
