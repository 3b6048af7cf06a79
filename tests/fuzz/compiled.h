// A program compiled as it stands, and run between pages that no access survives (guarded_array.h): an input
// or output read or written beyond an end, or an input written that is not donated, ends the process.
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
  Compiled(const Program& program, CompileOptions options, const Target& target = Target::host(),
           uint32_t threads = 1, std::vector<Donation> donations = {});
  Compiled(Plan plan, CompileOptions options, const Target& target = Target::host());

  /// As evaluate(). Runs with the arrays against the page behind, then against the page before; a threaded
  /// kernel on the process's threads, then its workers backwards in turn, then without threads. Throws
  /// Error(internal) when the kernel refuses the call, writes between an output or the workspace and the page
  /// at its other end, or the runs give different bits. Donated arrays are copies of the arguments.
  Evaluation run(std::span<const Tensor> arguments, const Bindings& symbols) const;
  const Plan& plan() const { return plan_; }

 private:
  Plan plan_;
  std::vector<std::string> symbols_;
  std::shared_ptr<runtime::Kernel> kernel_;
};

}  // namespace wengert::fuzz
