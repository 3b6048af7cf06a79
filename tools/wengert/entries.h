// The entries that `build` makes of a function and `bench` measures.
#pragma once
#include <string>
#include <vector>

#include "frontend/function.h"

namespace wengert::tool {

struct EntryProgram {
  std::string symbol;
  Program program;
};

/// SYMBOL, SYMBOL_grad, SYMBOL_jvp, SYMBOL_hvp, SYMBOL_jacobian, SYMBOL_hessian, as far as they are asked
/// for; the first one also when none is.
std::vector<EntryProgram> entries_of(const Program& function, const std::string& symbol, bool value,
                                     const Derivatives& wanted);

}  // namespace wengert::tool
