// The whole journey: a program through the passes, the plan and LLVM, into memory or into files.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"
#include "passes/pipeline.h"
#include "runtime/buffer.h"
#include "runtime/kernel.h"
#include "runtime/scalar_tier.h"
#include "runtime/step_times.h"
#include "runtime/threads.h"

namespace wengert {

/// An input whose array becomes an output's, by their names: both of one type, no scalars. The caller passes
/// one pointer, in the input's place, and finds the output there (docs/abi.md).
struct DonatedInput {
  std::string input, output;
};

struct CompileSettings {
  std::string triple = {};  ///< empty: this machine
  /// Empty: for jit this machine's; for build x86-64-v3, or the triple's baseline. jit throws Error(target)
  /// for one that has instructions which this machine lacks.
  std::string cpu = {};
  bool fast_math = false;  ///< permits reassociation, contraction and reciprocals
  bool stable = true;      ///< permits rewrites that are nearer to the real value (log1p …)
  bool quick = false;      ///< compile as fast as can be, for slower code in larger stack frames
  ScalarTier scalar_tier = ScalarTier::automatic;
  /// Workers that share a call's work at most; the bits of the results do not depend on it. Above 1 the
  /// kernel takes a parallel_for (docs/abi.md); for jit it is the process's own (runtime/threads.h).
  uint32_t threads = 1;
  /// Each input and each output once at most; placed in this order. build_object() leaves a pair out of
  /// programs that lack one of its names; Error(name) where all do.
  std::vector<DonatedInput> donate = {};
  /// Bytes of workspace at most, as NAME_workspace() counts them: arrays that can be are recomputed where
  /// they are read. What it depends on must be numbers (bind), else Error(argument). Error(size) says how far
  /// the search came.
  std::optional<int64_t> workspace_limit = {};
  /// For jit: an equal program that was compiled with equal settings gives the same code again. A process
  /// keeps 64 MiB of it.
  bool reuse = true;
  /// For jit: a folder where compiled kernels are kept for other processes; empty: $WENGERT_KERNEL_FOLDER,
  /// and none where that is not set. It is made if need be; Error(file) unless it is the user's alone (mode
  /// 0700). Entries of other versions, damaged ones and ones of other users are passed over; beyond 256 MiB
  /// those that were not used for longest go.
  std::string kernel_folder = {};
  StepTimes* times = nullptr;  ///< gets what each step of compiling takes
};

/// A compiled program in memory. Immutable; calls are thread-safe.
class CompiledFunction {
 public:
  /// Runs it on arguments in the order of the inputs, with symbols from their shapes and `known`. Checks
  /// dtypes, ranks and extents: throws Error(type / argument / size) before anything runs. Adds flag bits to
  /// *flags. Donated arguments are copied; those given away as a vector are not, their storage becomes the
  /// results'.
  std::vector<Tensor> operator()(std::span<const Tensor> arguments, const Bindings& known = {},
                                 int* flags = nullptr) const;
  std::vector<Tensor> operator()(std::vector<Tensor>&& arguments, const Bindings& known = {},
                                 int* flags = nullptr) const;

  /// The function itself, under the C ABI (docs/abi.md): no check but the kernel's own. Valid while this
  /// lives. A threaded function's last arguments are parallel_for and its context.
  template <class F>
  F* raw() const {
    return kernel_->function<F>(symbol_);
  }

  /// NAME_packed of the C ABI: the arguments in arrays, on the threads that it was compiled for. No check but
  /// the kernel's own. Writes the inputs that are donated.
  int call(const void* const* inputs, const int64_t* symbols, void* const* outputs, void* workspace) const {
    return threaded_ ? threaded_(inputs, symbols, outputs, workspace, runtime::parallel_for, nullptr)
                     : packed_(inputs, symbols, outputs, workspace);
  }
  bool threaded() const { return threaded_ != nullptr; }
  /// Numbers of the donated inputs and of the outputs that they become.
  const std::vector<std::pair<size_t, size_t>>& donated() const { return donated_; }

