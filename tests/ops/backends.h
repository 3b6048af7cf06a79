// Where the programs of the op tests run. The evaluator defines the bits; every other backend must give the
// same on the same graph. Which backends there are is up to the binary: each links one source that defines
// other_backends().
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::tests {

using Outputs = std::vector<Tensor>;

struct Backend {
  std::string_view name;
  /// The graph it runs, if that is not the program as it stands.
  Program (*lower)(const Program& program);
  /// Makes the lowered program, which outlives the result, ready to be called.
  std::function<Outputs(std::span<const Tensor> arguments)> (*load)(const Program& lowered);
};

/// Beside the evaluator.
const std::vector<Backend>& other_backends();

/// A program on all backends.
class Runner {
 public:
  explicit Runner(const Program& program);
  /// The evaluator's outputs, after a check that all others give the bits of the evaluator on their graph.
  Outputs operator()(std::span<const Tensor> arguments) const;

 private:
  struct Other {
    const Backend* backend;
    std::unique_ptr<Program> lowered;
    std::function<Outputs(std::span<const Tensor>)> call;
  };
  const Program& program_;
  std::vector<Other> others_;
};

inline Outputs run(const Program& program, std::span<const Tensor> arguments) {
  return Runner(program)(arguments);
}

}  // namespace wengert::tests
