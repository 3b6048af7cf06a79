// The LLVM passes of the full tier.
#pragma once
#include "codegen/llvm_forward.h"
#include "runtime/step_times.h"

namespace wengert {

void optimize(llvm::Module& module, llvm::TargetMachine& machine, StepTimes* times = nullptr);

}  // namespace wengert
