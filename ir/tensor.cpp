#include "ir/tensor.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "ir/error.h"

namespace wengert {

Tensor::Tensor(Dtype d, std::vector<int64_t> s) : dtype(d), shape(std::move(s)) {
  int64_t total = static_cast<int64_t>(size_of(dtype));
  bool empty = false, overflow = false;
  for (int64_t extent : shape) {
    if (extent < 0) throw Error(Code::size, fmt::format("an array extent is negative: {}", extent));
    if (extent == 0)
      empty = true;
    else
      overflow |= __builtin_mul_overflow(total, extent, &total);
  }
  if (overflow && !empty) throw Error(Code::size, "an array's size overflows 64 bits");
  try {
    bytes.resize(empty ? 0 : static_cast<size_t>(total));
  } catch (const std::exception&) {
    throw Error(Code::size, fmt::format("no memory for an array of {} bytes", total));
  }
}

Tensor Tensor::scalar(Dtype dtype, double value) {
  Tensor out(dtype, {});
  out.set(0, value);
  return out;
}

Tensor Tensor::vector(std::initializer_list<double> values) {
  return of({static_cast<int64_t>(values.size())}, values);
}

Tensor Tensor::of(std::vector<int64_t> shape, std::initializer_list<double> values) {
  Tensor out(Dtype::f64, std::move(shape));
  if (out.count() != static_cast<int64_t>(values.size()))
    throw Error(Code::argument, fmt::format("{} values for an array of {}", values.size(), out.count()));
  std::copy(values.begin(), values.end(), out.data<double>());
  return out;
}

int64_t Tensor::count() const { return static_cast<int64_t>(bytes.size() / size_of(dtype)); }

double Tensor::at(int64_t i) const {
  switch (dtype) {
    case Dtype::boolean: return data<uint8_t>()[i] != 0;
    case Dtype::i32: return data<int32_t>()[i];
    case Dtype::i64: return static_cast<double>(data<int64_t>()[i]);
    case Dtype::f32: return data<float>()[i];
    case Dtype::f64: return data<double>()[i];
  }
  return 0;
}

void Tensor::set(int64_t i, double value) {
  switch (dtype) {
    case Dtype::boolean: data<uint8_t>()[i] = value != 0; break;
    case Dtype::i32: data<int32_t>()[i] = static_cast<int32_t>(value); break;
    case Dtype::i64: data<int64_t>()[i] = static_cast<int64_t>(value); break;
    case Dtype::f32: data<float>()[i] = static_cast<float>(value); break;
    case Dtype::f64: data<double>()[i] = value; break;
  }
}

Tensor Tensor::element(int64_t i) const {
  const size_t width = size_of(dtype);
  Tensor out(dtype, {});
  std::memcpy(out.bytes.data(), bytes.data() + i * width, width);
  return out;
}

bool Tensor::is_uniform() const {
  const size_t width = size_of(dtype);
  for (size_t at = width; at < bytes.size(); at += width)
    if (std::memcmp(bytes.data() + at, bytes.data(), width) != 0) return false;
  return !bytes.empty();
}

bool Tensor::same_bits(const Tensor& other) const {
  if (dtype != other.dtype || shape != other.shape) return false;
  if (!is_float(dtype)) return bytes == other.bytes;
  for (int64_t i = 0; i < count(); i++) {
    const size_t width = size_of(dtype);
    const bool both_nan = std::isnan(at(i)) && std::isnan(other.at(i));
    if (!both_nan && std::memcmp(bytes.data() + i * width, other.bytes.data() + i * width, width) != 0)
      return false;
  }
  return true;
}

}  // namespace wengert
