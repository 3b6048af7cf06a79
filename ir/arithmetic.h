// Arithmetic: the interface in which op bodies are written. Each call appends a primitive to a Body.
//
//   Num softsign(Arithmetic& m, Num x) { return x / (m.absolute(x) + 1.0); }
//
// Operands of one primitive have one type; literals take the type of the other operand. Results are Nums,
// which are small handles, valid while their Arithmetic lives. Throws Error(internal) on a type mistake.
#pragma once
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include "ir/body.h"

namespace wengert {

class Arithmetic;

/// A value of a body under construction.
struct Num {
  Arithmetic* arithmetic = nullptr;
  uint32_t id = 0;
  Dtype type = Dtype::f64;
};

class Arithmetic {
 public:
  explicit Arithmetic(std::span<const Dtype> inputs);
  Num input(uint32_t index);

  Num constant(Dtype type, double value);        ///< floats, and integers that a double holds
  Num constant_bits(Dtype type, uint64_t bits);  ///< the bit pattern in the low bytes
  Num like(Num x, double value) { return constant(x.type, value); }

  Num add(Num a, Num b) { return emit(Prim::add, a, b); }
  Num subtract(Num a, Num b) { return emit(Prim::subtract, a, b); }
  Num multiply(Num a, Num b) { return emit(Prim::multiply, a, b); }
  Num divide(Num a, Num b) { return emit(Prim::divide, a, b); }
  Num remainder(Num a, Num b) { return emit(Prim::remainder, a, b); }
  Num fma(Num a, Num b, Num c);      ///< a*b+c rounded once: exactness is relied on
  Num mul_add(Num a, Num b, Num c);  ///< a*b+c: the body is right with either rounding (today: rounded once)
  Num negate(Num a) { return emit(Prim::negate, a); }
  Num absolute(Num a) { return emit(Prim::absolute, a); }
  Num copysign(Num magnitude, Num sign) { return emit(Prim::copysign, magnitude, sign); }
  Num sqrt(Num a) { return emit(Prim::square_root, a); }
  Num floor(Num a) { return emit(Prim::floor, a); }
  Num ceil(Num a) { return emit(Prim::ceil, a); }
  Num truncate(Num a) { return emit(Prim::truncate, a); }
  Num round_even(Num a) { return emit(Prim::round_even, a); }
  Num minimum(Num a, Num b) { return emit(Prim::minimum, a, b); }
  Num maximum(Num a, Num b) { return emit(Prim::maximum, a, b); }
  Num equal(Num a, Num b) { return compare(Prim::equal, a, b); }
  Num not_equal(Num a, Num b) { return compare(Prim::not_equal, a, b); }
  Num less(Num a, Num b) { return compare(Prim::less, a, b); }
  Num less_equal(Num a, Num b) { return compare(Prim::less_equal, a, b); }
  Num is_nan(Num a) { return not_equal(a, a); }
  Num select(Num mask, Num if_true, Num if_false);
  Num bit_and(Num a, Num b) { return emit(Prim::bit_and, a, b); }
  Num bit_or(Num a, Num b) { return emit(Prim::bit_or, a, b); }
  Num bit_xor(Num a, Num b) { return emit(Prim::bit_xor, a, b); }
  Num bit_not(Num a) { return emit(Prim::bit_not, a); }
  Num shift_left(Num a, Num amount) { return emit(Prim::shift_left, a, amount); }
  Num shift_right_logical(Num a, Num amount) { return emit(Prim::shift_right_logical, a, amount); }
  Num shift_right_arithmetic(Num a, Num amount) { return emit(Prim::shift_right_arithmetic, a, amount); }
  Num multiply_high(Num a, Num b) { return emit(Prim::multiply_high, a, b); }
  Num population_count(Num a) { return emit(Prim::population_count, a); }
  Num leading_zeros(Num a) { return emit(Prim::leading_zeros, a); }
  Num convert(Num a, Dtype to);
  Num bitcast(Num a, Dtype to);
  /// table[index]; the caller keeps index inside the table for every input, NaN included.
  Num table(Dtype type, std::span<const double> entries, Num index);
  Num table_bits(Dtype type, std::span<const uint64_t> entries, Num index);

