// What tests of symmetric results share.
#pragma once
#include <random>
#include <vector>

#include "../fuzz/compiled.h"
#include "../kernels/compare.h"
#include "ir/ops/contractions.h"
#include "ir/ops/movement.h"

namespace wengert::testing {

/// Products of the plan that copy one triangle from the other.
inline size_t mirrored(const Program& program, const PlanOptions& options = {}) {
  size_t count = 0;
  make_plan(program, options).each_nest([&](const Nest& nest) {
    count += nest.product && nest.product->mirrored;
  });
  return count;
}

/// AᵀA with k × n numbers in A, or A Aᵀ with n × k.
inline Program gram(Dtype dtype, bool transposed, const Extent& n, const Extent& k) {
  Build b;
  const Expr A = b.in("A", dtype, transposed ? Shape{k, n} : Shape{n, k});
  b.out("AA", transposed ? matmul(transpose(A), A) : matmul(A, transpose(A)));
  return std::move(b.program);
}

inline std::vector<Tensor> normal_arguments(const Program& program, const Bindings& sizes) {
  std::mt19937_64 random(3);
  std::vector<Tensor> out;
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    Tensor& made = out.emplace_back(type.dtype, numbers(type.shape, sizes));
    for (int64_t i = 0; i < made.count(); i++) made.set(i, std::normal_distribution<>()(random));
  }
  return out;
}

}  // namespace wengert::testing
