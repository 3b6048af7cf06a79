// NAME.py: functions on NumPy arrays that call the kernels of libNAME.so, which must lie beside it. Needs
// NumPy only.
#pragma once
#include <string>

#include "codegen/entry.h"

namespace wengert {

std::string write_python_wrapper(const ObjectDescription& object);

}  // namespace wengert
