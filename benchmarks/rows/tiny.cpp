// A scalar function of a few nanoseconds: everything is called with numbers by value, in a loop that reads
// them from memory anew.
#include <cmath>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

volatile double x1 = 2, x2 = 3;

[[gnu::noinline]] double plain(double a, double b, double* gradient) {
  const double t = a + 2 * b, u = t + a, logarithm = std::log(t);
  gradient[0] = u / t + 2 * logarithm;
  gradient[1] = 2 * (u / t + logarithm);
  return logarithm * u;
}

std::function<void(long)> gradient_loop(CompiledFunction function, double* out) {
  auto* entry = function.raw<int(double, double, double*, double*, double*, void*)>();
  return [=, kept = std::move(function)](long times) {
    for (long i = 0; i < times; i++) entry(x1, x2, out, out + 1, out + 2, nullptr);
  };
}

}  // namespace

Row tiny_row(const Context& context) {
  Row row{.name = "tiny"};
  const Array whole(f64, {3});
  double* out = whole.f64();
  for (int i = 0; i < 3; i++) row.outputs.push_back(Array::view(whole, i, {}));
  expect(row, context, [](const std::vector<Array>& expected) {
    *expected[0].f64() = std::log(8.0) * 10;
    *expected[1].f64() = 1.25 + 2 * std::log(8.0);
    *expected[2].f64() = 2.5 + 2 * std::log(8.0);
  });
  row.inputs = {{"x1", Array(f64, {})}, {"x2", Array(f64, {})}};
  row.inputs[0].second.f64()[0] = x1;
  row.inputs[1].second.f64()[0] = x2;

  const MakeProgram program = from_text("tiny.wg", "tiny");
  const Derivatives gradient{.grad = {"x1", "x2"}};
  CompileTimes times;
  row.contenders.push_back(
      {"wengert",
       gradient_loop(compile(program, gradient, {}, context.only_wengert ? nullptr : &times), out),
       {}});
  row.facts["compile"] = times.json();
  if (context.only_wengert) return row;

  row.contenders.back().outputs = row.answers();
  row.contenders.push_back(
      {"wengert fast", gradient_loop(compile(program, gradient, {.fast_math = true}), out), row.answers()});
  CompiledFunction value = compile(program, {}, {});
  auto* entry = value.raw<int(double, double, double*, void*)>();
  row.contenders.push_back({"value",
                            [=, kept = std::move(value)](long count) {
                              for (long i = 0; i < count; i++) entry(x1, x2, out, nullptr);
                            },
                            {{row.outputs[0], row.expected[0]}}});
  row.facts["baseline"] = "value";
  auto loop = [=](double (*function)(double, double, double*)) {
    return [=](long count) {
      for (long i = 0; i < count; i++) out[0] = function(x1, x2, out + 1);
    };
  };
  if (context.yardstick)
    row.contenders.push_back({"by hand",
                              loop(context.yardstick->function<double(double, double, double*)>("man_tiny")),
                              row.answers()});
  row.contenders.push_back({"plain C++", loop(plain), row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
