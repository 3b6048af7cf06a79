// The reference evaluator. It defines the bits: kernels are held to it. One loop per kind; op bodies are
// interpreted. Thread-safe (it only reads the program).
#pragma once
#include <span>
#include <vector>

#include "ir/symbols.h"
#include "ir/tensor.h"

namespace wengert {

struct Evaluation {
  std::vector<Tensor> outputs;
  /// Bits of flags raised, as a kernel returns them (docs/abi.md): 1 = an index was out of range.
  int flags = 0;
};

/// Runs the program on arguments in the order of its inputs.
Evaluation evaluate(const Program& program, std::span<const Tensor> arguments, const Bindings& known = {});

}  // namespace wengert
