// How long a compiled program takes, as a whole and in each of its kernels.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "frontend/compile.h"

namespace wengert {

struct MeasuredTime {
  double least = 0, median = 0;  ///< seconds of a call
};

/// A loop nest, or a tree of them that is run block by block.
struct MeasuredKernel {
  std::string loops;                 ///< "loop over [N]"; of what is outside all loops: "scalars and copies"
  std::vector<std::string> sources;  ///< "f.wg:4"
  std::vector<std::string> results;  ///< "%12 exp : f64[N], stored"
  std::string cut;                   ///< why it begins there
  double operations = 0;             ///< of floats or integers
  double bytes = 0;                  ///< of the arrays that are read or written, each once
  MeasuredTime time;
};

struct Measurement {
  MeasuredTime call;      ///< of the code that jit() makes, without checks and allocation in C++
  int64_t calls = 0;      ///< that were measured
  int64_t workspace = 0;  ///< bytes
  int64_t alive = 0;      ///< of them at most in use at the same time, by nests; without room between workers
  int flags = 0;          ///< that the calls raised
  double operations = 0;  ///< of all kernels
  std::vector<MeasuredKernel> kernels;
};

/// Compiles the program twice, as jit() does and with a clock read between its kernels, and calls the two by
/// turns until so many seconds have passed (at least a few times). Kernels are measured on the second; the
/// clock itself, some tens of nanoseconds, is taken off, so that kernels below that are not told apart.
/// Whatever runs beside it is measured too. Throws what jit() and its function throw.
Measurement measure(const Program& program, std::span<const Tensor> arguments, const Bindings& known = {},
                    const CompileSettings& settings = {}, double seconds = 1);

}  // namespace wengert
