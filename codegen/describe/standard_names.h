// Names of C's headers and library that an emitted object must not take for itself.
#pragma once
#include <string_view>

namespace wengert {

/// A macro of <stddef.h> or <stdint.h> (SIZE_MAX, INT64_MAX, UINT8_C, offsetof), or of the emitted header.
bool is_standard_macro(std::string_view word);

/// main, or a function of the C99 library (the types of those in <math.h> too: sinf, sinl): compilers know
/// them, and a kernel of that name would take their place in the program that links it.
bool is_standard_function(std::string_view word);

}  // namespace wengert
