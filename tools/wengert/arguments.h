// Values for a program's inputs, from --arg NAME=VALUE_or_FILE.
#pragma once
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::tool {

/// A value as it was given, for the input of that name.
struct GivenArgument {
  std::string name, value;
};

/// Splits "x=VALUE" items; throws Error(argument) for one without '=' and for a name given twice.
std::vector<GivenArgument> parse_arguments(const std::vector<std::string>& items);

/// The tensors for the inputs of `program`, in order. Throws Error(argument) naming every input without a
/// value and Error(name) for a value without an input, with the nearest name.
std::vector<Tensor> read_arguments(const Program& program, const std::vector<GivenArgument>& given,
                                   bool cast);

/// The same for one input.
Tensor read_argument(const Program& program, Value input, const std::string& value, bool cast);

}  // namespace wengert::tool
