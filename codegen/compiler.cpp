#include "codegen/compiler.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "codegen/llvm_compat.h"
#include "codegen/llvm_tables.h"
#include "codegen/optimize.h"
#include "codegen/pass_times.h"
#include "codegen/slow_paths.h"
#include "ir/error.h"
#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

/// Collects what LLVM would otherwise print before it ends the process, and frames beyond their limit.
class Diagnostics : public llvm::DiagnosticHandler {
 public:
  Diagnostics(std::vector<std::string>& errors, std::vector<std::string>& warnings)
      : errors_(errors), warnings_(warnings) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    if (auto* frame = llvm::dyn_cast<llvm::DiagnosticInfoStackSize>(&info))
      warnings_.push_back(fmt::format("the stack frame of {} takes {} bytes, more than the {} of the C ABI",
                                      frame->getFunction().getName().str(), frame->getStackSize(),
                                      frame->getStackLimit()));
    if (info.getSeverity() == llvm::DS_Error) {
      llvm::raw_string_ostream out(errors_.emplace_back());
      llvm::DiagnosticPrinterRawOStream printer(out);
      info.print(printer);
    }
    return true;
  }

 private:
  std::vector<std::string>& errors_;
  std::vector<std::string>& warnings_;
};

void set_attributes(llvm::Function& function, const Target& target) {
  function.addFnAttr(llvm::Attribute::NoUnwind);
  function.addFnAttr("no-builtins");
  if (function.isDeclaration()) return;
  function.setDSOLocal(true);
  function.addFnAttr("target-cpu", target.cpu);
  std::string features = target.features;
  // The convention keeps ymm8 to ymm15, but LLVM ends such a function with a vzeroupper all the same, which
  // clears their upper halves. Callers end with one.
  if (function.getCallingConv() == llvm::CallingConv::Intel_OCL_BI)
    features += features.empty() ? "-vzeroupper" : ",-vzeroupper";
  if (!features.empty()) function.addFnAttr("target-features", features);
  // Without it, a CPU that prefers 256 bits gets wider vectors split in two.
  function.addFnAttr("prefer-vector-width", std::to_string(target.vector_bits));
  // With reciprocals permitted, f32 vectors would be divided by way of an estimate that makes 1/0 NaN.
  function.addFnAttr("reciprocal-estimates", "none");
}

/// Values of many arguments, its own or those of a call, wait in the frame.
size_t most_frame_bytes(const llvm::Function& function) {
  constexpr size_t many = 64, each = 16;
  size_t arguments = function.arg_size();
  for (const llvm::BasicBlock& block : function)
    for (const llvm::Instruction& instruction : block)
      if (auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction))
        arguments = std::max<size_t>(arguments, call->arg_size());
  return WENGERT_MOST_FRAME_BYTES + (arguments > many ? each * arguments : 0);
}

}  // namespace

struct Compilation::State {
  llvm::LLVMContext context;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> module;
  std::optional<SlowPaths> slow_paths;
  bool finished = false;
};

llvm::FastMathFlags float_flags(const CompileOptions& options) {
  llvm::FastMathFlags flags;
  flags.setAllowReassoc(options.fast_math);
  flags.setAllowContract(options.fast_math);
  flags.setAllowReciprocal(options.fast_math);
  return flags;
}

Compilation::Compilation(const Target& target, CompileOptions options, std::string_view name)
    : target_(target), options_(std::move(options)), state_(std::make_unique<State>()) {
  state_->context.setDiagnosticHandler(std::make_unique<Diagnostics>(state_->errors, state_->warnings));
  state_->machine = make_target_machine(target, options_.tier);
  state_->module = std::make_unique<llvm::Module>(llvm::StringRef(name), state_->context);
  compat::set_triple(*state_->module, state_->machine->getTargetTriple());
  state_->module->setDataLayout(state_->machine->createDataLayout());
  state_->module->setPICLevel(llvm::PICLevel::BigPIC);
  set_table_lookups(*state_->module, target);
  state_->slow_paths.emplace(*state_->module);
}

Compilation::~Compilation() = default;

llvm::LLVMContext& Compilation::context() { return state_->context; }

