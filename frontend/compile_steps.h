// What jit() and build_object() share: how settings become options of the steps. Not installed.
#pragma once
#include "codegen/load/generator.h"
#include "frontend/compile.h"

namespace wengert {

CompileOptions compile_options(const CompileSettings& settings);
/// Throws Error(argument) for a number of threads that is not possible.
PlanOptions plan_options(const CompileSettings& settings, const Target& target);
/// The program behind the passes.
Program optimized(const Program& program, const CompileSettings& settings);

}  // namespace wengert
