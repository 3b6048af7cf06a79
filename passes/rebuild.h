// Copies a program node by node into a new graph, giving a callback the chance to put something else for each
// node. Dead nodes are left behind; inputs are all kept, in order; places are carried over.
#pragma once
#include <functional>
#include <optional>

#include "ir/program.h"

namespace wengert {

/// Whether `replace` may put something else for this live node as it stands, on the operands it has. A scan
/// that comes before any copying: it may err by saying true, which costs the copy.
using Wants = std::function<bool(const Program& from, uint32_t node)>;
/// Called for each live node that isn't an input, with its operands already rebuilt in `to`. Returns the new
/// values, one a result; an empty vector means: make it again unchanged.
using Replace = std::function<std::vector<Expr>(const Program& from, uint32_t node, Graph& to,
                                                std::span<const Value> inputs)>;
/// Nothing when the list would be the same: no node dead, none replaced.
std::optional<Program> rebuild(const Program& program, const Wants& wants, const Replace& replace);

}  // namespace wengert
