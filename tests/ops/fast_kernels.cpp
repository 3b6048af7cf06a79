// The op tests' programs as users get them with fast_math: through all passes, the rows marked fast among
// them, and compiled in full. The bits are not the evaluator's; what a test expects must hold all the same.
#include <memory>

#include "../fuzz/compiled.h"
#include "backends.h"
#include "passes/pipeline.h"

namespace wengert::tests {
namespace {

Program optimize_fast(const Program& program) {
  RunOptions options;
  options.fast_math = true;
  return optimize(program, options);
}

std::function<Outputs(std::span<const Tensor>)> load_fast(const Program& program) {
  const auto kernel = std::make_shared<fuzz::Compiled>(program, CompileOptions{.fast_math = true});
  return [kernel, &program](std::span<const Tensor> arguments) {
    return kernel->run(arguments, bind_symbols(program, arguments)).outputs;
  };
}

}  // namespace

const std::vector<Backend>& other_backends() {
  static const std::vector<Backend> all = {{"fast_math", optimize_fast, load_fast}};
  return all;
}

Runner::Runner(const Program& program) : program_(program) {
  const Backend& fast = other_backends().front();
  others_.push_back({&fast, std::make_unique<Program>(fast.lower(program)), {}});
  others_.back().call = fast.load(*others_.back().lowered);
}

Outputs Runner::operator()(std::span<const Tensor> arguments) const {
  return others_.front().call(arguments);
}

}  // namespace wengert::tests
