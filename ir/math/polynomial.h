// Polynomials with coefficients stated per width, lowest power first. tools/coefficients computes them.
#pragma once
#include <span>

#include "ir/arithmetic.h"

namespace wengert::math {

struct Coefficients {
  std::span<const double> f64, f32;
  std::span<const double> of(Dtype type) const { return type == Dtype::f64 ? f64 : f32; }
};

/// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule; long ones in two chains, even and odd powers, which
/// halves the latency.
inline Num polynomial(Arithmetic& m, Num x, std::span<const double> c) {
  const auto horner = [&](Num t, size_t first, size_t stride) {
    size_t i = first + (c.size() - 1 - first) / stride * stride;
    Num sum = m.like(x, c[i]);
    while (i > first) sum = m.mul_add(sum, t, m.like(x, c[i -= stride]));
    return sum;
  };
  if (c.size() < 5) return horner(x, 0, 1);
  const Num square = x * x;
  return m.mul_add(horner(square, 1, 2), x, horner(square, 0, 2));
}

inline Num polynomial(Arithmetic& m, Num x, const Coefficients& c) { return polynomial(m, x, c.of(x.type)); }

/// A constant that differs between the widths.
inline Num constant(Arithmetic& m, Dtype type, double f64, double f32) {
  return m.constant(type, type == Dtype::f64 ? f64 : f32);
}

/// The same function through f64, for the f32 functions whose own version would not be simpler or faster.
template <class Function, class... Nums>
Num through_f64(Arithmetic& m, Function function, Nums... x) {
  return m.convert(function(m, m.convert(x, Dtype::f64)...), Dtype::f32);
}

}  // namespace wengert::math