  /// Applies step up to limit times to state, until its last output (bool: done) holds in every lane; a lane
  /// that is done keeps its state. `constants` are visible in step behind the state.
  using Step = std::function<std::vector<Num>(Arithmetic&, std::span<const Num> state_and_constants)>;
  std::vector<Num> repeat(uint32_t limit, std::span<const Num> state, std::span<const Num> constants,
                          const Step& step);
  /// mask ? slow(arguments) : fast, where slow runs only if some lane needs it.
  std::vector<Num> rarely(Num mask, std::span<const Num> fast, std::span<const Num> arguments,
                          const Step& slow);

  /// Ends the construction: the body with these outputs, without what they do not reach.
  Body finish(std::span<const Num> outputs);

 private:
  Num emit(Prim prim, Num a);
  Num emit(Prim prim, Num a, Num b);
  Num compare(Prim prim, Num a, Num b);
  Num append(Instruction instruction);
  std::vector<Num> region(Region region, std::span<const Dtype> types);
  Body body_;
};

// Operators. A literal beside a Num takes its type.
inline Num operator+(Num a, Num b) { return a.arithmetic->add(a, b); }
inline Num operator-(Num a, Num b) { return a.arithmetic->subtract(a, b); }
inline Num operator*(Num a, Num b) { return a.arithmetic->multiply(a, b); }
inline Num operator/(Num a, Num b) { return a.arithmetic->divide(a, b); }
inline Num operator-(Num a) { return a.arithmetic->negate(a); }
inline Num operator+(Num a, double b) { return a + a.arithmetic->like(a, b); }
inline Num operator-(Num a, double b) { return a - a.arithmetic->like(a, b); }
inline Num operator*(Num a, double b) { return a * a.arithmetic->like(a, b); }
inline Num operator/(Num a, double b) { return a / a.arithmetic->like(a, b); }
inline Num operator+(double a, Num b) { return b.arithmetic->like(b, a) + b; }
inline Num operator-(double a, Num b) { return b.arithmetic->like(b, a) - b; }
inline Num operator*(double a, Num b) { return b.arithmetic->like(b, a) * b; }
inline Num operator/(double a, Num b) { return b.arithmetic->like(b, a) / b; }
inline Num operator==(Num a, Num b) { return a.arithmetic->equal(a, b); }
inline Num operator!=(Num a, Num b) { return a.arithmetic->not_equal(a, b); }
inline Num operator<(Num a, Num b) { return a.arithmetic->less(a, b); }
inline Num operator<=(Num a, Num b) { return a.arithmetic->less_equal(a, b); }
inline Num operator>(Num a, Num b) { return a.arithmetic->less(b, a); }
inline Num operator>=(Num a, Num b) { return a.arithmetic->less_equal(b, a); }
inline Num operator==(Num a, double b) { return a == a.arithmetic->like(a, b); }
inline Num operator!=(Num a, double b) { return a != a.arithmetic->like(a, b); }
inline Num operator<(Num a, double b) { return a < a.arithmetic->like(a, b); }
inline Num operator<=(Num a, double b) { return a <= a.arithmetic->like(a, b); }
inline Num operator>(Num a, double b) { return a > a.arithmetic->like(a, b); }
inline Num operator>=(Num a, double b) { return a >= a.arithmetic->like(a, b); }
inline Num operator&(Num a, Num b) { return a.arithmetic->bit_and(a, b); }
inline Num operator|(Num a, Num b) { return a.arithmetic->bit_or(a, b); }
inline Num operator^(Num a, Num b) { return a.arithmetic->bit_xor(a, b); }
inline Num operator!(Num a) { return a.arithmetic->bit_not(a); }

}  // namespace wengert
