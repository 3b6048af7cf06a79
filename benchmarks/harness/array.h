// Storage that all contenders of a row share: aligned to a cache line, dense, row-major. Copies are views.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "ir/tensor.h"
#include "runtime/buffer.h"

namespace wengert::benchmarks {

class Array {
 public:
  Array() = default;
  /// Zeros.
  Array(Dtype dtype, std::vector<int64_t> shape);
  /// Elements of `whole` from `offset` on, under another shape.
  static Array view(const Array& whole, int64_t offset, std::vector<int64_t> shape);

  Dtype dtype() const { return dtype_; }
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t count() const { return count_; }
  void* data() const { return data_; }
  double* f64() const { return reinterpret_cast<double*>(data_); }
  float* f32() const { return reinterpret_cast<float*>(data_); }
  int32_t* i32() const { return reinterpret_cast<int32_t*>(data_); }
  /// Element i as a double.
  double at(int64_t i) const;
  /// Every element NaN (integers 0), so that what a contender leaves unwritten is seen.
  void spoil() const;
  Tensor tensor() const;

 private:
  Dtype dtype_ = Dtype::f64;
  std::vector<int64_t> shape_;
  int64_t count_ = 0;
  std::byte* data_ = nullptr;
  std::shared_ptr<runtime::Buffer> storage_;
};

/// The largest |a - b| over the largest |b|; infinite where one is NaN and the other isn't.
double relative_error(const Array& got, const Array& expected);

/// Numbers that are the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t bits();
  double uniform(double low = 0, double high = 1);
  double normal();  ///< mean 0, variance 1: a sum of twelve uniforms
  int64_t below(int64_t limit) { return static_cast<int64_t>(uniform() * static_cast<double>(limit)); }

 private:
  uint64_t state_;
};

Array uniform_array(Random& random, Dtype dtype, std::vector<int64_t> shape, double low, double high);
Array normal_array(Random& random, Dtype dtype, std::vector<int64_t> shape, double scale = 1);

}  // namespace wengert::benchmarks
