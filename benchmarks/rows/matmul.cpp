// Matrix products, f64 and f32: square, plain or with an operand transposed, and long or flat ones, of sizes
// that are numbers when it is built or symbols. Beside OpenBLAS, if it is installed, and the peak of the
// multiply-add units.
#include <fmt/format.h>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/harness/limits.h"
#include "benchmarks/harness/measure.h"
#include "benchmarks/harness/open_blas.h"
#include "benchmarks/rows/rows.h"
#include "ir/ops/contractions.h"
#include "ir/ops/movement.h"

namespace wengert::benchmarks {
namespace {

MakeProgram product(const MatmulShape& shape) {
  return [shape] {
    Program program;
    const auto extent = [&](int64_t n) {
      return shape.symbolic && n == shape.rows ? Extent::symbol("N") : Extent(n);
    };
    const auto matrix = [&](const char* name, bool transposed, int64_t n, int64_t m) {
      if (transposed) std::swap(n, m);
      return program.graph->input(name, shape.dtype, {extent(n), extent(m)});
    };
    const Expr a = matrix("A", shape.left, shape.rows, shape.inner),
               b = matrix("B", shape.right, shape.inner, shape.columns);
    program.outputs = {{"C", matmul(shape.left ? transpose(a) : a, shape.right ? transpose(b) : b).value()}};
    return program;
  };
}

// All rows of a small product; of a large one some, the first and the last among them.
std::vector<int64_t> checked_rows(int64_t n) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < n; i += n <= 256 ? 1 : n / 7) out.push_back(i);
  if (out.back() != n - 1) out.push_back(n - 1);
  return out;
}

template <class Number>
std::vector<std::pair<Array, Array>> answers(const MatmulShape& shape, const Number* a, const Number* b,
                                             const Array& c) {
  std::vector<std::pair<Array, Array>> out;
  const int64_t n = shape.columns;
  for (int64_t i : checked_rows(shape.rows)) {
    std::vector<double> sums(n);
    for (int64_t k = 0; k < shape.inner; k++) {
      const double factor = shape.left ? a[k * shape.rows + i] : a[i * shape.inner + k];
      for (int64_t j = 0; j < n; j++)
        sums[j] += factor * static_cast<double>(shape.right ? b[j * shape.inner + k] : b[k * n + j]);
    }
    Array expected(shape.dtype, {n});
    for (int64_t j = 0; j < n; j++)
      reinterpret_cast<Number*>(expected.data())[j] = static_cast<Number>(sums[j]);
    out.emplace_back(Array::view(c, i * n, {n}), std::move(expected));
  }
  return out;
}

}  // namespace

std::string MatmulShape::name() const {
  const std::string size = square() ? fmt::to_string(rows) : fmt::format("{}x{}x{}", rows, inner, columns);
  return fmt::format("matmul-{}-{}{}-{}{}", wengert::name(dtype), left ? 't' : 'n', right ? 't' : 'n', size,
                     symbolic ? "-symbolic" : "");
}

Row matmul_row(const Context& context, const MatmulShape& shape) {
  const bool wide = shape.dtype == Dtype::f64;
  Row row{.name = shape.name(), .tolerance = wide ? 1e-12 : 1e-4};
  Random random(20);
  const auto matrix = [&](bool transposed, int64_t n, int64_t m) {
    if (transposed) std::swap(n, m);
    return normal_array(random, shape.dtype, {n, m});
  };
  const Array a = matrix(shape.left, shape.rows, shape.inner),
              b = matrix(shape.right, shape.inner, shape.columns),
              c(shape.dtype, {shape.rows, shape.columns});
  row.inputs = {{"A", a}, {"B", b}};
  row.outputs = {c};
  CompileTimes times;
  row.data_seconds = wall_seconds() - context.began;
  row.contenders.push_back(
      {"wengert",
       each(BoundKernel(compile(product(shape), {}, {}, context.only_wengert ? nullptr : &times), row,
                        row.outputs, {{"N", shape.rows}})),
       {}});
  row.facts["compile"] = times.json();
  if (context.only_wengert) return row;

  const auto expected = wide ? answers(shape, a.f64(), b.f64(), c) : answers(shape, a.f32(), b.f32(), c);
  row.contenders.back().outputs = expected;
  const int64_t n = shape.rows, m = shape.columns, k = shape.inner;
  std::function<void()> by_blas =
      wide ? open_blas(Product<double>{n, m, k, shape.left, shape.right, a.f64(), b.f64(), c.f64()})
           : open_blas(Product<float>{n, m, k, shape.left, shape.right, a.f32(), b.f32(), c.f32()});
  if (by_blas) row.contenders.push_back({"OpenBLAS", each(std::move(by_blas)), expected});
  row.contenders.push_back(peak_contender(
      shape.dtype, 2 * static_cast<double>(n) * static_cast<double>(m) * static_cast<double>(k)));
  return row;
}

}  // namespace wengert::benchmarks
