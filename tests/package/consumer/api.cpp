// Uses the library through its one header.
#include <wengert/wengert.h>
#include <cstdio>

int main() {
  using namespace wengert;
  Program polynomial;
  const Expr x = polynomial.graph->input("x", Dtype::f64), y = polynomial.graph->input("y", Dtype::f64);
  polynomial.outputs = {{"f", (pow(x, 2) * y + y + 2).value()}};
  const Program gradient = derive(std::move(polynomial), {.grad = {"x", "y"}});
  const ScalarFunction<2, 3> f(jit(gradient));
  const auto [value, dx, dy] = f({3, 4});
  std::printf("%g %g %g\n", value, dx, dy);
}
