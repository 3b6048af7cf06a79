// The half of the code generator that needs LLVM, as the other half sees it: a table of functions. It lies in
// a library of its own (libwengert_codegen_llvm), which is loaded when something must be compiled for the
// first time; programs that are linked with it statically have it at once.
//
// Here and in plan/ and describe/ nothing includes LLVM; all else in codegen is that other half.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/describe/entry.h"
#include "codegen/plan/plan.h"
#include "codegen/target.h"
#include "runtime/kernel.h"

namespace wengert {

/// A module to generate: entries with their plans, and what is wanted of it.
struct GenerationRequest {
  struct Part {
    const Plan* plan;
    const Entry* entry;
  };
  Target target;
  CompileOptions options = {};
  std::string name = {};
  std::vector<Part> parts = {};
  bool object = true, bitcode = false, llvm_ir = false, assembly = false;
};

/// What is not wanted is empty.
struct GeneratedCode {
  std::vector<char> object, bitcode;
  std::string llvm_ir, assembly;
  std::vector<std::string> warnings;  ///< of frames larger than WENGERT_MOST_FRAME_BYTES
};

/// Every function is thread-safe and throws wengert::Error.
struct Generator {
  const void* core;     ///< see core_identity()
  const char* version;  ///< of Wengert
  const void* llvm;     ///< the address of some function of LLVM
  Target (*host)();
  Target (*named)(std::string_view triple, std::string_view cpu);
  bool (*runs_here)(const Target& target);
  GeneratedCode (*generate)(const GenerationRequest& request);
  /// codegen/jit.h
  std::shared_ptr<runtime::Kernel> (*load)(std::span<const char> object);
  /// codegen/shared_library.h
  void (*write_shared_library)(std::span<const char> object, const Target& target, const std::string& path);
};

/// The generator. Finds and loads its library at the first call: $WENGERT_CODEGEN_LIBRARY where that is set,
/// else the folder of this code, else the folders that the system searches. Throws Error(file) naming the
/// paths tried and what is wrong with them. Thread-safe.
const Generator& generator();

/// The builds of what generates code: the core, and the generator's library as it lies where generator() will
/// find it, which is not loaded for that. Empty when the linker gave one of them no identity.
const std::string& generator_builds();

/// Whether generator() is what generator_builds() says: the file may be another one since.
bool generator_builds_hold();

/// The address of one object of this copy of Wengert's core. Op records are told apart by their addresses, so
/// the generator must be linked to the same copy as its caller.
const void* core_identity();

}  // namespace wengert
