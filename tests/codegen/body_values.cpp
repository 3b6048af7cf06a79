#include "body_values.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace wengert::test {
namespace {

template <class T>
std::vector<T> special_floats() {
  using L = std::numeric_limits<T>;
  std::vector<T> out{0,
                     1,
                     T(0.5),
                     T(1.5),
                     T(2.5),
                     2,
                     3,
                     T(1e-3),
                     100,
                     T(1e10),
                     L::min(),
                     L::max(),
                     L::denorm_min(),
                     L::epsilon(),
                     L::infinity(),
                     T(2147483647.0),
                     T(2147483648.0),
                     T(2147483520.0),
                     T(9223372036854775808.0),
                     T(9223371487098961920.0),
                     T(4.9999997e-1),
                     std::exp2(T(L::digits - 1)),
                     std::exp2(T(L::digits - 2)) + T(0.5)};
  for (size_t i = 0, n = out.size(); i < n; i++) out.push_back(-out[i]);
  out.push_back(L::quiet_NaN());
  return out;
}
template <class T>
std::vector<T> special_integers() {
  using L = std::numeric_limits<T>;
  return {0,
          1,
          -1,
          2,
          -2,
          3,
          -3,
          7,
          -7,
          10,
          31,
          32,
          33,
          63,
          64,
          65,
          L::max(),
          L::min(),
          T(L::max() - 1),
          T(L::min() + 1)};
}

template <class T>
bool same(const std::byte* a, const std::byte* b) {
  T x, y;
  std::memcpy(&x, a, sizeof(T));
  std::memcpy(&y, b, sizeof(T));
  return std::memcmp(a, b, sizeof(T)) == 0 || (x != x && y != y);
}

}  // namespace

std::vector<std::byte> sample_values(Dtype dtype, size_t which, size_t count, std::mt19937_64& random) {
  std::vector<std::byte> out(size_of(dtype) * count);
  auto fill = [&](auto specials, auto next) {
    using T = typename decltype(specials)::value_type;
    const size_t n = specials.size();
    for (size_t i = 0; i < count; i++) {
      const T value = i < n * n ? specials[which == 0   ? i / n
                                           : which == 1 ? i % n
                                                        : (i * 7 + i / n) % n]
                                : next(i);
      std::memcpy(out.data() + i * sizeof(T), &value, sizeof(T));
    }
  };
  auto any_float = [&](auto tag, auto from_bits) {
    return [&, from_bits](size_t i) -> decltype(tag) {
      if (i % 3 == 0) return from_bits(random());
      return static_cast<decltype(tag)>(
          std::ldexp(static_cast<double>(static_cast<int64_t>(random())), -60 + int(random() % 20)));
    };
  };
  switch (dtype) {
    case Dtype::boolean:
      fill(std::vector<uint8_t>{0, 1}, [&](size_t) { return uint8_t(random() & 1); });
      break;
    case Dtype::i32:
      fill(special_integers<int32_t>(), [&](size_t i) { return int32_t(random() >> (i % 40)); });
      break;
    case Dtype::i64:
      fill(special_integers<int64_t>(), [&](size_t i) { return int64_t(random() >> (i % 64)); });
      break;
    case Dtype::f32:
      fill(special_floats<float>(),
           any_float(0.0f, [](uint64_t b) { return std::bit_cast<float>(uint32_t(b)); }));
      break;
    case Dtype::f64:
      fill(special_floats<double>(), any_float(0.0, [](uint64_t b) { return std::bit_cast<double>(b); }));
      break;
  }
  return out;
}

bool same_element(Dtype dtype, const std::byte* a, const std::byte* b) {
  switch (dtype) {
    case Dtype::boolean: return *a == *b;
    case Dtype::i32: return same<int32_t>(a, b);
    case Dtype::i64: return same<int64_t>(a, b);
    case Dtype::f32: return same<float>(a, b);
    case Dtype::f64: return same<double>(a, b);
  }
  return false;
}
double shown(Dtype dtype, const std::byte* at) {
  if (dtype == Dtype::f64) {
    double x;
    std::memcpy(&x, at, 8);
    return x;
  }
  if (dtype == Dtype::f32) {
    float x;
    std::memcpy(&x, at, 4);
    return x;
  }
  int64_t x = 0;
  std::memcpy(&x, at, size_of(dtype));
  return static_cast<double>(dtype == Dtype::i32 ? int32_t(x) : x);
}

}  // namespace wengert::test
