// The identity of a kernel: every byte that its code depends on. Two programs with one key have the same
// code.
#pragma once
#include <cstdint>
#include <string>

#include "ir/program.h"

namespace wengert {

struct KernelKey {
  std::string bytes;
  bool portable = true;  ///< means the same in other processes: the program has no op of a user's
};

/// `settings` says what else the code is made by. The names of the program and of its outputs are no part of
/// it, dead nodes are: the program comes from the passes, which leave none.
KernelKey kernel_key(const Program& program, std::string settings);

/// Two numbers made of all bytes, for names and for noticing damage; no protection against an attacker.
struct Digest {
  uint64_t first = 0, second = 0;
  bool operator==(const Digest&) const = default;
};
Digest digest(std::string_view bytes);

}  // namespace wengert
