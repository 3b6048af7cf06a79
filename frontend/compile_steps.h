// What jit(), build_object() and measure() share: how settings become options of the steps. Not installed.
#pragma once
#include "codegen/load/generator.h"
#include "frontend/compile.h"

namespace wengert {

CompileOptions compile_options(const CompileSettings& settings);
/// Of one program. Throws Error(argument) for a number of threads that is not possible, and what
/// donations_of() throws.
PlanOptions plan_options(const CompileSettings& settings, const Target& target, const Program& program);
/// The donations whose names the program has. Throws Error(type) where two types differ, Error(argument) for
/// an input or output that is named twice.
std::vector<Donation> donations_of(const Program& program, const CompileSettings& settings);
/// Throws Error(name) for a donation of which no program has both names.
void check_donations(std::span<const Program* const> programs, const CompileSettings& settings);
/// What jit() compiles for. Throws Error(target) for a CPU whose code this machine cannot run.
Target target_of(const CompileSettings& settings);
/// The program behind the passes.
Program optimized(const Program& program, const CompileSettings& settings);

}  // namespace wengert
