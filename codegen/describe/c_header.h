// The C header beside an object: C99 and C++, needing only <stddef.h> and <stdint.h>.
#pragma once
#include <string>

#include "codegen/describe/entry.h"

namespace wengert {

std::string write_c_header(const ObjectDescription& object);

}  // namespace wengert
