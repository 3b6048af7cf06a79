#include "benchmarks/harness/array.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wengert::benchmarks {

static int64_t product(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t extent : shape) count *= extent;
  return count;
}

Array::Array(Dtype dtype, std::vector<int64_t> shape)
    : dtype_(dtype), shape_(std::move(shape)), count_(product(shape_)) {
  storage_ = std::make_shared<runtime::Buffer>(static_cast<size_t>(count_) * size_of(dtype));
  data_ = storage_->data();
  std::fill_n(data_, storage_->size(), std::byte{0});
}

Array Array::view(const Array& whole, int64_t offset, std::vector<int64_t> shape) {
  Array out = whole;
  out.shape_ = std::move(shape);
  out.count_ = product(out.shape_);
  out.data_ += static_cast<size_t>(offset) * size_of(whole.dtype_);
  return out;
}

double Array::at(int64_t i) const {
  switch (dtype_) {
    case Dtype::f64: return f64()[i];
    case Dtype::f32: return f32()[i];
    case Dtype::i32: return i32()[i];
    case Dtype::i64: return static_cast<double>(reinterpret_cast<const int64_t*>(data_)[i]);
    case Dtype::boolean: return static_cast<double>(static_cast<int>(data_[i]));
  }
  return 0;
}

void Array::spoil() const {
  if (dtype_ == Dtype::f64) std::fill_n(f64(), count_, std::numeric_limits<double>::quiet_NaN());
  if (dtype_ == Dtype::f32) std::fill_n(f32(), count_, std::numeric_limits<float>::quiet_NaN());
}

Tensor Array::tensor() const {
  Tensor out(dtype_, shape_);
  std::copy_n(data_, out.bytes.size(), out.bytes.data());
  return out;
}

double relative_error(const Array& got, const Array& expected) {
  double error = 0, scale = std::numeric_limits<double>::min();
  for (int64_t i = 0; i < expected.count(); i++) {
    const double a = got.at(i), b = expected.at(i);
    if (std::isnan(a) && std::isnan(b)) continue;
    const double difference = std::abs(a - b);
    if (!(difference <= error)) error = std::isnan(difference) ? INFINITY : difference;
    scale = std::max(scale, std::abs(b));
  }
  return error / scale;
}

// SplitMix64.
uint64_t Random::bits() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

double Random::uniform(double low, double high) {
  return low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1p-53);
}

double Random::normal() {
  double sum = -6;
  for (int i = 0; i < 12; i++) sum += uniform();
  return sum;
}

template <class Draw>
static Array drawn(Dtype dtype, std::vector<int64_t> shape, Draw draw) {
  Array out(dtype, std::move(shape));
  for (int64_t i = 0; i < out.count(); i++)
    if (dtype == Dtype::f32)
      out.f32()[i] = static_cast<float>(draw());
    else
      out.f64()[i] = draw();
  return out;
}

Array uniform_array(Random& random, Dtype dtype, std::vector<int64_t> shape, double low, double high) {
  return drawn(dtype, std::move(shape), [&] { return random.uniform(low, high); });
}

Array normal_array(Random& random, Dtype dtype, std::vector<int64_t> shape, double scale) {
  return drawn(dtype, std::move(shape), [&] { return scale * random.normal(); });
}

}  // namespace wengert::benchmarks
