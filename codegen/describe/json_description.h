// NAME.json: an object's entries for other languages, stable within an ABI version. docs/abi.md lists the
// fields.
#pragma once
#include <string>

#include "codegen/describe/entry.h"

namespace wengert {

std::string write_json_description(const ObjectDescription& object);

}  // namespace wengert
