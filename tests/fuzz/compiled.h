// A program compiled as it stands, and run between guard bytes, so that a store outside of an array is seen.
#pragma once
#include <memory>
#include <span>

#include "codegen/compiler.h"
#include "codegen/plan/plan.h"
#include "ir/evaluate.h"
#include "runtime/kernel.h"

namespace wengert::fuzz {

class Compiled {
 public:
  /// The program has no composites; it must outlive this. With `threads` above 1 every loop that can be is
  /// cut into parts, however little there is to do.
  Compiled(const Program& program, Tier tier, const Target& target = Target::host(), uint32_t threads = 1);

  /// As evaluate(); a threaded kernel with and without threads, which must give the same. Throws
  /// Error(internal) when the kernel refuses the call or writes outside of an output or of the workspace.
  Evaluation run(std::span<const Tensor> arguments, const Bindings& symbols) const;

 private:
  Evaluation run(std::span<const Tensor> arguments, const Bindings& symbols, bool on_threads) const;
  const Program& program_;
  Plan plan_;
  std::vector<std::string> symbols_;
  std::shared_ptr<runtime::Kernel> kernel_;
};

}  // namespace wengert::fuzz
