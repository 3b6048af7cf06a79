// What the machine can do at most, as contenders of a row: time that a row would take at the peak of the
// multiply-add units, or at the bandwidth that a triad loop reaches.
#pragma once
#include "benchmarks/harness/row.h"

namespace wengert::benchmarks {

/// "peak": so many floating-point operations, two for each multiply-add.
Contender peak_contender(Dtype dtype, double operations);

/// "triad": so many bytes, as a[i] = b[i] + 3 c[i] over arrays of `count` numbers moves them (24 for each i).
Contender triad_contender(int64_t count, double bytes);

}  // namespace wengert::benchmarks
