#include "tools/wengert/execute.h"

#include "frontend/compile.h"
#include "ir/evaluate.h"
#include "passes/pipeline.h"
#include "tools/wengert/messages.h"

namespace wengert::tool {

std::vector<Tensor> execute(const Program& program, std::span<const Tensor> arguments, bool evaluator,
                            const std::string& kernel_folder, StepTimes* times) {
  int flags = 0;
  std::vector<Tensor> outputs;
  if (evaluator || program.graph->size() > compile_limit) {
    // Of what would be compiled: a pass may bring a value nearer to the real one (log(1 + x) as log1p).
    RunOptions options;
    options.verify = false;
    std::vector<PassReport> report;
    options.report = &report;
    const Program optimized = optimize(program, options);
    for (const PassReport& pass : report)
      if (times) times->add("graph passes", pass.pass, pass.seconds);
    const StepClock clock(times, "run", "evaluator");
    Evaluation evaluation = evaluate(optimized, arguments);
    outputs = std::move(evaluation.outputs);
    flags = evaluation.flags;
  } else {
    const CompiledFunction function = jit(program, {.kernel_folder = kernel_folder, .times = times});
    const StepClock clock(times, "run", "call");
    outputs = function(arguments, {}, &flags);
  }
  if (flags & 1)
    print_warning(
        "an index was out of range: what it picked is NaN (0 for integers), what it wrote is dropped");
  return outputs;
}

}  // namespace wengert::tool
