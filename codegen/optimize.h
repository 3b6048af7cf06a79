// The LLVM passes of the full tier.
#pragma once

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace wengert {

void optimize(llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace wengert
