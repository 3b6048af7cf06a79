// A quadratic form and a sum of softplus: gradient, Hessian times a vector, the whole Hessian.
#include <cmath>
#include <vector>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 100, m = 300;

struct Data {
  const double *A, *B, *x, *v;
};

// s = B x at each row: the slope and curvature of log(1 + exp(s)).
template <class Use>
void each_row(const Data& data, Use use) {
  for (int64_t i = 0; i < m; i++) {
    const double* b = data.B + i * n;
    double s = 0;
    for (int64_t j = 0; j < n; j++) s += b[j] * data.x[j];
    const double p = 1 / (1 + std::exp(-s));
    use(b, s, p, p * (1 - p));
  }
}

void times_A(const Data& data, const double* vector, double* out) {
  for (int64_t i = 0; i < n; i++) {
    out[i] = 0;
    for (int64_t j = 0; j < n; j++) out[i] += data.A[i * n + j] * vector[j];
  }
}

void plain_gradient(const Data& data, double* value, double* gradient) {
  times_A(data, data.x, gradient);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += 0.5 * gradient[i] * data.x[i];
  each_row(data, [&](const double* b, double s, double slope, double) {
    sum += std::log1p(std::exp(s));
    for (int64_t j = 0; j < n; j++) gradient[j] += slope * b[j];
  });
  *value = sum;
}

void plain_hvp(const Data& data, double* product) {
  times_A(data, data.v, product);
  each_row(data, [&](const double* b, double, double, double curvature) {
    double q = 0;
    for (int64_t j = 0; j < n; j++) q += b[j] * data.v[j];
    for (int64_t j = 0; j < n; j++) product[j] += curvature * q * b[j];
  });
}

void plain_hessian(const Data& data, double* hessian) {
  for (int64_t i = 0; i < n * n; i++) hessian[i] = data.A[i];
  each_row(data, [&](const double* b, double, double, double curvature) {
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) hessian[i * n + j] += curvature * b[i] * b[j];
  });
}

}  // namespace

Row quad_row(const Context& context, Quad what) {
  Row row{.name = what == Quad::gradient ? "quad" : what == Quad::hvp ? "quad-hvp" : "quad-hessian"};
  Random random(11);
  const Array A(f64, {n, n}), B = normal_array(random, f64, {m, n}, 0.1), x = normal_array(random, f64, {n}),
                              v = normal_array(random, f64, {n});
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j <= i; j++)
      A.f64()[i * n + j] = A.f64()[j * n + i] = random.normal() + (i == j ? 20 : 0);
  row.inputs = {{"x", x}, {"A", A}, {"B", B}, {"v_x", v}};
  const Data data{A.f64(), B.f64(), x.f64(), v.f64()};

  Task task;
  task.program = from_text("quad.wg", "quad", {{"N", n}});
  task.sizes = {{"M", m}};
  std::function<void()> plain, by_hand;
  const Yardstick* yardstick = context.yardstick;
  const double *a = data.A, *b = data.B, *at = data.x, *along = data.v;
  if (what == Quad::gradient) {
    row.outputs = {Array(f64, {}), Array(f64, {n})};
    task.derivatives = {.grad = {"x"}};
    double *value = row.outputs[0].f64(), *gradient = row.outputs[1].f64();
    expect(row, context, [&](const std::vector<Array>& expected) {
      plain_gradient(data, expected[0].f64(), expected[1].f64());
    });
    plain = [=] { plain_gradient(data, value, gradient); };
    if (yardstick) {
      auto* f = yardstick->function<double(int, int, const double*, const double*, const double*, double*)>(
          "man_hess_f");
      by_hand = [=] { *value = f(n, m, a, b, at, gradient); };
    }
  } else {
    const bool product = what == Quad::hvp;
    const std::vector<int64_t> shape = product ? std::vector<int64_t>{n} : std::vector<int64_t>{n, n};
    row.outputs = {Array(f64, shape)};
    task.derivatives = {.value = false};
    (product ? task.derivatives.hvp : task.derivatives.hessian) = {"x"};
    task.baseline_name = "gradient";
    task.baseline = {.value = false, .grad = {"x"}};
    task.baseline_checked = false;
    double* out = row.outputs[0].f64();
    expect(row, context, [&](const std::vector<Array>& expected) {
      (product ? plain_hvp : plain_hessian)(data, expected[0].f64());
    });
    plain = [=] { (product ? plain_hvp : plain_hessian)(data, out); };
    if (yardstick && product) {
      auto* f =
          yardstick
              ->function<void(int, int, const double*, const double*, const double*, const double*, double*)>(
                  "man_hess_hvp");
      by_hand = [=] { f(n, m, a, b, at, along, out); };
    } else if (yardstick) {
      auto* f = yardstick->function<void(int, int, const double*, const double*, const double*, double*)>(
          "man_hess_full");
      by_hand = [=] { f(n, m, a, b, at, out); };
    }
  }
  add_wengert(row, context, task);
  if (context.only_wengert) return row;
  if (by_hand) row.contenders.push_back({"by hand", each(by_hand), row.answers()});
  row.contenders.push_back({"plain C++", each(plain), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
