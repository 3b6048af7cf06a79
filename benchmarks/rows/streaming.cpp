// Elementwise work on ten million numbers: nothing but memory should limit it.
#include "benchmarks/harness/kernel.h"
#include "benchmarks/harness/limits.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 10000000;

void plain_line(const double* __restrict x, double a, double b, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] = a * x[i] + b;
}

void plain_chain(const double* __restrict x, double a, double b, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) {
    double t = a * x[i] + b;
    t = t * x[i] - a;
    t = t * t + b;
    t = t * 0.5 - x[i];
    y[i] = t * x[i] + 0.25;
  }
}

}  // namespace

Row streaming_row(const Context& context, bool chain) {
  Row row{.name = chain ? "chain" : "line"};
  Random random(12);
  const Array x = uniform_array(random, f64, {n}, 0, 1), a(f64, {}), b(f64, {});
  a.f64()[0] = 1.7;
  b.f64()[0] = 0.3;
  row.inputs = {{"x", x}, {"a", a}, {"b", b}};
  row.outputs = {Array(f64, {n})};
  auto* plain = chain ? plain_chain : plain_line;
  expect(row, context,
         [&](const std::vector<Array>& expected) { plain(x.f64(), 1.7, 0.3, expected[0].f64()); });
  add_wengert(row, context,
              {.program = from_text("streaming.wg", row.name),
               .derivatives = {},
               .sizes = {{"N", n}},
               .baseline_name = ""});
  if (context.only_wengert) return row;
  double* out = row.outputs[0].f64();
  row.contenders.push_back({"plain C++", each([=] { plain(x.f64(), 1.7, 0.3, out); }), row.answers()});
  row.contenders.push_back(triad_contender(n, 16.0 * n));
  return row;
}

}  // namespace wengert::benchmarks
