// What to compile for: triple, CPU and features. A value. Wengert emits ELF objects for x86-64 and aarch64,
// and needs hardware fused multiply-add, because contractions are defined with it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/llvm_forward.h"
#include "runtime/scalar_tier.h"
#include "runtime/step_times.h"

namespace wengert {

/// How much the compiler works.
enum class Tier {
  fast,  ///< compiles soonest: no optimisation, the fast register allocator
  full   ///< runs soonest
};

struct CompileOptions {
  Tier tier = Tier::full;
  bool fast_math = false;  ///< permits reassociation, contraction and reciprocals outside op bodies
  std::vector<std::string> external = {};  ///< C functions of the user, which may stay undefined
  /// Outputs that together have so many bytes are stored around the caches.
  int64_t beyond_caches = 24 << 20;
  /// For code of this process alone: called when a part of an entry has run, with the number of the plan's
  /// nest or one of these.
  void (*mark)(uint32_t done) = nullptr;
  static constexpr uint32_t mark_checks = 0xFFFFFFFF;  ///< all that comes before the first part
  static constexpr uint32_t mark_rest = 0xFFFFFFFE;    ///< scalars, or copies to outputs
  StepTimes* times = nullptr;                          ///< gets what the steps take
};

struct Target {
  std::string triple;
  std::string cpu;             ///< tunes; also decides what is legal where `features` says nothing
  std::string features;        ///< "+avx2,-avx512f"; decides what is legal
  bool fma = true;             ///< always, today
  unsigned vector_bits = 128;  ///< the widest vector registers worth using: 128, 256 or 512
  unsigned vector_registers = 32;
  bool masked_vectors = false;  ///< loads and stores of some lanes of a vector are instructions

  /// This machine: the CPU's name for tuning, and the features that it really has.
  static Target host();
  /// A named machine. An empty triple is the host's; an empty cpu is x86-64-v3, or generic on aarch64;
  /// "native" is host(). Throws Error(target) saying what is wrong and what there is.
  static Target named(std::string_view triple, std::string_view cpu = {});
  /// Lanes of a full vector of elements of `bytes` bytes.
  unsigned lanes(size_t bytes) const { return static_cast<unsigned>(vector_bits / 8 / bytes); }
  /// Can this process run the target's code? (The same architecture, and no feature that the machine lacks.)
  bool runs_here() const;

  bool operator==(const Target&) const = default;
};

/// A machine for position independent code. Not thread-safe: one for each compilation.
std::unique_ptr<llvm::TargetMachine> make_target_machine(const Target& target, Tier tier);

}  // namespace wengert
