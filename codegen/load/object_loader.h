// Loads objects that Wengert emits into this process without LLVM: code and constants, joined by a few kinds
// of relocation. Thread-safe.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "runtime/kernel.h"

namespace wengert {

/// The kernel's symbols are the object's global functions; its memory is freed with the last shared_ptr.
/// Pages are never writable and executable at once. Objects with anything else in them (undefined symbols,
/// data that is written, unknown sections or relocations) go to LLVM's loader (codegen/jit.h), which says
/// what is wrong with those that it cannot load either.
std::shared_ptr<runtime::Kernel> load_kernel(std::span<const char> object);

/// The same without LLVM's loader: null for an object that it would get.
std::shared_ptr<runtime::Kernel> load_plain_kernel(std::span<const char> object);

/// Changes what `place` points to as the relocation `type` of the ELF machine says: it lies at address `at`
/// and refers to `target`, the symbol and the addend. False for an unknown type and for a target too far
/// away.
bool relocate(uint16_t machine, uint32_t type, char* place, uint64_t at, uint64_t target);
/// The bytes that the relocation changes; 0 for an unknown one.
unsigned relocated_bytes(uint16_t machine, uint32_t type);

}  // namespace wengert
