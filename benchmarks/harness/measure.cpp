#include "benchmarks/harness/measure.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wengert::benchmarks {

static double seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double thread_seconds() { return seconds(CLOCK_THREAD_CPUTIME_ID); }
double process_seconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
double wall_seconds() { return seconds(CLOCK_MONOTONIC); }

void clean_floating_point_state() {
#if defined(__x86_64__)
  _mm_setcsr(0x1F80);
  if (__builtin_cpu_supports("avx")) asm volatile("vzeroupper" ::: "memory");
#endif
}

std::vector<double> measure(const Contender& contender, double budget, long& batch) {
  auto timed = [&](long times) {
    clean_floating_point_state();
    auto now = [&] { return contender.on_the_wall ? wall_seconds() : thread_seconds(); };
    const double start = now();
    contender.run(times);
    return now() - start;
  };
  constexpr double shortest = 1e-3;
  if (batch == 0) {
    batch = 1;
    for (double spent = timed(1); spent < shortest; spent = timed(batch))
      batch = std::max(batch + 1, std::min(100 * batch, std::lround(1.2 * shortest / (spent + 1e-9) *
                                                                    static_cast<double>(batch))));
  }
  std::vector<double> out;
  for (double spent = 0; out.empty() || spent < budget;) {
    const double one = timed(batch);
    spent += one;
    out.push_back(one / static_cast<double>(batch) / contender.counts);
  }
  return out;
}

double check(const Contender& contender) {
  for (const auto& [output, expected] : contender.outputs) output.spoil();
  clean_floating_point_state();
  contender.run(1);
  double error = 0;
  for (const auto& [output, expected] : contender.outputs)
    error = std::max(error, relative_error(output, expected));
  return error;
}

}  // namespace wengert::benchmarks
