// Random arguments for a program, and the comparison of two programs' values on them.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::testing {

/// Where floats are drawn from: without a range, NaN, infinities, both zeros, tiny and huge numbers among
/// ordinary ones.
struct Draw {
  bool anything = true;
  double low = 0, high = 0;
};

/// Arguments of the program's input types with these numbers for the symbols. Integers stay small half of the
/// time.
std::vector<Tensor> random_arguments(const Program& program, const Bindings& symbols, Draw draw,
                                     std::mt19937_64& random);

/// Empty when the outputs are equal to the bit (any NaN equals any NaN), else the first difference.
/// A flag may be lost with the node that raised it, but none may be new.
std::string different_bits(const Program& a, const Program& b, const std::vector<Tensor>& arguments,
                           const Bindings& symbols);
/// Empty when they differ by no more than `tolerance` times max(1, |value|) and are NaN or infinite together.
std::string far_apart(const Program& a, const Program& b, const std::vector<Tensor>& arguments,
                      const Bindings& symbols, double tolerance);

}  // namespace wengert::testing
