// What jit(), build_object() and measure() share: how settings become options of the steps. Not installed.
#pragma once
#include "codegen/load/generator.h"
#include "frontend/compile.h"

namespace wengert {

CompileOptions compile_options(const CompileSettings& settings);
/// Throws Error(argument) for a number of threads that is not possible.
PlanOptions plan_options(const CompileSettings& settings, const Target& target);
/// What jit() compiles for. Throws Error(target) for a CPU whose code this machine cannot run.
Target target_of(const CompileSettings& settings);
/// The program behind the passes.
Program optimized(const Program& program, const CompileSettings& settings);

}  // namespace wengert
