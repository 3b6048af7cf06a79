#include "benchmarks/harness/open_blas.h"

#include <dlfcn.h>

namespace wengert::benchmarks {

template <class Number>
static std::function<void()> call(const Product<Number>& product, const char* name) {
  static void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  constexpr int row_major = 101, as_is = 111, transposed = 112;
  using Gemm = void(int, int, int, int, int, int, Number, const Number*, int, const Number*, int, Number,
                    Number*, int);
  auto* gemm = library ? reinterpret_cast<Gemm*>(dlsym(library, name)) : nullptr;
  if (!gemm) return {};
  const int rows = static_cast<int>(product.rows), columns = static_cast<int>(product.columns),
            inner = static_cast<int>(product.inner);
  const bool left = product.left_transposed, right = product.right_transposed;
  return [=] {
    gemm(row_major, left ? transposed : as_is, right ? transposed : as_is, rows, columns, inner, 1, product.a,
         left ? rows : inner, product.b, right ? inner : columns, 0, product.c, columns);
  };
}

std::function<void()> open_blas(const Product<float>& product) { return call(product, "cblas_sgemm"); }
std::function<void()> open_blas(const Product<double>& product) { return call(product, "cblas_dgemm"); }

}  // namespace wengert::benchmarks
