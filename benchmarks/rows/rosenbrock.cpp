// A million variables, each with its neighbour: gradient, and Hessian times a vector.
#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 1000000;

void plain_gradient(const double* x, double* value, double* gradient) {
  double sum = 0, from_before = 0;
  for (int64_t i = 0; i + 1 < n; i++) {
    const double step = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
    sum += 100 * step * step + rest * rest;
    gradient[i] = from_before - 400 * step * x[i] - 2 * rest;
    from_before = 200 * step;
  }
  gradient[n - 1] = from_before;
  *value = sum;
}

// The Hessian has three diagonals.
void plain_hvp(const double* x, const double* v, double* product) {
  for (int64_t i = 0; i < n; i++) {
    double sum = i > 0 ? 200 * v[i] - 400 * x[i - 1] * v[i - 1] : 0;
    if (i + 1 < n) sum += (1200 * x[i] * x[i] - 400 * x[i + 1] + 2) * v[i] - 400 * x[i] * v[i + 1];
    product[i] = sum;
  }
}

}  // namespace

Row rosenbrock_row(const Context& context) {
  Row row{.name = "rosenbrock"};
  Random random(7);
  const Array x = uniform_array(random, f64, {n}, -1, 1);
  row.inputs = {{"x", x}};
  row.outputs = {Array(f64, {}), Array(f64, {n})};
  expect(row, context, [&](const std::vector<Array>& expected) {
    plain_gradient(x.f64(), expected[0].f64(), expected[1].f64());
  });
  add_wengert(row, context,
              {.program = from_text("rosenbrock.wg", "rosenbrock"),
               .derivatives = {.grad = {"x"}},
               .sizes = {{"N", n}}});
  if (context.only_wengert) return row;
  double *value = row.outputs[0].f64(), *gradient = row.outputs[1].f64();
  add_by_hand<double(int, const double*, double*)>(row, context, "by hand", "man_rosen",
                                                   [=](auto* f) { *value = f(n, x.f64(), gradient); });
  row.contenders.push_back(
      {"plain C++", each([=] { plain_gradient(x.f64(), value, gradient); }), row.answers()});
  return row;
}

Row rosenbrock_hvp_row(const Context& context) {
  Row row{.name = "rosenbrock-hvp"};
  Random random(7);
  const Array x = uniform_array(random, f64, {n}, -1, 1), v = uniform_array(random, f64, {n}, -1, 1);
  row.inputs = {{"x", x}, {"v_x", v}};
  row.outputs = {Array(f64, {n})};
  expect(row, context,
         [&](const std::vector<Array>& expected) { plain_hvp(x.f64(), v.f64(), expected[0].f64()); });
  add_wengert(row, context,
              {.program = from_text("rosenbrock.wg", "rosenbrock"),
               .derivatives = {.value = false, .hvp = {"x"}},
               .sizes = {{"N", n}},
               .baseline_name = "gradient",
               .baseline = {.value = false, .grad = {"x"}},
               .baseline_checked = false});
  if (context.only_wengert) return row;
  double* product = row.outputs[0].f64();
  add_by_hand<void(int, const double*, const double*, double*)>(
      row, context, "by hand", "man_rosen_hvp", [=](auto* f) { f(n, x.f64(), v.f64(), product); });
  row.contenders.push_back({"plain C++", each([=] { plain_hvp(x.f64(), v.f64(), product); }), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
