// Runs a program on tensors: compiled, or by the evaluator when asked to.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::tool {

/// Programs of more nodes are run by the evaluator, which gives the same bits sooner than they would be
/// compiled.
inline constexpr uint32_t compile_limit = 50000;

/// The outputs. Compiled kernels are kept in `kernel_folder`, if one is given. Warns on stderr of flags that
/// were raised.
std::vector<Tensor> execute(const Program& program, std::span<const Tensor> arguments, bool evaluator,
                            const std::string& kernel_folder = {});

}  // namespace wengert::tool
