// Numbers as people write them in literals and CSV cells, read straight into an element of the wanted type.
#pragma once
#include <string>
#include <string_view>

#include "ir/dtype.h"
#include "ir/tensor.h"

namespace wengert {

enum class NumberStatus {
  read,
  not_a_number,
  not_an_integer,  ///< 2.5 for an integer
  not_a_boolean,   ///< 2 for a bool
  out_of_range     ///< 3e9 for an i32, 1e400 for an f64
};

/// What may stand around numbers and words.
inline constexpr std::string_view spaces = " \t\r\n";
/// Without spaces at both ends.
std::string_view trim(std::string_view text);

/// Reads `text`, without spaces around it, as one element and stores it at `out` (size_of(dtype) bytes).
/// Accepts 3, -1e-3, +.5, nan, inf, infinity in any case, true and false; an integer also as 3.0 or 1e3, a
/// bool as 0 or 1. A float is rounded once, to nearest; what underflows becomes 0 or a subnormal.
NumberStatus parse_number(std::string_view text, Dtype dtype, std::byte* out);

/// What was wrong: "'2.5' is not an integer, and i64 is wanted".
std::string explain(NumberStatus status, std::string_view text, Dtype dtype);

/// The tensor with another element type: to a float by rounding, to an integer by truncation, saturated, NaN
/// to 0, between integers by wrapping, to bool by comparison with 0.
Tensor convert(const Tensor& tensor, Dtype dtype);

}  // namespace wengert
