// What tests of kernels share: programs compiled as they stand, and held to the evaluator's bits.
#pragma once
#include <vector>

#include <doctest/doctest.h>

#include "codegen/compiler.h"
#include "codegen/plan/plan.h"
#include "ir/evaluate.h"

namespace wengert::testing {

inline const Extent N = Extent::symbol("N"), M = Extent::symbol("M"), K = Extent::symbol("K");

/// Sizes around those where loops, blocks and chunks end.
extern const std::vector<Bindings> rows;

/// Compiles the program as it stands and compares all of its outputs at these sizes.
void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier = Tier::full);

struct Build {
  Program program;
  Expr in(const char* name, Dtype dtype, Shape shape) {
    return program.graph->input(name, dtype, std::move(shape));
  }
  void out(const char* name, Expr e) { program.outputs.push_back({name, e.value()}); }
};

}  // namespace wengert::testing
