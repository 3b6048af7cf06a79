// The table of functions by which the rest of Wengert reaches LLVM (codegen/load/generator.h).
#include <optional>

#include <llvm/TargetParser/Host.h>

#include "codegen/compiler.h"
#include "codegen/emit/entry.h"
#include "codegen/jit.h"
#include "codegen/load/generator.h"
#include "codegen/shared_library.h"

namespace wengert {
namespace {

GeneratedCode generate(const GenerationRequest& request) {
  std::optional<StepClock> clock(std::in_place, request.options.times, "code", "emission of LLVM IR");
  Compilation compilation(request.target, request.options, request.name);
  for (const GenerationRequest::Part& part : request.parts) emit_entry(compilation, *part.plan, *part.entry);
  clock.reset();
  GeneratedCode out;
  if (request.llvm_ir) out.llvm_ir = compilation.emit_ir();
  if (request.bitcode) out.bitcode = compilation.emit_bitcode();
  if (request.assembly) out.assembly = compilation.emit_assembly();
  if (request.object) out.object = compilation.emit_object();
  out.warnings = compilation.warnings();
  return out;
}

bool runs_here(const Target& target) { return target.runs_here(); }

std::shared_ptr<runtime::Kernel> load(std::span<const char> object) { return load_object(object); }

}  // namespace
}  // namespace wengert

/// The one symbol by which the library is found.
extern "C" const wengert::Generator* wengert_code_generator() {
  static const wengert::Generator table = {
      .core = wengert::core_identity(),
      .version = WENGERT_VERSION,
      .llvm = reinterpret_cast<const void*>(&llvm::sys::getProcessTriple),
      .host = &wengert::Target::host,
      .named = &wengert::Target::named,
      .runs_here = &wengert::runs_here,
      .generate = &wengert::generate,
      .load = &wengert::load,
      .write_shared_library = &wengert::write_shared_library,
  };
  return &table;
}