const std::vector<std::string>& Compilation::warnings() const { return state_->warnings; }

llvm::Module& Compilation::module() {
  require_module();
  return *state_->module;
}

SlowPaths& Compilation::slow_paths() { return *state_->slow_paths; }

void Compilation::require_module() const {
  if (!state_->module) throw Error(Code::internal, "code generation: the module is gone after emit_object()");
}

void Compilation::throw_diagnostics() const {
  if (!state_->errors.empty())
    throw Error(Code::internal, fmt::format("LLVM: {}", fmt::join(state_->errors, "; ")));
}

void Compilation::finish() {
  require_module();
  if (std::exchange(state_->finished, true)) return;
  for (llvm::Function& function : *state_->module) {
    if (function.isIntrinsic()) continue;
    set_attributes(function, target_);
    if (options_.tier == Tier::fast)
      function.removeFnAttr(frame_limit);
    else if (!function.hasFnAttribute(frame_limit))
      function.addFnAttr(frame_limit, std::to_string(most_frame_bytes(function)));
  }
  std::string broken;
  llvm::raw_string_ostream out(broken);
  {
    const StepClock clock(options_.times, llvm_passes, "VerifierPass");
    if (llvm::verifyModule(*state_->module, &out))
      throw Error(Code::internal, fmt::format("code generation made invalid LLVM IR: {}", out.str()));
  }
  if (options_.tier == Tier::full) optimize(*state_->module, *state_->machine, options_.times);
  throw_diagnostics();
}

std::vector<char> Compilation::generate(llvm::Module& module, bool assembly) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  state_->warnings.clear();
  llvm::legacy::PassManager passes;
  llvm::TargetLibraryInfoImpl library(state_->machine->getTargetTriple());
  library.disableAllFunctions();
  passes.add(new llvm::TargetLibraryInfoWrapperPass(library));
  const auto kind = assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (state_->machine->addPassesToEmitFile(passes, out, nullptr, kind))
    throw Error(Code::internal, fmt::format("LLVM cannot write objects for {}", target_.triple));
  time_code_generation(options_.times, [&] { passes.run(module); });
  throw_diagnostics();
  return {bytes.begin(), bytes.end()};
}

std::string Compilation::emit_ir() {
  finish();
  std::string text;
  llvm::raw_string_ostream out(text);
  state_->module->print(out, nullptr);
  return out.str();
}

std::string Compilation::emit_assembly() {
  finish();
  const std::vector<char> text = generate(*llvm::CloneModule(*state_->module), true);
  return {text.begin(), text.end()};
}

std::vector<char> Compilation::emit_bitcode() {
  finish();
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::WriteBitcodeToFile(*state_->module, out);
  return {bytes.begin(), bytes.end()};
}

std::vector<char> Compilation::emit_object() {
  finish();
  // The back end rewrites the module it compiles.
  const std::unique_ptr<llvm::Module> module = std::move(state_->module);
  std::vector<char> object = generate(*module, false);
  std::vector<std::string> missing = undefined_symbols(object);
  std::erase_if(missing, [&](const std::string& name) {
    return std::find(options_.external.begin(), options_.external.end(), name) != options_.external.end();
  });
  if (!missing.empty())
    throw Error(Code::target,
                fmt::format("the object for {} ({}) would need {} from a library; a kernel must need "
                            "nothing",
                            target_.triple, target_.cpu, fmt::join(missing, ", ")));
  return object;
}

std::vector<std::string> undefined_symbols(std::span<const char> object) {
  const auto check = [](llvm::Error error) {
    if (error)
      throw Error(Code::internal,
                  fmt::format("an emitted object cannot be read: {}", llvm::toString(std::move(error))));
  };
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(llvm::StringRef(object.data(), object.size()), "object"));
  check(file.takeError());
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef& symbol : (*file)->symbols()) {
    auto flags = symbol.getFlags();
    check(flags.takeError());
    if (!(*flags & llvm::object::SymbolRef::SF_Undefined)) continue;
    auto name = symbol.getName();
    check(name.takeError());
    if (!name->empty()) names.push_back(name->str());
  }
  return names;
}

}  // namespace wengert
