// A planned program as an entry.
#pragma once
#include <string>

#include "codegen/describe/entry.h"

namespace wengert {

struct Plan;

/// The arguments, symbols, outputs and workspace of a program compiled under the name `symbol`.
Entry describe_entry(const Plan& plan, const std::string& symbol);

}  // namespace wengert
