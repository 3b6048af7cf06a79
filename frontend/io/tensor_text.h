// Tensors as text and as JSON, every element with as many digits as bring it back to the bit.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "ir/tensor.h"

namespace wengert {

/// Nested lists as a literal argument is written, a row of the last axis a line: 17 significant digits for
/// f64, 9 for f32.
std::string text(const Tensor& tensor);

/// Nested lists; NaN and the infinities are the strings "NaN", "Infinity", "-Infinity".
nlohmann::ordered_json to_json(const Tensor& tensor);

}  // namespace wengert
