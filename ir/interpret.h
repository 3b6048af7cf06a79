// Runs a body on arrays of numbers. It defines what each primitive means, bit by bit; the code generator is
// held to it. Thread-safe.
#pragma once
#include <cstddef>
#include <span>

#include "ir/body.h"

namespace wengert {

/// inputs[i] and outputs[i] point at `count` elements of the body's types (a bool is one byte, 0 or 1). An
/// input whose stride is 0 is one element, used for every lane; strides count elements and are 0 or 1.
/// Outputs may not overlap inputs.
void interpret(const Body& body, std::span<const void* const> inputs, std::span<const int> strides,
               std::span<void* const> outputs, size_t count);

}  // namespace wengert
