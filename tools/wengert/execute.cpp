#include "tools/wengert/execute.h"

#include "ir/evaluate.h"
#include "tools/wengert/messages.h"

namespace wengert::tool {

std::vector<Tensor> execute(const Program& program, std::span<const Tensor> arguments, bool evaluator) {
  (void)evaluator;
  Evaluation evaluation = evaluate(program, arguments);
  if (evaluation.flags & 1)
    print_warning(
        "an index was out of range: what it picked is NaN (0 for integers), what it wrote is dropped");
  return std::move(evaluation.outputs);
}

}  // namespace wengert::tool
