// NAME.py: functions on NumPy arrays that call the kernels of libNAME.so, which must lie beside it. Needs
// NumPy only.
#pragma once
#include <string>

#include "codegen/describe/entry.h"

namespace wengert {

/// "libNAME.so": Python would take a NAME.so beside NAME.py for an extension module.
inline std::string shared_library_name(const std::string& name) { return "lib" + name + ".so"; }

std::string write_python_wrapper(const ObjectDescription& object);

}  // namespace wengert
