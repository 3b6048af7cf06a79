#include "compare.h"

#include <random>

#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "runtime/buffer.h"
#include "runtime/threads.h"

namespace wengert::testing {

const std::vector<Bindings> rows = {{{"N", 0}},  {{"N", 1}},    {{"N", 7}},    {{"N", 16}},
                                    {{"N", 37}}, {{"N", 1000}}, {{"N", 4096}}, {{"N", 10007}}};

static Tensor random_tensor(Dtype dtype, std::vector<int64_t> shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  Tensor out(dtype, std::move(shape));
  for (int64_t i = 0; i < out.count(); i++)
    out.set(i, is_float(dtype) ? std::uniform_real_distribution<>(-2, 2)(random)
                               : static_cast<double>(random() % 7));
  return out;
}

// Workers one after another, the last one first.
static void backwards(void*, int64_t count, void (*body)(void*, int64_t), void* data) {
  for (int64_t i = count; i-- > 0;) body(data, i);
}

static void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier,
                    const PlanOptions& options, runtime::ParallelFor* parallel_for) {
  const Plan plan = make_plan(program, options);
  INFO(print_plan(plan));
  INFO(options.threads, " threads");
  Compilation compilation(Target::host(), {.tier = tier}, "test");
  emit_entry(compilation, plan, describe_entry(plan, "kernel"));
  const auto kernel = load_object(compilation.emit_object());
  for (const Bindings& known : sizes) {
    std::vector<Tensor> arguments;
    for (Value input : program.inputs()) {
      std::vector<int64_t> shape;
      for (const Extent& e : program.graph->type(input).shape) shape.push_back(e.evaluate(known));
      arguments.push_back(random_tensor(program.graph->type(input).dtype, shape, arguments.size() + 1));
    }
    const Evaluation expected = evaluate(program, arguments, known);
    std::vector<const void*> inputs;
    for (const Tensor& t : arguments) inputs.push_back(t.bytes.data());
    std::vector<Tensor> results;
    std::vector<void*> outputs;
    for (const Tensor& t : expected.outputs) results.emplace_back(t.dtype, t.shape);
    for (Tensor& t : results) outputs.push_back(t.bytes.data());
    std::vector<int64_t> symbols;
    std::string at;
    for (const std::string& s : program.symbols())
      symbols.push_back(known.at(s)), at += s + "=" + std::to_string(known.at(s)) + " ";
    INFO(at);
    const runtime::Buffer workspace(plan.workspace.evaluate(known) + 64);
    auto* space = const_cast<std::byte*>(workspace.data());
    const int code = options.threads > 1
                         ? kernel->function<runtime::ThreadedPackedEntry>("kernel_packed")(
                               inputs.data(), symbols.data(), outputs.data(), space, parallel_for, nullptr)
                         : kernel->function<runtime::PackedEntry>("kernel_packed")(
                               inputs.data(), symbols.data(), outputs.data(), space);
    CHECK(code == expected.flags);
    for (size_t i = 0; i < results.size(); i++) {
      INFO(program.outputs[i].name);
      CHECK(results[i].same_bits(expected.outputs[i]));
    }
  }
}

void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier) {
  const unsigned bits = Target::host().vector_bits;
  compare(program, sizes, tier, {.vector_bits = bits}, nullptr);
  if (tier != Tier::full) return;
  // Cut wherever that is possible.
  compare(program, sizes, tier, {.vector_bits = bits, .threads = 3, .part_work = 1}, runtime::parallel_for);
  compare(program, sizes, tier, {.vector_bits = bits, .threads = 7, .part_work = 1000}, backwards);
}

}  // namespace wengert::testing
