// Copies a program node by node into a new graph, giving a callback the chance to put something else for each
// node. Dead nodes are left behind; inputs are all kept, in order; places are carried over.
#pragma once
#include <functional>

#include "ir/program.h"

namespace wengert {

/// Called for each live node that isn't an input, with its operands already rebuilt in `to`. Returns the new
/// values, one a result; an empty vector means: make it again unchanged.
using Replace = std::function<std::vector<Expr>(const Program& from, uint32_t node, Graph& to,
                                                std::span<const Value> inputs)>;
Program rebuild(const Program& program, const Replace& replace);

}  // namespace wengert
