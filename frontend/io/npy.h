// NumPy's .npy files, format versions 1 to 3. Read: C and Fortran order (copied into C order), either
// endianness, elements bool, i4, i8, f4, f8; a file shorter or longer than its header says is refused.
// Written: version 1, little-endian, C order, whole or not at all.
#pragma once
#include <string>
#include <string_view>

#include "ir/tensor.h"

namespace wengert {

/// Throws Error(file) for what cannot be read or isn't such a file, Error(size) for a shape that overflows.
Tensor read_npy(const std::string& path);
/// The same from bytes; `path` is the name in messages.
Tensor parse_npy(std::string_view bytes, const std::string& path);

std::string npy_bytes(const Tensor& tensor);
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace wengert
