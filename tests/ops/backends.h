// Where the programs of the op tests run. The evaluator is the first backend and defines the bits; every
// other one must give the same.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::tests {

struct Backend {
  std::string_view name;
  std::vector<Tensor> (*run)(const Program& program, std::span<const Tensor> arguments);
};

const std::vector<Backend>& backends();

/// The outputs by the evaluator, after a check that all other backends give the same bits.
std::vector<Tensor> run(const Program& program, std::span<const Tensor> arguments);

}  // namespace wengert::tests
