// A program as an exported function of a module.
#pragma once
#include "codegen/calling_convention.h"
#include "codegen/describe/program.h"
#include "codegen/plan/plan.h"

namespace wengert {

class Compilation;

/// Adds the function to the module: checks, then the plan's nests and scalars level by level.
void emit_entry(Compilation& compilation, const Plan& plan, const Entry& entry);

}  // namespace wengert
