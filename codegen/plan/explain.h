// What each kernel of a plan costs, where it comes from in the source, and why it was cut from the one before
// it: for users (`wengert build --explain`, `wengert bench`).
#pragma once
#include <string>
#include <vector>

#include "codegen/plan/costs.h"

namespace wengert {

struct KernelExplanation {
  std::string loops;                 ///< "loop over [N]", "tree of 3 loops, blocks of 64 rows over [N]"
  Cost cost = {};                    ///< of scalars: without the elements of arrays that they read
  std::vector<std::string> sources;  ///< "f.wg:4", each once
  std::vector<std::string> results;  ///< "%12 exp : f64[N], stored"
  std::string cut;                   ///< why it begins there, in a sentence; empty for the first one
};

/// One for each nest of the plan, in order.
std::vector<KernelExplanation> explain_kernels(const Plan& plan);
/// All scalars together; no source when there are none.
KernelExplanation explain_scalars(const Plan& plan);

/// All of it as text, and the size of the workspace.
std::string explain_plan(const Plan& plan);

}  // namespace wengert
