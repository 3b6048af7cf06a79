// The LLVM passes of the full tier.
#pragma once
#include "codegen/llvm_forward.h"

namespace wengert {

void optimize(llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace wengert
