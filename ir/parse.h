// Parses the text form of ir/print.h.
//
// Nodes are made again by Graph::make, so a line that repeats an earlier call names the earlier node. The
// numbers of nodes must rise but may have gaps; the types behind ':' may be left out and are checked where
// they stand. Nodes are placed at their lines.
#pragma once
#include <string>
#include <string_view>

#include "ir/program.h"

namespace wengert {

/// Throws Error(syntax / name / type …) with the place in `file`.
Program parse(std::string_view text, const std::string& file = "<text>");

}  // namespace wengert
