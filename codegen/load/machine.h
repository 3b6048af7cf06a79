// What code depends on besides its program: the processor that it was made for, and the build of the compiler
// that made it. Found without LLVM, a few microseconds each.
#pragma once
#include <string>

namespace wengert {

/// What the processor says of itself: model, features, what the system saves of its registers. Equal on equal
/// processors under equal systems.
const std::string& machine_identity();

/// The identity that the linker gave a program or library (its GNU build id, in hex), different for different
/// content. Empty when the file cannot be read or has none.
std::string build_identity(const std::string& path);

/// The same of the loaded program or library that holds the function or object at this address: its file may
/// have been replaced since.
std::string loaded_identity(const void* address);

/// The file that was loaded for the function or object at this address; empty when the system does not say.
std::string file_of(const void* address);

}  // namespace wengert
