#include "codegen/target.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

#include "codegen/llvm_compat.h"
#include "ir/error.h"

namespace wengert {
namespace {

void initialize_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
#if LLVM_HAS_X86_TARGET
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
#endif
#if LLVM_HAS_AARCH64_TARGET
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
#endif
    // Loops come with the addresses they should have: reducing them again took up to three quarters of the
    // compile time and gained nothing (docs/decisions/compile_path.md). Only a command line can say so.
    const auto& options = llvm::cl::getRegisteredOptions();
    if (const auto found = options.find("disable-lsr"); found != options.end())
      found->second->addOccurrence(0, "disable-lsr", "true");
  });
}

/// What Wengert knows about an architecture.
struct Architecture {
  llvm::Triple::ArchType arch;
  const char* default_cpu;
  const char* fma;  ///< the feature without which a contraction would round twice
};
constexpr Architecture architectures[] = {
    {llvm::Triple::x86_64, "x86-64-v3", "+fma"},
    {llvm::Triple::aarch64, "generic", "+fp-armv8"},
};

const Architecture& architecture_of(const llvm::Triple& triple) {
  for (const Architecture& a : architectures)
    if (a.arch == triple.getArch()) return a;
  throw Error(
      Code::target,
      fmt::format("no target for the triple '{}': Wengert compiles for x86_64 and aarch64, for instance "
                  "x86_64-linux-gnu or aarch64-linux-gnu",
                  triple.str()));
}

const llvm::Target& llvm_target(const llvm::Triple& triple) {
  initialize_llvm();
  architecture_of(triple);
  if (!triple.isOSBinFormatELF())
    throw Error(Code::target,
                fmt::format("the triple '{}' is not one of ELF objects; Wengert writes no others, "
                            "for instance x86_64-linux-gnu",
                            triple.str()));
  std::string why;
  const llvm::Target* target = compat::lookup_target(triple, why);
  if (!target)
    throw Error(Code::target,
                fmt::format("this LLVM was built without the target of '{}': {}", triple.str(), why));
  return *target;
}

std::unique_ptr<llvm::MCSubtargetInfo> subtarget(const Target& target) {
  const llvm::Triple triple(target.triple);
  return compat::create_subtarget(llvm_target(triple), triple, target.cpu, target.features);
}

/// The features of this machine; sorted, so that they spell the same each time.
const std::map<std::string, bool>& host_features() {
  static const std::map<std::string, bool> features = [] {
    std::map<std::string, bool> out;
    for (const auto& feature : llvm::sys::getHostCPUFeatures()) out[feature.first().str()] = feature.second;
    return out;
  }();
  return features;
}

void set_capabilities(Target& target) {
  const llvm::Triple triple(target.triple);
  const auto info = subtarget(target);
  target.fma = info->checkFeatures(architecture_of(triple).fma);
  if (!target.fma)
    throw Error(
        Code::target,
        fmt::format("the CPU '{}' of {} has no fused multiply-add: Wengert needs it in hardware, because "
                    "its contractions round once (x86-64-v3 and later have it)",
                    target.cpu, target.triple));
  if (triple.getArch() != llvm::Triple::x86_64)
    target.vector_bits = 128;
  else if (info->checkFeatures("+avx512f,+avx512vl,+avx512dq,+avx512bw"))
    target.vector_bits = 512;
  else
    target.vector_bits = info->checkFeatures("+avx2") ? 256 : 128, target.vector_registers = 16;
  target.masked_vectors = triple.getArch() == llvm::Triple::x86_64 && target.vector_bits > 128;
}

void refuse_cpu(const llvm::Triple& triple, const std::string& cpu, const llvm::MCSubtargetInfo& info) {
  std::vector<std::string> known;
  for (const auto& description : info.getAllProcessorDescriptions()) {
    const auto one = compat::create_subtarget(llvm_target(triple), triple, description.Key, "");
    if (one->checkFeatures(architecture_of(triple).fma)) known.emplace_back(description.Key);
  }
  throw Error(Code::target, fmt::format("no CPU '{}' for {}; there are native, {}", cpu, triple.str(),
                                        fmt::join(known, ", ")));
}

}  // namespace

Target Target::host() {
  Target target;
  target.triple = llvm::sys::getProcessTriple();
  target.cpu = llvm::sys::getHostCPUName().str();
  // The name only tunes: a virtual machine may hide features of the CPU that it names. Those that are as the
  // name says are left out, because LLVM reads the list again for each kernel.
  const auto named = subtarget(target);
  for (const auto& [feature, present] : host_features())
    if (named->checkFeatures("+" + feature) != present)
      target.features +=
          fmt::format("{}{}{}", target.features.empty() ? "" : ",", present ? '+' : '-', feature);
  set_capabilities(target);
  return target;
}

Target Target::named(std::string_view triple_text, std::string_view cpu) {
  const std::string host_triple = llvm::sys::getProcessTriple();
  const llvm::Triple triple(triple_text.empty() ? host_triple
                                                : llvm::Triple::normalize(llvm::StringRef(triple_text)));
  const llvm::Target& machine = llvm_target(triple);
  if (cpu == "native") {
    if (triple.getArch() != llvm::Triple(host_triple).getArch())
      throw Error(Code::target,
                  fmt::format("the CPU 'native' is one of {}, not of {}", host_triple, triple.str()));
    Target target = host();
    target.triple = triple.str();
    return target;
  }
  Target target;
  target.triple = triple.str();
  target.cpu = cpu.empty() ? architecture_of(triple).default_cpu : std::string(cpu);
  const auto info = compat::create_subtarget(machine, triple, "", "");
  if (!info->isCPUStringValid(target.cpu)) refuse_cpu(triple, target.cpu, *info);
  set_capabilities(target);
  return target;
}

bool Target::runs_here() const {
  if (llvm::Triple(triple).getArch() != llvm::Triple(llvm::sys::getProcessTriple()).getArch()) return false;
  const auto info = subtarget(*this);
  return std::none_of(host_features().begin(), host_features().end(), [&](const auto& feature) {
    return !feature.second && info->checkFeatures("+" + feature.first);
  });
}

std::unique_ptr<llvm::TargetMachine> make_target_machine(const Target& target, Tier tier) {
  const llvm::Triple triple(target.triple);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.EnableFastISel = tier == Tier::fast;
  const auto level = tier == Tier::fast ? llvm::CodeGenOptLevel::None : llvm::CodeGenOptLevel::Less;
  return compat::create_target_machine(llvm_target(triple), triple, target.cpu, target.features, options,
                                       level);
}

}  // namespace wengert
