// The IR builder that the emitters use.
#pragma once
#include <llvm/IR/IRBuilder.h>

namespace wengert {
using Builder = llvm::IRBuilder<>;
}
