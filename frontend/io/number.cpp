#include "frontend/io/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <locale.h>

namespace wengert {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(spaces);
  if (first == text.npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

static_assert(std::numeric_limits<long double>::digits >= 64);

/// `text` as a float; nothing when it isn't one. Infinite for what is too large.
template <class F>
static std::optional<F> parse_float(std::string_view text) {
  F value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc()) return value;
  // Too large or too small: from_chars doesn't say which.
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string copy(text);
  if constexpr (sizeof(F) == 4)
    return strtof_l(copy.c_str(), nullptr, plain);
  else if constexpr (sizeof(F) == 8)
    return strtod_l(copy.c_str(), nullptr, plain);
  else
    return strtold_l(copy.c_str(), nullptr, plain);
}

template <class T>
static NumberStatus store(T value, std::byte* out) {
  std::memcpy(out, &value, sizeof value);
  return NumberStatus::read;
}

template <class F>
static NumberStatus read_float(std::string_view text, std::byte* out) {
  const std::optional<F> value = parse_float<F>(text);
  if (!value) return NumberStatus::not_a_number;
  const bool spelled = text.find_first_of("nN") != text.npos;  // inf, infinity, nan
  if (std::isinf(*value) && !spelled) return NumberStatus::out_of_range;
  return store(*value, out);
}

/// Whether a decimal number, one that parse_float takes, is whole: of its digits, not of what they are
/// rounded to.
static bool is_whole(std::string_view text) {
  const size_t letter = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, letter);
  const size_t last = digits.find_last_of("123456789");
  if (last == digits.npos) return true;  // zero
  const size_t point = std::min(digits.find('.'), digits.size());
  // How far the exponent must move the point; to the left where it is below 0.
  const int64_t places = static_cast<int64_t>(last) - static_cast<int64_t>(point) + (last < point ? 1 : 0);
  if (letter == text.npos) return places <= 0;
  std::string_view power = text.substr(letter + 1);
  const bool down = power.starts_with('-');
  if (down || power.starts_with('+')) power.remove_prefix(1);
  int64_t moved = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), moved);
  if (error != std::errc()) moved = std::numeric_limits<int64_t>::max();
  return places <= (down ? -moved : moved);
}

template <class I>
static NumberStatus read_integer(std::string_view text, std::byte* out) {
  I value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end == text.data() + text.size() && error == std::errc()) return store(value, out);
  if (end == text.data() + text.size() && error == std::errc::result_out_of_range)
    return NumberStatus::out_of_range;
  const std::optional<long double> real = parse_float<long double>(text);  // holds every int64_t exactly
  if (!real) return NumberStatus::not_a_number;
  if (std::isinf(*real) || std::isnan(*real) || !is_whole(text)) return NumberStatus::not_an_integer;
  // Both bounds are exact: the type's minimum, and one past its maximum.
  const auto low = static_cast<long double>(std::numeric_limits<I>::min());
  if (*real < low || *real >= -low) return NumberStatus::out_of_range;
  return store(static_cast<I>(*real), out);
}

NumberStatus parse_number(std::string_view text, Dtype dtype, std::byte* out) {
  const bool truth = text == "true" || text == "True";
  if (truth || text == "false" || text == "False") {
    switch (dtype) {
      case Dtype::boolean: return store<uint8_t>(truth, out);
      case Dtype::i32: return store<int32_t>(truth, out);
      case Dtype::i64: return store<int64_t>(truth, out);
      case Dtype::f32: return store<float>(truth, out);
      case Dtype::f64: return store<double>(truth, out);
    }
  }
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  if (text.find('(') != text.npos) return NumberStatus::not_a_number;  // nan(payload)
  switch (dtype) {
    case Dtype::boolean: {
      const std::optional<double> value = parse_float<double>(text);
      if (!value) return NumberStatus::not_a_number;
      if (*value != 0 && *value != 1) return NumberStatus::not_a_boolean;
      return store<uint8_t>(*value != 0, out);
    }
    case Dtype::i32: return read_integer<int32_t>(text, out);
    case Dtype::i64: return read_integer<int64_t>(text, out);
    case Dtype::f32: return read_float<float>(text, out);
    case Dtype::f64: return read_float<double>(text, out);
  }
  return NumberStatus::not_a_number;
}

std::string explain(NumberStatus status, std::string_view text, Dtype dtype) {
  const std::string_view shown = text.substr(0, 40);
  const std::string_view more = shown.size() < text.size() ? "..." : "";
  switch (status) {
    case NumberStatus::read: break;
    case NumberStatus::not_a_number: return fmt::format("'{}{}' is not a number", shown, more);
    case NumberStatus::not_an_integer:
      return fmt::format("'{}{}' is not an integer, and {} is wanted", shown, more, name(dtype));
    case NumberStatus::not_a_boolean:
      return fmt::format("'{}{}' is neither true (1) nor false (0)", shown, more);
    case NumberStatus::out_of_range:
      return fmt::format("'{}{}' is out of range for {}", shown, more, name(dtype));
  }
  return {};
}

template <class To, class From>
static To convert_one(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != 0;
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (std::isnan(value)) return 0;
    const double low = static_cast<double>(std::numeric_limits<To>::min());
    if (value <= low) return std::numeric_limits<To>::min();
    if (value >= -low) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

/// Calls f with a value of the C++ type that stores `dtype`.
template <class F>
static void with_native_type(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::boolean: f(bool{}); break;
    case Dtype::i32: f(int32_t{}); break;
    case Dtype::i64: f(int64_t{}); break;
    case Dtype::f32: f(float{}); break;
    case Dtype::f64: f(double{}); break;
  }
}

Tensor convert(const Tensor& tensor, Dtype dtype) {
  Tensor out(dtype, tensor.shape);
  const int64_t count = tensor.count();
  with_native_type(tensor.dtype, [&](auto from) {
    with_native_type(dtype, [&](auto to) {
      const auto* source = tensor.data<decltype(from)>();
      auto* target = out.data<decltype(to)>();
      for (int64_t i = 0; i < count; i++) target[i] = convert_one<decltype(to)>(source[i]);
    });
  });
  return out;
}

}  // namespace wengert
