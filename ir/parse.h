// Parses the text form of ir/print.h.
#pragma once
#include <string>
#include <string_view>

#include "ir/program.h"

namespace wengert {

/// Throws Error(syntax / name / type …) with the place in `file`.
Program parse(std::string_view text, const std::string& file = "<text>");

}  // namespace wengert
