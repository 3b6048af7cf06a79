// The text form of a program. It parses back (ir/parse.h) to the same list.
//
//   wengert 1
//   program loss
//   %0 = input {name="w", type=f64[D]} : f64[D]
//   %1 = constant {value=f64(0x1.8p+1)} : f64  # 3
//   %2 = broadcast_in_dim %1 {dimensions=[], shape=<D>} : f64[D]
//   %3 = multiply %0, %2 : f64[D]
//   output value = %3
//
// Nodes are numbered from 0 in order, dead ones too; result 1 of a node prints as %7.1. Strings are quoted as
// in JSON; a list of integers is [1, 2], a shape <N, 3>, an extent (2*N + 1), a tensor f64[2](0x1p+0, -inf)
// with its elements in row-major order. NaN has one spelling: payloads and signs of NaNs are not kept.
#pragma once
#include <string>

#include "ir/program.h"

namespace wengert {

struct PrintOptions {
  bool locations = false;  ///< ends each line with "# file:line:column"
};
std::string print(const Program& program, const PrintOptions& options = {});

}  // namespace wengert
