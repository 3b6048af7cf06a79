// What tests of kernels share: programs compiled as they stand, and held to the evaluator's bits.
#pragma once
#include <vector>

#include <doctest/doctest.h>

#include "build.h"
#include "codegen/compiler.h"
#include "codegen/plan/plan.h"
#include "ir/evaluate.h"

namespace wengert::testing {

/// Sizes around those where loops, blocks and chunks end.
extern const std::vector<Bindings> rows;

/// Compiles the program as it stands and compares all of its outputs at these sizes.
void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier = Tier::full,
             const std::vector<Donation>& donations = {});
/// With one plan.
void compare(const Program& program, const std::vector<Bindings>& sizes, const PlanOptions& options,
             Tier tier = Tier::full);

}  // namespace wengert::testing
