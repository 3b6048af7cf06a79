// The op tests' programs as kernels, loaded into this process; with composites taken apart and nothing else
// changed.
#include <memory>

#include "../fuzz/compiled.h"
#include "backends.h"
#include "passes/passes.h"

namespace wengert::tests {

static std::function<Outputs(std::span<const Tensor>)> load_kernel(const Program& program) {
  const auto kernel = std::make_shared<fuzz::Compiled>(program, CompileOptions{.tier = Tier::fast});
  return [kernel, &program](std::span<const Tensor> arguments) {
    return kernel->run(arguments, bind_symbols(program, arguments)).outputs;
  };
}

const std::vector<Backend>& other_backends() {
  static const std::vector<Backend> all = {
      {"kernel", [](const Program& program) { return run_pass(expand_composites, program); }, load_kernel}};
  return all;
}

}  // namespace wengert::tests
