// C that was written for a row, compiled and loaded.
#pragma once
#include <string>

#include "benchmarks/harness/row.h"

namespace wengert::benchmarks {

struct CFunction {
  void* address = nullptr;
  double seconds =
      0;  ///< processor time of the compiler, when it was run: what is in the cache is not compiled again
};

/// The function of that name in `source`, compiled with -march=native -ffast-math and these options. Throws
/// Error(file).
CFunction compile_c(const Context& context, const std::string& source, const std::string& options,
                    const std::string& function);

}  // namespace wengert::benchmarks
