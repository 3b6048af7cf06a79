// Arguments as they are given on a command line: `x=VALUE_or_FILE`.
//
//   lambda=1e-3   w=[0, 0.5, -inf]   A=[[1, 2], [3, 4]]   flag=true
//   X=data.npy    y=table.csv[skip=1,cols=30]
//
// A literal and a CSV cell take the parameter's element type: 3 is a number for every type, 2.5 only for
// floats. A .npy file has a type of its own, which must be the parameter's unless it is to be cast.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "ir/tensor.h"

namespace wengert {

/// Splits "x=VALUE". Throws Error(argument) without a name or an '='.
std::pair<std::string, std::string> split_argument(std::string_view text);

/// Reads the value of the parameter `name`. Throws Error(argument) for a bad literal, with the place in it
/// (its file is argument_source(name)), Error(type) for an array file of another element type, and what the
/// file readers throw. One column of a table is a vector, or [N, 1] where the parameter is a `matrix`.
Tensor read_argument(const std::string& name, std::string_view value, Dtype dtype, bool cast = false,
                     bool matrix = false);

/// What errors inside a literal name as their file: "<argument x>".
std::string argument_source(std::string_view name);

}  // namespace wengert
