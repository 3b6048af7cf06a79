// A shared library of an object, for languages that load code at run time. Linked by the C compiler of the
// machine: $CC, else cc, gcc or clang for this machine's triple, else ARCH-linux-gnu-gcc.
#pragma once
#include <span>
#include <string>

#include "codegen/target.h"

namespace wengert {

/// Writes the library to `path`. Throws Error(file) when there is no linker, or with what it said.
void write_shared_library(std::span<const char> object, const Target& target, const std::string& path);

}  // namespace wengert