  /// The program as it was compiled, behind the passes.
  const Program& program() const { return *program_; }
  const std::string& symbol() const { return symbol_; }
  /// Bytes of workspace for these symbols. Throws Error(size) naming what is wrong with them.
  size_t workspace(const Bindings& symbols) const;
  /// So much memory; throws Error(size) when there is not enough.
  runtime::Buffer make_workspace(const Bindings& symbols) const;

 private:
  friend CompiledFunction jit(const Program&, const CompileSettings&);
  std::vector<Tensor> run(std::span<const Tensor> arguments, std::vector<Tensor>* given,
                          const Bindings& known, int* flags) const;
  std::shared_ptr<const Program> program_;
  std::shared_ptr<runtime::Kernel> kernel_;
  std::vector<std::string> symbols_;
  std::vector<std::pair<size_t, size_t>> donated_;
  std::string symbol_;
  runtime::PackedEntry* packed_ = nullptr;            // one of these
  runtime::ThreadedPackedEntry* threaded_ = nullptr;  // is not null
};

/// Compiles for this machine and loads, unless that was done before (`reuse`, `kernel_folder`). The object
/// bytes are those that build_object() writes for the same settings.
CompiledFunction jit(const Program& program, const CompileSettings& settings = {});

/// Throws Error(type) unless the function takes and gives so many f64 scalars, Error(argument) if it is
/// threaded.
void check_scalars(const CompiledFunction& function, size_t inputs, size_t outputs);

/// A typed handle of a compiled scalar program: `ScalarFunction<2, 3> f(jit(program))` takes 2 doubles and
/// gives 3. Every input and output must be an f64 scalar (Error(type) otherwise). Costs a few nanoseconds a
/// call.
template <size_t inputs, size_t outputs>
class ScalarFunction {
 public:
  explicit ScalarFunction(CompiledFunction function) : function_(std::move(function)) {
    check_scalars(function_, inputs, outputs);
    call_ = make(std::make_index_sequence<inputs>(), std::make_index_sequence<outputs>());
    workspace_ = function_.workspace({});
  }
  std::array<double, outputs> operator()(const std::array<double, inputs>& x) const {
    std::array<double, outputs> y;
    if (workspace_ == 0) {
      call(x, y, nullptr, std::make_index_sequence<inputs>(), std::make_index_sequence<outputs>());
    } else {
      const runtime::Buffer workspace(workspace_);
      call(x, y, const_cast<std::byte*>(workspace.data()), std::make_index_sequence<inputs>(),
           std::make_index_sequence<outputs>());
    }
    return y;
  }

 private:
  template <size_t>
  using Number = double;
  template <size_t>
  using Result = double*;
  using Call = void*;
  template <size_t... i, size_t... o>
  Call make(std::index_sequence<i...>, std::index_sequence<o...>) {
    return reinterpret_cast<Call>(function_.raw<int(Number<i>..., Result<o>..., void*)>());
  }
  template <size_t... i, size_t... o>
  void call(const std::array<double, inputs>& x, std::array<double, outputs>& y, void* workspace,
            std::index_sequence<i...>, std::index_sequence<o...>) const {
    reinterpret_cast<int (*)(Number<i>..., Result<o>..., void*)>(call_)(x[i]..., &y[o]..., workspace);
  }
  CompiledFunction function_;
  Call call_ = nullptr;
  size_t workspace_ = 0;
};

/// What build_object() makes, by kind of file; empty where it wasn't asked for.
struct Artifacts {
  std::vector<char> object, bitcode;
  std::string header, description, python, llvm_ir, assembly;
  std::string explanation;  ///< each entry's kernels: what they cost, and why they were cut
  /// With obj or asm: functions that take more stack than docs/abi.md says.
  std::vector<std::string> warnings;
};

struct NamedProgram {
  std::string symbol;  ///< a C identifier
  const Program* program;
};

/// Compiles programs as entries of one object, for any supported target. `kinds` are of obj, header, json,
/// py, ll, asm, bc, and explanation. `name` is the stem of the files, for the header's guard. Throws
/// Error(name) for symbols that clash or are no identifiers.
Artifacts build_object(std::span<const NamedProgram> programs, const std::string& name,
                       std::span<const std::string> kinds, const CompileSettings& settings = {});

}  // namespace wengert
