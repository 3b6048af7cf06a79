// A number as an unevaluated sum high + low, |low| <= ulp(high)/2 unless said otherwise: twice the precision.
// Error-free transformations: T. J. Dekker (1971), D. E. Knuth (TAOCP 2, 4.2.2).
#pragma once
#include "ir/arithmetic.h"

namespace wengert::math {

struct Pair {
  Num high, low;
};

/// a + b exactly, if |a| >= |b| or a = 0.
inline Pair fast_two_sum(Num a, Num b) {
  const Num sum = a + b;
  return {sum, b - (sum - a)};
}
/// a + b exactly.
inline Pair two_sum(Num a, Num b) {
  const Num sum = a + b, part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
/// a * b exactly (barring underflow).
inline Pair two_product(Arithmetic& m, Num a, Num b) {
  const Num product = a * b;
  return {product, m.fma(a, b, -product)};
}
inline Pair constant_pair(Arithmetic& m, Dtype type, double high, double low) {
  return {m.constant(type, high), m.constant(type, low)};
}
inline Pair negate(Pair a) { return {-a.high, -a.low}; }

inline Pair select(Arithmetic& m, Num mask, Pair a, Pair b) {
  return {m.select(mask, a.high, b.high), m.select(mask, a.low, b.low)};
}

inline Pair add(Pair a, Num b) {
  const Pair sum = two_sum(a.high, b);
  return fast_two_sum(sum.high, sum.low + a.low);
}
inline Pair add(Pair a, Pair b) {
  const Pair sum = two_sum(a.high, b.high);
  return fast_two_sum(sum.high, sum.low + (a.low + b.low));
}
inline Pair multiply(Arithmetic& m, Pair a, Num b) {
  const Pair product = two_product(m, a.high, b);
  return fast_two_sum(product.high, m.fma(a.low, b, product.low));
}
inline Pair multiply(Arithmetic& m, Pair a, Pair b) {
  const Pair product = two_product(m, a.high, b.high);
  return fast_two_sum(product.high, m.fma(a.high, b.low, m.fma(a.low, b.high, product.low)));
}
/// a / b with one division.
inline Pair divide(Arithmetic& m, Pair a, Pair b) {
  const Num inverse = 1.0 / b.high;
  const Num quotient = a.high * inverse;
  const Num rest = m.fma(-quotient, b.low, m.fma(-quotient, b.high, a.high) + a.low);
  return fast_two_sum(quotient, rest * inverse);
}

}  // namespace wengert::math
