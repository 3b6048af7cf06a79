// The rows, by file.
#pragma once
#include "benchmarks/harness/row.h"

namespace wengert::benchmarks {

Row logreg_row(const Context&);
Row mlp_row(const Context&);
Row gmm_row(const Context&, int64_t dimensions, int64_t components);
Row rosenbrock_row(const Context&);
Row rosenbrock_hvp_row(const Context&);
Row black_scholes_row(const Context&);
Row tiny_row(const Context&);
enum class Quad { gradient, hvp, hessian };
Row quad_row(const Context&, Quad what);
enum class Deep { wide, narrow, repeated };
Row streaming_row(const Context&, bool chain);
/// [rows, inner] @ [inner, columns].
struct MatmulShape {
  Dtype dtype;
  int64_t rows, inner, columns;
  bool left = false, right = false;  ///< this operand is transposed
  bool symbolic = false;             ///< the rows' number isn't known when it is built, nor that of a square
  bool square() const { return rows == inner && inner == columns; }
  std::string name() const;
};
Row matmul_row(const Context&, const MatmulShape& shape);
/// A program with numbers for some extents, and the run-time sizes of the others.
struct ThreadedProblem {
  std::string name, file, function;
  Bindings known, sizes;
  std::vector<std::string> grad;
};
std::vector<ThreadedProblem> threaded_problems();
Row threads_row(const Context&, const ThreadedProblem& problem);
/// exp, log and so on, as rows of f64 and f32.
std::vector<std::string> function_names();
Row function_row(const Context&, const std::string& name, Dtype dtype);
/// `scalars`: its inputs and its gradient are numbers, not one array of them.
Row deep_row(const Context&, const std::string& name, Deep kind, int nodes, bool scalars);

}  // namespace wengert::benchmarks
