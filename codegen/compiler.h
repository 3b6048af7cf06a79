// One compilation: an LLVM context, module and machine, from the first instruction to object bytes. JIT and
// object file share everything here. Not thread-safe; any number may be live in different threads.
//
//   Compilation c(Target::host(), Tier::full, "name");
//   ... build functions in c.module() ...
//   std::vector<char> object = c.emit_object();
//
// What is emitted has no undefined symbol: that is checked in the object itself.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/llvm_forward.h"
#include "codegen/target.h"

namespace wengert {

/// The flags of instructions outside op bodies: reassoc, contract and arcp with fast_math, none without.
/// Never nnan, ninf or nsz.
llvm::FastMathFlags float_flags(const CompileOptions& options);

/// An attribute of functions: bytes of stack frame beyond which there is a warning. WENGERT_MOST_FRAME_BYTES
/// where a function has none, no limit in Tier::fast, which keeps every value in the frame.
constexpr const char* frame_limit = "warn-stack-size";

class SlowPaths;

class Compilation {
 public:
  Compilation(const Target& target, CompileOptions options, std::string_view name);
  ~Compilation();
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  llvm::LLVMContext& context();
  llvm::Module& module();
  SlowPaths& slow_paths();
  const Target& target() const { return target_; }
  const CompileOptions& options() const { return options_; }

  // Each of these ends the building of the module: functions get their attributes, the module is verified
  // (Error(internal)) and optimised once. Any of them may follow another, emit_object() only last.
  std::string emit_ir();
  std::string emit_assembly();
  std::vector<char> emit_bitcode();
  /// Throws Error(target) naming every undefined symbol that is not in options().external.
  std::vector<char> emit_object();

  /// Of what emit_object() or emit_assembly() made last: stack frames larger than WENGERT_MOST_FRAME_BYTES.
  const std::vector<std::string>& warnings() const;

 private:
  void finish();
  void require_module() const;
  void throw_diagnostics() const;
  std::vector<char> generate(llvm::Module& module, bool assembly);

  Target target_;
  CompileOptions options_;
  struct State;
  std::unique_ptr<State> state_;
};

/// The names an object refers to and does not define.
std::vector<std::string> undefined_symbols(std::span<const char> object);

}  // namespace wengert
