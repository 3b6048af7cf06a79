// Functions composed of ops, in forms that are stable with their derivatives. They have no records of their
// own.
#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"

namespace wengert {

Expr leaky_relu(Operand x, double slope) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "leaky_relu");
  return select(v > 0.0, v, v * slope);
}

Expr elu(Operand x, double alpha) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "elu");
  return select(v > 0.0, v, alpha * expm1(v));
}

Expr gelu(Operand x) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "gelu");
  constexpr double root_half = 0.7071067811865476;
  return (0.5 * v) * erfc(v * -root_half);
}

Expr silu(Operand x) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "silu");
  return v * logistic(v);
}

// Near 0 the Taylor series in x^2, so that derivatives of every order are right there; sin(x)/x, whose
// derivatives cancel near 0, beyond 1.
Expr sinc(Operand x) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "sinc"), square = v * v;
  constexpr int terms = 12;  // 1/25! is below 2^-53 of the derivatives too
  double coefficient[terms] = {1};
  for (int k = 1; k < terms; k++) coefficient[k] = -coefficient[k - 1] / ((2.0 * k) * (2.0 * k + 1.0));
  Expr series = square * coefficient[terms - 1] + coefficient[terms - 2];
  for (int k = terms - 3; k >= 0; k--) series = series * square + coefficient[k];
  return select(abs(v) < 1.0, series, sin(v) / v);
}

Expr huber(Operand x, double delta) {
  PlaceScope place(x);
  const Expr v = build::float_of(x, "huber"), size = abs(v);
  return select(size <= delta, 0.5 * v * v, delta * (size - 0.5 * delta));
}

}  // namespace wengert
