// Element types. Their order is the promotion order: bool < i32 < i64 < f32 < f64.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wengert {

enum class Dtype : uint8_t { boolean, i32, i64, f32, f64 };

inline constexpr Dtype all_dtypes[] = {Dtype::boolean, Dtype::i32, Dtype::i64, Dtype::f32, Dtype::f64};

/// Short aliases for building expressions: `graph.input("x", f64, {n})`.
inline constexpr Dtype boolean = Dtype::boolean, i32 = Dtype::i32, i64 = Dtype::i64, f32 = Dtype::f32,
                       f64 = Dtype::f64;

constexpr std::string_view name(Dtype dtype) {
  constexpr std::string_view names[] = {"bool", "i32", "i64", "f32", "f64"};
  return names[static_cast<int>(dtype)];
}
constexpr std::optional<Dtype> dtype_named(std::string_view text) {
  for (Dtype dtype : all_dtypes)
    if (name(dtype) == text) return dtype;
  return std::nullopt;
}
/// Bytes of one element in memory (a bool is one byte, 0 or 1).
constexpr size_t size_of(Dtype dtype) {
  constexpr size_t sizes[] = {1, 4, 8, 4, 8};
  return sizes[static_cast<int>(dtype)];
}
/// Calls f with a zero of the C++ type that holds an element; a bool is a uint8_t.
template <class F>
void with_type(Dtype dtype, F f) {
  switch (dtype) {
    case Dtype::boolean: f(uint8_t{}); break;
    case Dtype::i32: f(int32_t{}); break;
    case Dtype::i64: f(int64_t{}); break;
    case Dtype::f32: f(float{}); break;
    case Dtype::f64: f(double{}); break;
  }
}
constexpr bool is_float(Dtype dtype) { return dtype >= Dtype::f32; }
constexpr bool is_integer(Dtype dtype) { return dtype == Dtype::i32 || dtype == Dtype::i64; }
/// The type both operands are converted to (an integer with a float gives that float).
constexpr Dtype promote(Dtype a, Dtype b) { return a > b ? a : b; }

}  // namespace wengert
