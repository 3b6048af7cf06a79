// What LLVM 19 to 22 spell differently, in one spelling. The only file that asks for LLVM's version.
#pragma once
#include <memory>
#include <string>

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/IR/Attributes.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Triple.h>
#if LLVM_VERSION_MAJOR >= 21
#include <llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h>
#include <llvm/Support/ModRef.h>
#endif
#if __has_include(<llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>)
#include <llvm/ExecutionEngine/Orc/AbsoluteSymbols.h>
#endif
#if __has_include(<llvm/Config/Targets.h>)
#include <llvm/Config/Targets.h>
#endif

namespace wengert::compat {

#if LLVM_VERSION_MAJOR >= 21
inline const llvm::Triple& triple_argument(const llvm::Triple& triple) { return triple; }
#else
inline const std::string& triple_argument(const llvm::Triple& triple) { return triple.str(); }
#endif

inline void set_triple(llvm::Module& module, const llvm::Triple& triple) {
  module.setTargetTriple(triple_argument(triple));
}

inline const llvm::Target* lookup_target(const llvm::Triple& triple, std::string& error) {
#if LLVM_VERSION_MAJOR >= 22
  return llvm::TargetRegistry::lookupTarget(triple, error);
#else
  return llvm::TargetRegistry::lookupTarget(triple.str(), error);
#endif
}

inline std::unique_ptr<llvm::TargetMachine> create_target_machine(
    const llvm::Target& target, const llvm::Triple& triple, const std::string& cpu,
    const std::string& features, const llvm::TargetOptions& options, llvm::CodeGenOptLevel level) {
  return std::unique_ptr<llvm::TargetMachine>(target.createTargetMachine(
      triple_argument(triple), cpu, features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
}

inline std::unique_ptr<llvm::MCSubtargetInfo> create_subtarget(const llvm::Target& target,
                                                               const llvm::Triple& triple,
                                                               const std::string& cpu,
                                                               const std::string& features) {
#if LLVM_VERSION_MAJOR >= 22
  return std::unique_ptr<llvm::MCSubtargetInfo>(target.createMCSubtargetInfo(triple, cpu, features));
#else
  return std::unique_ptr<llvm::MCSubtargetInfo>(target.createMCSubtargetInfo(triple.str(), cpu, features));
#endif
}

/// The pointer argument is not kept beyond the call.
inline llvm::Attribute no_capture(llvm::LLVMContext& context) {
#if LLVM_VERSION_MAJOR >= 21
  return llvm::Attribute::getWithCaptureInfo(context, llvm::CaptureInfo::none());
#else
  return llvm::Attribute::get(context, llvm::Attribute::NoCapture);
#endif
}

}  // namespace wengert::compat
