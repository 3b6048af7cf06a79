// A network of three layers in f32. The answer is computed in f64 from the same numbers, product by product.
#include <algorithm>
#include <cmath>
#include <vector>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/harness/limits.h"
#include "benchmarks/harness/open_blas.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t batch = 128, widths[] = {784, 512, 256, 10}, layers = 3;
using Matrix = std::vector<double>;

Matrix doubles(const Array& array) {
  Matrix out(array.count());
  for (int64_t i = 0; i < array.count(); i++) out[i] = array.at(i);
  return out;
}

// out[rows, columns] = left[rows, inner] right[inner, columns], of transposed operands on request.
Matrix product(const Matrix& left, bool left_transposed, const Matrix& right, bool right_transposed,
               int64_t rows, int64_t inner, int64_t columns) {
  Matrix out(rows * columns);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t k = 0; k < inner; k++) {
      const double factor = left_transposed ? left[k * rows + i] : left[i * inner + k];
      for (int64_t j = 0; j < columns; j++)
        out[i * columns + j] += factor * (right_transposed ? right[j * inner + k] : right[k * columns + j]);
    }
  return out;
}

void store(const Matrix& from, const Array& to) {
  for (int64_t i = 0; i < to.count(); i++) to.f32()[i] = static_cast<float>(from[i]);
}

void answers(const Row& row, const std::vector<Array>& out) {
  Matrix weights[layers], values[layers + 1];
  values[0] = doubles(row.input("x"));
  for (int l = 0; l < layers; l++) {
    weights[l] = doubles(row.input("W" + std::to_string(l)));
    const Matrix bias = doubles(row.input("b" + std::to_string(l)));
    values[l + 1] = product(values[l], false, weights[l], false, batch, widths[l], widths[l + 1]);
    for (int64_t i = 0; i < batch * widths[l + 1]; i++) {
      values[l + 1][i] += bias[i % widths[l + 1]];
      if (l + 1 < layers) values[l + 1][i] = std::max(values[l + 1][i], 0.0);
    }
  }
  Matrix slope = values[layers];
  double loss = 0;
  constexpr int64_t classes = widths[layers];
  for (int64_t i = 0; i < batch; i++) {
    double sum = 0;
    for (int64_t j = 0; j < classes; j++) sum += std::exp(slope[i * classes + j]);
    const int64_t label = row.input("labels").i32()[i];
    loss += std::log(sum) - slope[i * classes + label];
    for (int64_t j = 0; j < classes; j++)
      slope[i * classes + j] = (std::exp(slope[i * classes + j]) / sum - (j == label)) / batch;
  }
  out[0].f32()[0] = static_cast<float>(loss / batch);
  for (int l = layers - 1; l >= 0; l--) {
    store(product(values[l], true, slope, false, widths[l], batch, widths[l + 1]), out[1 + 2 * l]);
    Matrix bias(widths[l + 1]);
    for (int64_t i = 0; i < batch * widths[l + 1]; i++) bias[i % widths[l + 1]] += slope[i];
    store(bias, out[2 + 2 * l]);
    slope = product(slope, false, weights[l], true, batch, widths[l + 1], widths[l]);
    for (int64_t i = 0; i < batch * widths[l]; i++)
      if (values[l][i] <= 0) slope[i] = 0;
  }
}

// The matrix products alone, on numbers of no meaning: what any program built on OpenBLAS takes at least.
void add_products(Row& row) {
  std::vector<std::function<void()>> products;
  std::vector<Array> scratch;
  double operations = 0;
  auto add = [&](int64_t rows, int64_t inner, int64_t columns, bool left, bool right) {
    for (int64_t count : {rows * inner, inner * columns, rows * columns})
      scratch.emplace_back(f32, std::vector<int64_t>{count});
    const float *a = scratch.end()[-3].f32(), *b = scratch.end()[-2].f32();
    products.push_back(
        open_blas(Product<float>{rows, columns, inner, left, right, a, b, scratch.back().f32()}));
    operations += 2.0 * static_cast<double>(rows * inner * columns);
  };
  for (int l = 0; l < layers; l++) {
    add(batch, widths[l], widths[l + 1], false, false);
    add(widths[l], batch, widths[l + 1], true, false);
    if (l > 0) add(batch, widths[l + 1], widths[l], false, true);
  }
  if (products[0])
    row.contenders.push_back({"OpenBLAS, products alone",
                              each([=, kept = scratch] {
                                for (const auto& product : products) product();
                              }),
                              {}});
  row.contenders.push_back(peak_contender(f32, operations));
}

}  // namespace

Row mlp_row(const Context& context) {
  Row row{.name = "mlp", .tolerance = 1e-5};
  Random random(2);
  Derivatives derivatives;
  row.outputs = {Array(f32, {})};
  for (int l = 0; l < layers; l++) {
    const std::string number = std::to_string(l);
    row.inputs.emplace_back("W" + number, normal_array(random, f32, {widths[l], widths[l + 1]},
                                                       std::sqrt(2.0 / static_cast<double>(widths[l]))));
    row.inputs.emplace_back("b" + number, normal_array(random, f32, {widths[l + 1]}, 0.1));
    for (const char* kind : {"W", "b"}) {
      derivatives.grad.push_back(kind + number);
      row.outputs.emplace_back(f32, row.input(kind + number).shape());
    }
  }
  row.inputs.emplace_back("x", uniform_array(random, f32, {batch, widths[0]}, 0, 1));
  row.inputs.emplace_back("labels", Array(i32, {batch}));
  for (int64_t i = 0; i < batch; i++)
    row.input("labels").i32()[i] = static_cast<int32_t>(random.below(widths[layers]));
  expect(row, context, [&](const std::vector<Array>& expected) { answers(row, expected); });
  add_wengert(row, context,
              {.program = from_text("mlp.wg", "loss", {{"D", 784}, {"H0", 512}, {"H1", 256}, {"C", 10}}),
               .derivatives = derivatives,
               .sizes = {{"N", batch}}});
  if (!context.only_wengert) add_products(row);
  return row;
}

}  // namespace wengert::benchmarks
