#include "codegen/slow_paths.h"

#include <algorithm>

#include <fmt/format.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include "codegen/llvm_arithmetic.h"
#include "codegen/plan/body_contents.h"

namespace wengert {

// A convention that keeps half of the vector registers, so that a call disturbs what is around it little.
static void keep_registers(llvm::Function& function) {
  const llvm::Triple triple(function.getParent()->getTargetTriple());
  if (triple.isAArch64()) return function.setCallingConv(llvm::CallingConv::AArch64_VectorCall);
  if (!triple.isX86()) return;
  function.setCallingConv(llvm::CallingConv::Intel_OCL_BI);
  // With AVX-512 that convention does not keep rbp, to which a caller with a frame pointer returns: a
  // function that has one itself does.
  function.addFnAttr("frame-pointer", "all");
}

static size_t instructions_of(const Body& body) {
  size_t out = body.code.size();
  for (const Region& region : body.regions) out += instructions_of(region.body.front());
  return out;
}

llvm::Function* SlowPaths::function(const Body& slow, unsigned lanes) {
  constexpr size_t short_path = 12;
  const auto is_bool = [&](Dtype dtype) { return dtype == Dtype::boolean; };
  // Vectors of bits are passed in a way of their own, element by element.
  if (instructions_of(slow) <= short_path || std::any_of(slow.inputs.begin(), slow.inputs.end(), is_bool) ||
      std::any_of(slow.outputs.begin(), slow.outputs.end(),
                  [&](uint32_t id) { return is_bool(slow.type(id)); }))
    return nullptr;
  std::pair<std::vector<uint64_t>, unsigned> key{{}, lanes};
  add_contents(key.first, slow);
  if (const auto made = made_.find(key); made != made_.end()) return made->second;
  llvm::Function* function = emit_body_function(module_, slow, lanes, fmt::format("slow.{}", lanes), this);
  function->addFnAttr(llvm::Attribute::Cold);
  keep_registers(*function);
  return made_[std::move(key)] = function;
}

}  // namespace wengert
