#include "compiled.h"

#include <algorithm>

#include <fmt/format.h>

#include "../guarded_array.h"
#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "runtime/threads.h"

namespace wengert::fuzz {

using testing::GuardedArray;

Compiled::Compiled(const Program& program, CompileOptions options, const Target& target, uint32_t threads)
    : Compiled(make_plan(program, {.vector_bits = target.vector_bits, .threads = threads, .part_work = 1}),
               std::move(options), target) {}

Compiled::Compiled(Plan plan, CompileOptions options, const Target& target)
    : plan_(std::move(plan)), symbols_(plan_.program->symbols()) {
  Compilation compilation(target, std::move(options), "random");
  emit_entry(compilation, plan_, describe_entry(plan_, "kernel"));
  kernel_ = load_object(compilation.emit_object());
  for (const std::string& warning : compilation.warnings()) throw Error(Code::internal, warning);
}

namespace {

// Workers one after another, the last one first.
void backwards(void*, int64_t count, void (*body)(void*, int64_t), void* data) {
  for (int64_t i = count; i-- > 0;) body(data, i);
}

struct Run {
  const Plan& plan;
  const runtime::Kernel& kernel;
  std::span<const Tensor> arguments;
  const Bindings& symbols;
  std::vector<int64_t> numbers;

  Evaluation operator()(GuardedArray::At at, runtime::ParallelFor* parallel_for) const {
    const Program& program = *plan.program;
    std::vector<GuardedArray> inputs, outputs;
    std::vector<const void*> from;
    for (const Tensor& argument : arguments)
      from.push_back(inputs.emplace_back(std::span<const std::byte>(argument.bytes), at).data());
    Evaluation result;
    std::vector<void*> to;
    for (const Output& output : program.outputs) {
      const Type& type = program.graph->type(output.value);
      const Tensor& array = result.outputs.emplace_back(type.dtype, wengert::numbers(type.shape, symbols));
      to.push_back(outputs.emplace_back(array.bytes.size(), at).data());
    }
    const auto needed = static_cast<size_t>(plan.workspace.evaluate(symbols));
    GuardedArray workspace(needed == 0 ? 0 : needed + 63, at);  // the kernel aligns it
    result.flags = plan.options.threads > 1
                       ? kernel.function<runtime::ThreadedPackedEntry>("kernel_packed")(
                             from.data(), numbers.data(), to.data(), workspace.data(), parallel_for, nullptr)
                       : kernel.function<runtime::PackedEntry>("kernel_packed")(from.data(), numbers.data(),
                                                                                to.data(), workspace.data());
    if (result.flags < 0) throw Error(Code::internal, fmt::format("the kernel returned {}", result.flags));
    if (!workspace.intact()) throw Error(Code::internal, "the kernel wrote outside of its workspace");
    for (size_t i = 0; i < outputs.size(); i++) {
      if (!outputs[i].intact())
        throw Error(Code::internal,
                    fmt::format("the kernel wrote outside of output {}", program.outputs[i].name));
      std::copy_n(outputs[i].data(), result.outputs[i].bytes.size(), result.outputs[i].bytes.data());
    }
    return result;
  }
};

void require_same(const Plan& plan, const Evaluation& a, const Evaluation& b, const char* what) {
  if (a.flags != b.flags) throw Error(Code::internal, fmt::format("the flags depend on {}", what));
  for (size_t i = 0; i < a.outputs.size(); i++)
    if (!a.outputs[i].same_bits(b.outputs[i]))
      throw Error(Code::internal,
                  fmt::format("output {} depends on {}", plan.program->outputs[i].name, what));
}

}  // namespace

Evaluation Compiled::run(std::span<const Tensor> arguments, const Bindings& symbols) const {
  Run run{plan_, *kernel_, arguments, symbols, {}};
  for (const std::string& symbol : symbols_) run.numbers.push_back(symbols.at(symbol));
  const Evaluation first = run(GuardedArray::At::end, runtime::parallel_for);
  require_same(plan_, first, run(GuardedArray::At::begin, backwards),
               plan_.options.threads > 1 ? "the order of workers" : "where the arrays lie");
  if (plan_.options.threads > 1)
    require_same(plan_, first, run(GuardedArray::At::end, nullptr), "whether there are threads");
  return first;
}

}  // namespace wengert::fuzz
