// A body: the straight-line program of a scalar op, over one element, in a few dozen primitives.
//
// It is written once through Arithmetic (ir/arithmetic.h). The evaluator interprets it on blocks of numbers
// (ir/interpret.h) and the code generator translates it to LLVM vectors, so the two can differ only in the
// primitives, whose meaning stands here. Lanes never see one another: what a lane computes does not depend
// on how many lanes run side by side.
//
// Invariants: values are numbered inputs first, then one per instruction; operands come before their users.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "ir/dtype.h"

namespace wengert {

/// The primitives. T is the type of the instruction, which for comparisons is bool; floats are IEEE 754 with
/// round to nearest even, subnormals kept; integers wrap.
enum class Prim : uint8_t {
  constant,  ///< bits, of type T
  add,
  subtract,
  multiply,
  divide,     ///< floats: IEEE. Integers truncate; x/0 = 0, min/-1 = min
  remainder,  ///< integers: sign of the dividend; x%0 = x, min%-1 = 0. Not for floats
  fma,        ///< a*b+c rounded once; floats
  negate,
  absolute,
  copysign,  ///< magnitude of a, sign of b
  square_root,
  floor,
  ceil,
  truncate,
  round_even,
  minimum,
  maximum,  ///< IEEE 754-2019: NaN wins, -0 < +0; integers as usual
  equal,
  not_equal,
  less,
  less_equal,  ///< ordered; not_equal is true when unordered; operands of one type
  select,      ///< a ? b : c
  bit_and,
  bit_or,
  bit_xor,
  bit_not,  ///< bool and integers
  shift_left,
  shift_right_logical,
  shift_right_arithmetic,  ///< amounts >= width (unsigned): 0, 0, the sign
  multiply_high,           ///< upper half of the unsigned product; i32, i64
  population_count,
  leading_zeros,  ///< integers; leading_zeros(0) = width
  convert,        ///< to T. Float to integer truncates, saturates, NaN gives 0; to bool is x != 0
  bitcast,        ///< i32<->f32, i64<->f64
  table,          ///< tables[bits][a]; a of type i32 or i64 must be in range
  region,         ///< regions[bits]: repeat or rarely; its results are read by `result`
  result          ///< result number `bits` of region instruction a
};

struct Instruction {
  Prim prim;
  Dtype type;
  std::array<uint32_t, 3> operands{};
  uint64_t bits = 0;
};

struct Body;

/// A nested program. Its inputs are `arguments`, values of the enclosing body.
struct Region {
  enum class Kind : uint8_t {
    /// Runs at most `limit` times. The first `states` inputs are the loop's state, the rest is constant.
    /// Outputs: the new states, then a bool `done`. A lane whose `done` was true keeps its state.
    repeat,
    /// Runs where `mask` (the first argument, not an input of the body) is true in some lane. The next
    /// `states` arguments are the fast results; a lane takes the body's output where its mask is true, else
    /// the fast result. The body's inputs are the arguments after those.
    rarely
  };
  Kind kind;
  uint32_t limit = 0;
  uint32_t states = 0;
  std::vector<uint32_t> arguments;
  std::vector<Body> body;  // exactly one; a vector because Body is incomplete here
};

struct Body {
  std::vector<Dtype> inputs;
  std::vector<Instruction> code;
  std::vector<uint32_t> outputs;
  std::vector<std::vector<uint64_t>> tables;  ///< bits of each entry, in the low bytes
  std::vector<Region> regions;

  Dtype type(uint32_t value) const {
    return value < inputs.size() ? inputs[value] : code[value - inputs.size()].type;
  }
};

}  // namespace wengert
