// Slow paths of bodies (ir/body.h: rarely) as functions of the module, one for equal contents and lanes. Each
// of the many places that may need one has a call in a block that hardly ever runs: the code would be longer
// than that of the fast path beside it, and most of what there is to compile.
#pragma once
#include <map>
#include <utility>
#include <vector>

#include "codegen/llvm_forward.h"
#include "ir/body.h"

namespace wengert {

class SlowPaths {
 public:
  explicit SlowPaths(llvm::Module& module) : module_(module) {}
  /// Null where the code is no longer than a call.
  llvm::Function* function(const Body& slow, unsigned lanes);

 private:
  llvm::Module& module_;
  std::map<std::pair<std::vector<uint64_t>, unsigned>, llvm::Function*> made_;
};

}  // namespace wengert
