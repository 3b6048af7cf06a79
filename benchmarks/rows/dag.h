// Scalar graphs of random operations, for the rows called deep.
#pragma once
#include <string>
#include <vector>

#include "ir/program.h"

namespace wengert::benchmarks {

struct Dag {
  /// quotient is a / (2 + cos b), root is sqrt(1 + a²): defined and smooth everywhere.
  enum class Op { add, subtract, multiply, quotient, sine, cosine, exponential, tangent, root };
  struct Node {
    Op op;
    int a, b;  ///< b counts for the first four ops only
    bool two() const { return op <= Op::quotient; }
  };
  int inputs = 100;
  std::vector<Node> nodes;  ///< node i has number inputs + i
  std::vector<int> sinks;   ///< the answer is the sum of these, in order
  std::vector<double> x;    ///< where it is evaluated

  int size() const { return inputs + static_cast<int>(nodes.size()); }
};

/// Wide: a node reads one of the 300 before it, seldom an input.
Dag wide_dag(int nodes);
/// Deep and narrow: a node reads the level before its own, of `nodes / depth` nodes, and some level shortly
/// before.
Dag narrow_dag(int nodes, int depth);
/// One block after another, each the same graph of eight values that the block before gives, and of the
/// inputs.
Dag repeated_dag(int block, int blocks);

/// The answer and its gradient, by a reverse sweep over the nodes as they stand.
class Interpreter {
 public:
  explicit Interpreter(const Dag& dag);
  double operator()(const double* x, double* gradient);

 private:
  const Dag& dag_;
  std::vector<double> values_, slopes_, adjoints_;
};

/// The same as C: double dag(const double *x, double *gradient). With `chunk` > 0 in functions of so many
/// statements, which pass values through arrays.
std::string write_c(const Dag& dag, int chunk);

/// dag(x: f64[inputs]), for Wengert; or with scalars x0, x1, ….
Program build_program(const Dag& dag, bool scalars);

}  // namespace wengert::benchmarks
