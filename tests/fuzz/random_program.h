// Random programs, valid by construction: DAGs over every registered op whose call can be drawn, all dtypes,
// numbers and symbols as extents. The same seed gives the same program. And shrinking, to the smallest
// program that still fails.
#pragma once
#include <cstdint>
#include <functional>

#include "ir/program.h"

namespace wengert::fuzz {

struct Recipe {
  int nodes = 30;        ///< calls that are drawn (a call may make several nodes)
  bool symbols = true;   ///< extents N and M among the numbers
  bool doubles = false;  ///< inputs and outputs are f64, for derivatives
};

/// Inputs of every dtype and a few shapes, then random calls on what is there, then some values as outputs.
Program random_program(uint64_t seed, const Recipe& recipe = {});
/// Numbers for N and M, from 0 on.
Bindings random_symbols(uint64_t seed);

/// The program after dropping outputs and replacing nodes by their operands or by inputs, as long as it still
/// fails.
Program shrink(const Program& program, const std::function<bool(const Program&)>& fails);

}  // namespace wengert::fuzz
