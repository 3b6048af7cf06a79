// The record of an op: everything there is to know about it. A node points at its record and everything else
// asks the record; there is no enum of ops and no switch on them.
//
// A record is `extern const Op` in its family's header and defined in one .cpp under ir/ops, or by a user in
// a file of theirs and passed to register_op (ir/registry.h). It must outlive every graph that uses it.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/arithmetic.h"
#include "ir/attribute.h"
#include "ir/error.h"
#include "ir/expr.h"
#include "ir/type.h"

namespace wengert {

/// How a node is evaluated and lowered: the loop kinds. A new one touches op.h, evaluate, the plan and the
/// loop emitter; a new op of a kind touches its own file alone.
enum class Kind : uint8_t {
  input,          ///< a parameter of the program
  constant,       ///< the attribute `value`
  iota,           ///< its index along the attribute `axis`
  elementwise,    ///< `body` on elements of operands of one shape
  movement,       ///< an operand's element at an affine index: `index_map`
  reshape,        ///< the same elements in row-major order under another shape
  reduction,      ///< folds `axes` with `combine` from `initial`, in the order of the attribute `order`
  arg_reduction,  ///< the index along `axis` of the extremum that `better` picks: first of ties, first NaN
  contraction,    ///< sums of products by fma, in the order of the attribute `order`
  concatenate,    ///< operands one after another along `axis`
  pad,            ///< operand 0 at an offset and a stride, operand 1 (a scalar) elsewhere
  gather,         ///< slices of operand 0 along `axis` picked by the integers of operand 1
  scatter,        ///< operand 0 with operand 2 added at the indices of operand 1 along `axis`, in index order
  composite       ///< `expand` builds it of other nodes
};

/// A call being checked: the operands' types and the attributes.
struct Call {
  const Op& op;
  std::span<const Type* const> operands;
  const Attributes& attributes;
  const Type& operator[](size_t i) const { return *operands[i]; }
  /// Throws Error(type) with the call and its operand types in front of `why`.
  [[noreturn]] void fail(const std::string& why) const;
  void require(bool holds, const char* why) const {
    if (!holds) fail(why);
  }
};

/// The result's element [r...] of a movement is the operand's element whose index along axis a is
/// offset + stride * r[result_axis] (or just the offset when result_axis is -1).
struct AxisMap {
  int64_t result_axis = -1;
  Extent offset = 0;
  int64_t stride = 1;
};
using IndexMap = std::vector<AxisMap>;  ///< one entry for each axis of the operand

/// A cotangent or a tangent, or its absence (a structural zero). Where `guard` (bool, of the value's shape)
/// is false, the value is structurally zero whatever multiplies it; an absent guard means true everywhere.
struct Cotangent {
  Expr value;
  Expr guard;
};

/// What a bprop rule sees. Cotangents are per result and may be absent.
struct Pull {
  std::span<const Expr> inputs;
  std::span<const Expr> outputs;
  std::span<const Expr> cotangents;
  const Attributes& attributes;
  std::span<const bool> wanted = {};  ///< per operand; empty: all

  /// Whether the operand's cotangent is asked for; a rule may leave the others absent.
  bool wants(size_t operand) const { return wanted.empty() || wanted[operand]; }
};

/// What a jvp rule sees. Tangents are per operand and may be absent, which is a structural zero.
struct Push {
  std::span<const Expr> inputs;
  std::span<const Expr> outputs;
  std::span<const Expr> tangents;
  const Attributes& attributes;
  std::span<const Expr> guards = {};  ///< of the tangents, per operand; empty: all absent

  const Expr& guard(size_t operand) const {
    static const Expr absent;
    return guards.empty() ? absent : guards[operand];
  }
};

/// What a batch rule sees: the operands, those that are `batched` with the new axis in front. The results
/// must have it in front.
struct Batch {
  std::span<const Expr> inputs;
  const std::vector<bool>& batched;
  const Attributes& attributes;
  Extent extent;
  /// Operand i with the new axis in front: broadcast where it had none.
  Expr input(size_t i) const;
};

/// What could not be proved when the node was made: it must not be negative when the symbols have values.
struct Check {
  Extent not_negative;
  std::string what;
  Place place = {};  ///< of the node; Program::checks() knows it
};

/// How the results depend on the floating-point operands.
enum class Linearity : uint8_t {
  none,
  jointly,  ///< f(a+b) = f(a)+f(b) over all of them together: the tangent is the op on the tangents
  each      ///< linear in each with the others fixed: the tangent is a sum, one term an operand
};

enum class Derivative : uint8_t {
  by_rule,  ///< partials, bprop, jvp, linearity or expand; an op with none of them has no rule: an error
  zero      ///< piecewise constant, or results that are not floats: no node, no error
};

/// Where tests and `wengert check` draw an operand from.
struct Range {
  double low = -2, high = 2;
};

struct Op {
  std::string_view name;
  std::string_view summary;  ///< one line for the op table
  Kind kind = Kind::elementwise;
  int arity = 1;  ///< -1: any number, at least one

  /// Checks the call and gives the result types.
  std::function<std::vector<Type>(const Call&)> type = {};
  /// Conditions on symbols, for the kernel's entry; those on numbers are the type rule's.
  std::function<std::vector<Check>(const Call&)> checks = {};

  // --- what it computes, by kind ---
  std::function<Num(Arithmetic&, std::span<const Num>, const Attributes&)> body = {};
  std::function<IndexMap(const Call&)> index_map = {};
  std::function<Num(Arithmetic&, Num accumulator, Num element)> combine = {};  ///< reduction
  std::function<double(Dtype)> initial = {};                             ///< reduction; infinities allowed
  std::function<Num(Arithmetic&, Num candidate, Num best)> better = {};  ///< arg_reduction: candidate wins
  std::function<std::vector<Expr>(std::span<const Expr>, const Attributes&)> expand = {};  ///< composite

  // --- derivatives ---
  Derivative derivative = Derivative::by_rule;
  Linearity linearity = Linearity::none;
  /// d result / d operand i, elementwise, absent where zero.
  std::function<std::vector<Expr>(std::span<const Expr> inputs, Expr output, const Attributes&)> partials =
      {};
  std::function<std::vector<Cotangent>(const Pull&)> bprop = {};
  /// A guard it gives counts the tangents' in; where it gives none, the driver joins theirs.
  std::function<std::vector<Cotangent>(const Push&)> jvp = {};
  /// bprop only moves elements, so that applied to a guard (bool) it gives the operand's guard.
  bool moves_guard = false;
  /// For structural ops; elementwise ones need none.
  std::function<std::vector<Expr>(const Batch&)> batch = {};

  // --- identity and tests ---
  bool interned = true;  ///< false: two equal calls are two nodes (input, variable, effects)
  bool commutative = false;
  std::vector<Range> samples = {};  ///< for each operand; the last one repeats; none: [-2, 2]
  std::string_view reference = {};  ///< the name of the MPFR function tests compare with
};

}  // namespace wengert
