#include "compiled.h"

#include <algorithm>

#include <fmt/format.h>

#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "runtime/threads.h"

namespace wengert::fuzz {
namespace {

// Storage with guard bytes on both sides, at no better alignment than an element needs.
class Guarded {
 public:
  Guarded(size_t bytes, size_t alignment) : bytes_(bytes), data_(bytes + 3 * guard, mark) {
    const auto address = reinterpret_cast<uintptr_t>(data_.data());
    begin_ = guard + (alignment - address % alignment) % alignment;
  }
  std::byte* data() { return data_.data() + begin_; }
  bool intact() const {
    const auto untouched = [](std::byte b) { return b == mark; };
    return std::all_of(data_.begin(), data_.begin() + begin_, untouched) &&
           std::all_of(data_.begin() + begin_ + static_cast<int64_t>(bytes_), data_.end(), untouched);
  }

 private:
  static constexpr size_t guard = 64;
  static constexpr std::byte mark{0xA5};
  size_t bytes_;
  std::vector<std::byte> data_;
  ptrdiff_t begin_;
};

}  // namespace

Compiled::Compiled(const Program& program, Tier tier, const Target& target, uint32_t threads)
    : program_(program),
      plan_(make_plan(program, {.vector_bits = target.vector_bits, .threads = threads, .part_work = 1})),
      symbols_(program.symbols()) {
  Compilation compilation(target, {.tier = tier}, "random");
  emit_entry(compilation, plan_, describe_entry(plan_, "kernel"));
  kernel_ = load_object(compilation.emit_object());
}

Evaluation Compiled::run(std::span<const Tensor> arguments, const Bindings& symbols) const {
  Evaluation result = run(arguments, symbols, true);
  if (plan_.options.threads == 1) return result;
  const Evaluation serial = run(arguments, symbols, false);
  bool same = serial.flags == result.flags;
  for (size_t i = 0; i < result.outputs.size(); i++)
    same = same && serial.outputs[i].same_bits(result.outputs[i]);
  if (!same) throw Error(Code::internal, "the kernel gives other bits on threads");
  return result;
}

Evaluation Compiled::run(std::span<const Tensor> arguments, const Bindings& symbols, bool on_threads) const {
  std::vector<const void*> inputs;
  for (const Tensor& argument : arguments) inputs.push_back(argument.bytes.data());
  std::vector<int64_t> numbers;
  for (const std::string& symbol : symbols_) numbers.push_back(symbols.at(symbol));
  Evaluation result;
  std::vector<Guarded> arrays;
  for (const Output& output : program_.outputs) {
    const Type& type = program_.graph->type(output.value);
    std::vector<int64_t> shape;
    for (const Extent& extent : type.shape) shape.push_back(extent.evaluate(symbols));
    const Tensor& array = result.outputs.emplace_back(type.dtype, std::move(shape));
    arrays.emplace_back(array.bytes.size(), size_of(type.dtype));
  }
  std::vector<void*> outputs;
  for (Guarded& array : arrays) outputs.push_back(array.data());
  const auto needed = static_cast<size_t>(plan_.workspace.evaluate(symbols));
  Guarded workspace(needed == 0 ? 0 : needed + 63, 1);  // the kernel aligns it
  if (plan_.options.threads == 1)
    result.flags = kernel_->function<runtime::PackedEntry>("kernel_packed")(inputs.data(), numbers.data(),
                                                                            outputs.data(), workspace.data());
  else
    result.flags = kernel_->function<runtime::ThreadedPackedEntry>("kernel_packed")(
        inputs.data(), numbers.data(), outputs.data(), workspace.data(),
        on_threads ? runtime::parallel_for : nullptr, nullptr);
  if (result.flags < 0) throw Error(Code::internal, fmt::format("the kernel returned {}", result.flags));
  if (!workspace.intact()) throw Error(Code::internal, "the kernel wrote outside of its workspace");
  for (size_t i = 0; i < arrays.size(); i++) {
    if (!arrays[i].intact())
      throw Error(Code::internal,
                  fmt::format("the kernel wrote outside of output {}", program_.outputs[i].name));
    std::copy_n(arrays[i].data(), result.outputs[i].bytes.size(), result.outputs[i].bytes.data());
  }
  return result;
}

}  // namespace wengert::fuzz
