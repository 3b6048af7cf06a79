// Clocks and the timing of one contender. Unless a contender says otherwise it runs on this thread, so the
// clock is the thread's own processor time: other processes of a shared machine count only by what they do to
// caches and frequency.
#pragma once
#include <vector>

#include "benchmarks/harness/row.h"

namespace wengert::benchmarks {

double thread_seconds();
double process_seconds();
double wall_seconds();

/// Default rounding and subnormals, no exception flags, upper halves of vector registers clean: nothing that
/// one contender leaves behind changes the time of the next.
void clean_floating_point_state();

/// Seconds of one answer, measured several times within about `budget` seconds; `batch` is how many answers
/// fill a measurement of at least a millisecond, found at the first call and kept (0: not known yet).
std::vector<double> measure(const Contender& contender, double budget, long& batch);

/// Runs it once on spoiled outputs and compares: the largest relative_error().
double check(const Contender& contender);

}  // namespace wengert::benchmarks
