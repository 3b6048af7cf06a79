// Programs of every kind of loop nest, as they stand, with sizes around those where loops, blocks and chunks
// end. The kernel tests run them on this machine, the aarch64 test under an emulator.
#pragma once
#include <string>
#include <vector>

#include "ir/program.h"

namespace wengert::testing {

struct StructuralProgram {
  std::string name;
  Program program;
  std::vector<Bindings> sizes;
};

std::vector<StructuralProgram> structural_programs();

}  // namespace wengert::testing
