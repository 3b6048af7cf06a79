// The programs that run on aarch64, with arguments for each.
#pragma once
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::aarch64 {

struct Run {
  Bindings symbols;
  std::vector<Tensor> arguments;
};

struct Subject {
  std::string name;
  Program program;
  std::vector<Run> runs;
};

/// Value and gradient of every elementwise op in every type, on its sampling range and at awkward points.
std::vector<Subject> op_subjects();
/// Broadcasts, reductions, contractions, indexing, movement, the logistic gradient; random programs.
std::vector<Subject> structural_subjects();

}  // namespace wengert::aarch64
