// What tests of very long graphs share: the graph, and a stopwatch that tells each step.
#pragma once
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"

namespace wengert::tests {

class Stopwatch {
 public:
  /// Seconds from the beginning.
  double seconds() const { return since(start_); }
  void lap(const std::string& what) {
    MESSAGE(what << ": " << since(last_) << " s");
    last_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

/// x * x + x …: a graph of so many nodes, each made of the one before; x is the first.
inline Expr long_chain(Expr x, int nodes) {
  Expr y = x;
  for (int i = 1; i < nodes; i++) y = i % 2 ? y * x : y + x;
  return y;
}

}  // namespace wengert::tests
