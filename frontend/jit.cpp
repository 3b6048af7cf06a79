// Programs compiled into memory, and the ways around compiling: kernels that this process has, and a folder
// of kernels on disk.
#include <cstdlib>

#include <fmt/format.h>

#include "codegen/describe/program.h"
#include "codegen/load/kernel_cache.h"
#include "codegen/load/kernel_key.h"
#include "codegen/load/machine.h"
#include "codegen/load/object_loader.h"
#include "frontend/compile_steps.h"
#include "ir/error.h"

namespace wengert {
namespace {

constexpr const char* symbol = "kernel";

/// All that the code depends on besides the program and the compiler.
std::string settings_text(const CompileSettings& settings, const std::vector<Donation>& donations) {
  std::string out = fmt::format("{}|{}|{}|{}|{}|{}|{}", machine_identity(), settings.triple, settings.cpu,
                                settings.fast_math, settings.quick, static_cast<int>(settings.scalar_tier),
                                settings.threads);
  for (const Donation& donation : donations) out += fmt::format("|{}:{}", donation.input, donation.output);
  if (settings.workspace_limit) out += fmt::format("|{} bytes", *settings.workspace_limit);
  return out;
}

std::vector<char> generate(const Program& program, const CompileSettings& settings) {
  const Target target = target_of(settings);
  const Plan plan = [&] {
    const StepClock clock(settings.times, "plan", "plan");
    return make_plan(program, plan_options(settings, target, program));
  }();
  const Entry entry = describe_entry(plan, symbol);
  count_kernel(&KernelCounts::compiled);
  return generator()
      .generate({.target = target,
                 .options = compile_options(settings),
                 .name = program.name,
                 .parts = {{&plan, &entry}}})
      .object;
}

// What lies in a folder: the path and the build of the file that LLVM was in, a line each, and the object.
// The library of LLVM may be exchanged without the compiler's, and which one that would use is only known
// when it is loaded.

std::vector<char> with_llvm(const std::vector<char>& object, const std::string& build) {
  const std::string lines = file_of(generator().llvm) + "\n" + build + "\n";
  std::vector<char> out(lines.begin(), lines.end());
  out.insert(out.end(), object.begin(), object.end());
  return out;
}

/// The object; empty when LLVM is another one now.
std::span<const char> of_same_llvm(std::span<const char> stored) {
  const std::string_view text(stored.data(), stored.size());
  const size_t first = text.find('\n'), second = text.find('\n', first + 1);
  if (second == text.npos) return {};
  const std::string build = build_identity(std::string(text.substr(0, first)));
  if (build.empty() || build != text.substr(first + 1, second - first - 1)) return {};
  return stored.subspan(second + 1);
}

std::string kernel_folder(const CompileSettings& settings) {
  if (!settings.kernel_folder.empty()) return settings.kernel_folder;
  // A program with the rights of another user takes no folders from whoever started it.
  const char* given = secure_getenv("WENGERT_KERNEL_FOLDER");
  return given ? given : "";
}

std::shared_ptr<runtime::Kernel> make_kernel(const Program& program, const CompileSettings& settings) {
  std::optional<StepClock> looking(std::in_place, settings.times, "code", "looking for a kept kernel");
  KernelKey key = kernel_key(program, settings_text(settings, donations_of(program, settings)));
  if (settings.reuse)
    if (auto kept = find_kernel(key.bytes)) {
      count_kernel(&KernelCounts::reused);
      return kept;
    }
  const auto keep = [&](std::shared_ptr<runtime::Kernel> kernel, size_t bytes) {
    return settings.reuse ? keep_kernel(key.bytes, std::move(kernel), bytes) : kernel;
  };
  const std::string path = kernel_folder(settings);
  std::optional<KernelFolder> folder;
  std::string stored_key;
  if (!path.empty()) folder.emplace(path);  // a folder that cannot be one is refused in any case
  if (folder && key.portable && !generator_builds().empty()) {
    stored_key = generator_builds() + "\n" + key.bytes;
    if (const auto stored = folder->read(stored_key))
      if (const std::span<const char> object = of_same_llvm(*stored); !object.empty())
        if (auto kernel = load_plain_kernel(object)) {
          count_kernel(&KernelCounts::read);
          return keep(std::move(kernel), object.size());
        }
  }
  looking.reset();
  const std::vector<char> object = generate(program, settings);
  const StepClock clock(settings.times, "code", "loading the kernel");
  auto kernel = load_kernel(object);
  const std::string llvm = loaded_identity(generator().llvm);
  if (!stored_key.empty() && !llvm.empty() && generator_builds_hold())
    folder->write(stored_key, with_llvm(object, llvm));
  return keep(std::move(kernel), object.size());
}

}  // namespace

Target target_of(const CompileSettings& settings) {
  const StepClock clock(settings.times, "code", "loading the code generator");
  if (settings.cpu.empty() && settings.triple.empty()) return generator().host();
  Target target = generator().named(settings.triple, settings.cpu);
  if (!generator().runs_here(target))
    throw Error(Code::target, fmt::format("this machine cannot run code for the CPU '{}' of {}: it lacks "
                                          "something of it; 'native' is this machine",
                                          target.cpu, target.triple));
  return target;
}

CompiledFunction jit(const Program& program, const CompileSettings& settings) {
  CompiledFunction out;
  out.symbol_ = symbol;
  const Program* const only[] = {&program};
  check_donations(only, settings);
  for (const Donation& donation : donations_of(program, settings))
    out.donated_.emplace_back(donation.input, donation.output);
  out.program_ = std::make_shared<const Program>(optimized(program, settings));
  check_sizes(*out.program_);
  out.symbols_ = out.program_->symbols();
  out.kernel_ = make_kernel(*out.program_, settings);
  const std::string packed = out.symbol_ + "_packed";
  if (settings.threads > 1)
    out.threaded_ = out.kernel_->function<runtime::ThreadedPackedEntry>(packed);
  else
    out.packed_ = out.kernel_->function<runtime::PackedEntry>(packed);
  return out;
}

}  // namespace wengert
