// Runs a program on tensors: compiled, or by the evaluator when asked to.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"
#include "runtime/step_times.h"

namespace wengert::tool {

/// Programs of more nodes are run by the evaluator, which gives the same bits sooner than they would be
/// compiled.
inline constexpr uint32_t compile_limit = 50000;

/// The outputs. Compiled kernels are kept in `kernel_folder`, if one is given. Warns on stderr of flags that
/// were raised.
/// `times` gets what the steps of compiling take.
std::vector<Tensor> execute(const Program& program, std::span<const Tensor> arguments, bool evaluator,
                            const std::string& kernel_folder = {}, StepTimes* times = nullptr);

}  // namespace wengert::tool
