// Wengert's contenders of a row: programs compiled in memory and bound to the row's arrays.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/harness/row.h"
#include "frontend/compile.h"
#include "runtime/buffer.h"

namespace wengert::benchmarks {

/// Builds a program; called once for each contender.
using MakeProgram = std::function<Program()>;
/// A function of programs/FILE.wg, with numbers for some extents.
MakeProgram from_text(const std::string& file, const std::string& function, const Bindings& known = {});

/// Seconds of processor time from nothing to a kernel.
struct CompileTimes {
  double build = 0;   ///< parsing and lowering, or calls of the C++ API
  double derive = 0;  ///< gradients and the like
  double passes = 0;  ///< the graph passes (which `jit` runs again)
  double jit = 0;     ///< passes, plan, code generation, linking
  nlohmann::json json() const;
};

/// A compiled program with its derivatives.
CompiledFunction compile(const MakeProgram& make, const Derivatives& derivatives,
                         const CompileSettings& settings, CompileTimes* times = nullptr);

/// A function with its arguments in place. Calls cost what the kernel costs: nothing is allocated.
class BoundKernel {
 public:
  /// Inputs are found by name, outputs are in the program's order, `sizes` has the symbols.
  BoundKernel(CompiledFunction function, const Row& row, const std::vector<Array>& outputs,
              const Bindings& sizes);
  void operator()() const;
  const CompiledFunction& function() const { return function_; }

 private:
  CompiledFunction function_;
  std::vector<Array> kept_;  // the outputs' storage
  std::vector<const void*> inputs_;
  std::vector<int64_t> symbols_;
  std::vector<void*> outputs_;
  std::shared_ptr<runtime::Buffer> workspace_;
};

struct Task {
  MakeProgram program;
  Derivatives derivatives;
  Bindings sizes = {};  ///< of the symbols, at run time
  /// What the derivative is compared with: the value beside a gradient, the gradient beside a product with
  /// the Hessian; empty: nothing. Its outputs are the row's own, or of its own where `baseline_checked` is
  /// false.
  std::string baseline_name = "value";
  Derivatives baseline = {};
  bool baseline_checked = true;
  bool quick = false;  ///< also "wengert quick": compiled as fast as can be
};

/// Adds the contenders "wengert" and "wengert fast" (fast_math) and the baseline, and the fact "compile".
void add_wengert(Row& row, const Context& context, const Task& task);

}  // namespace wengert::benchmarks
