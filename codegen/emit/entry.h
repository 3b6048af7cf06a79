// A program as an exported function of a module.
#pragma once
#include <string>

#include "codegen/calling_convention.h"
#include "codegen/plan/plan.h"

namespace wengert {

class Compilation;

/// The arguments, symbols, outputs and workspace of a program compiled under the name `symbol`.
Entry describe_entry(const Plan& plan, const std::string& symbol);

/// Adds the function to the module: checks, then the plan's nests and scalars level by level.
void emit_entry(Compilation& compilation, const Plan& plan, const Entry& entry);

}  // namespace wengert
