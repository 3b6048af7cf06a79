// What each of LLVM's passes takes: those over its IR, and those of its code generator.
#pragma once
#include <functional>

#include <llvm/IR/PassInstrumentation.h>

#include "runtime/step_times.h"

namespace wengert {

constexpr const char *llvm_passes = "LLVM passes", *llvm_code = "LLVM code generation";

/// Times the passes over IR that are run with these callbacks, without those that they run themselves; none
/// where `times` is null.
void time_passes(llvm::PassInstrumentationCallbacks& callbacks, StepTimes* times);

/// Calls run(), which runs LLVM's code generator, and adds what each of its passes over functions took on
/// this thread, in whole microseconds.
void time_code_generation(StepTimes* times, const std::function<void()>& run);

}  // namespace wengert
