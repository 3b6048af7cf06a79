#include "compiled.h"

#include <algorithm>

#include <fmt/format.h>

#include "../guarded_array.h"
#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "runtime/threads.h"

namespace wengert::fuzz {

using testing::GuardedArray;

Compiled::Compiled(const Program& program, CompileOptions options, const Target& target, uint32_t threads,
                   std::vector<Donation> donations)
    : Compiled(make_plan(program, {.vector_bits = target.vector_bits,
                                   .fast_math = options.fast_math,
                                   .threads = threads,
                                   .part_work = 1,
                                   .donations = std::move(donations)}),
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
    for (uint32_t i = 0; i < arguments.size(); i++) {
      const std::span<const std::byte> contents(arguments[i].bytes);
      if (is_donated(i))
        std::copy(contents.begin(), contents.end(), inputs.emplace_back(contents.size(), at).data());
      else
        inputs.emplace_back(contents, at);
      from.push_back(inputs.back().data());
    }
    Evaluation result;
    std::vector<void*> to;
    for (uint32_t i = 0; i < program.outputs.size(); i++) {
      const Type& type = program.graph->type(program.outputs[i].value);
      const Tensor& array = result.outputs.emplace_back(type.dtype, wengert::numbers(type.shape, symbols));
      const PlacedDonation* donated = plan.donation_to(i);
      outputs.emplace_back(donated ? 0 : array.bytes.size(), at);
      to.push_back(donated ? nullptr : outputs.back().data());
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
    for (uint32_t i = 0; i < outputs.size(); i++) {
      const PlacedDonation* donated = plan.donation_to(i);
      const GuardedArray& array = donated ? inputs[donated->donation.input] : outputs[i];
      if (!array.intact())
        throw Error(Code::internal,
                    fmt::format("the kernel wrote outside of output {}", program.outputs[i].name));
      std::copy_n(array.data(), result.outputs[i].bytes.size(), result.outputs[i].bytes.data());
    }
    return result;
  }

  bool is_donated(uint32_t input) const {
    return std::any_of(plan.donations.begin(), plan.donations.end(),
                       [&](const PlacedDonation& donated) { return donated.donation.input == input; });
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
