// Matrix products of OpenBLAS, if this machine has it. The driver asks it for one thread.
#pragma once
#include <cstdint>
#include <functional>

namespace wengert::benchmarks {

/// c = a b, row-major: c is [rows, columns], a is [rows, inner], or [inner, rows] when it is to be
/// transposed, and b likewise.
template <class Number>
struct Product {
  int64_t rows, columns, inner;
  bool left_transposed, right_transposed;
  const Number *a, *b;
  Number* c;
};

/// Calls cblas_sgemm or cblas_dgemm; empty where there is no OpenBLAS.
std::function<void()> open_blas(const Product<float>& product);
std::function<void()> open_blas(const Product<double>& product);

}  // namespace wengert::benchmarks
