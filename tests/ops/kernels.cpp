// The op tests' programs as kernels, loaded into this process; with composites taken apart and nothing else
// changed.
#include <memory>

#include "backends.h"
#include "codegen/compiler.h"
#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "ir/evaluate.h"
#include "passes/passes.h"
#include "runtime/buffer.h"

namespace wengert::tests {

static std::function<Outputs(std::span<const Tensor>)> load_kernel(const Program& program) {
  const auto plan = std::make_shared<Plan>(make_plan(program));
  Compilation compilation(Target::host(), {.tier = Tier::fast}, "ops");
  emit_entry(compilation, *plan, describe_entry(*plan, "kernel"));
  const auto kernel = load_object(compilation.emit_object());
  return [kernel, plan](std::span<const Tensor> arguments) {
    const Program& lowered = *plan->program;
    const Bindings known = bind_symbols(lowered, arguments);
    std::vector<const void*> inputs;
    for (const Tensor& t : arguments) inputs.push_back(t.bytes.data());
    std::vector<int64_t> symbols;
    for (const std::string& name : lowered.symbols()) symbols.push_back(known.at(name));
    Outputs results;
    for (const Output& output : lowered.outputs) {
      const Type& type = lowered.graph->type(output.value);
      std::vector<int64_t> shape;
      for (const Extent& extent : type.shape) shape.push_back(extent.evaluate(known));
      results.emplace_back(type.dtype, shape);
    }
    std::vector<void*> outputs;
    for (Tensor& t : results) outputs.push_back(t.bytes.data());
    const runtime::Buffer workspace(static_cast<size_t>(plan->workspace.evaluate(known)) + 64);
    const int code = kernel->function<runtime::PackedEntry>("kernel_packed")(
        inputs.data(), symbols.data(), outputs.data(), const_cast<std::byte*>(workspace.data()));
    if (code < 0) throw Error(Code::internal, "the kernel refused its arguments");
    return results;
  };
}

const std::vector<Backend>& other_backends() {
  static const std::vector<Backend> all = {
      {"kernel", [](const Program& program) { return run_pass(expand_composites, program); }, load_kernel}};
  return all;
}

}  // namespace wengert::tests
