// Loads object bytes, the same that would be written to a file, into this process. Thread-safe.
#pragma once
#include <memory>
#include <span>

#include "runtime/kernel.h"

namespace wengert {

/// The kernel's symbols are the object's global functions. Its memory is freed with the last shared_ptr.
/// Throws Error(target) when the object cannot be linked here, for instance because of an undefined symbol;
/// names in `external` are looked up in this process.
std::shared_ptr<runtime::Kernel> load_object(std::span<const char> object,
                                             const runtime::Kernel::Symbols& external = {});

}  // namespace wengert
