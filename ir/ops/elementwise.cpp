#include "ir/ops/elementwise.h"

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Inputs = std::span<const Num>;
using Exprs = std::vector<Expr>;

// Whether x is the result alone: beyond y, or a NaN beside a number. Two that are equal, or two NaNs, are a
// tie.
static Expr wins(Expr x, Expr y, bool larger) { return (y == y) & !(larger ? x <= y : x >= y); }

// The operand that wins takes the cotangent, a tie shares it; the guard is that the other one did not win.
static std::vector<Cotangent> pull_extremum(const Pull& pull, bool larger) {
  const Expr a = pull.inputs[0], b = pull.inputs[1], g = pull.cotangents[0];
  const Expr zero = zeros(g.graph(), g.type()), half = g * 0.5;
  const Expr first = wins(a, b, larger), second = wins(b, a, larger);
  return {{select(first, g, select(second, zero, half)), !second},
          {select(second, g, select(first, zero, half)), !first}};
}
static std::vector<Cotangent> push_extremum(const Push& push, bool larger) {
  const Expr a = push.inputs[0], b = push.inputs[1];
  const Expr first = wins(a, b, larger), second = wins(b, a, larger);
  if (push.tangents[0].present() && push.tangents[1].present()) {
    const Expr ta = push.tangents[0], tb = push.tangents[1];
    const bool guarded = push.guard(0).present() || push.guard(1).present();
    return {{select(first, ta, select(second, tb, ta * 0.5 + tb * 0.5)),
             guarded ? both(!second, push.guard(0)) | both(!first, push.guard(1)) : Expr()}};
  }
  const size_t moves = push.tangents[0].present() ? 0 : 1;
  const Expr mine = moves == 0 ? first : second, other = moves == 0 ? second : first,
             t = push.tangents[moves];
  return {
      {select(mine, t, select(other, zeros(t.graph(), t.type()), t * 0.5)), both(!other, push.guard(moves))}};
}

static std::vector<Cotangent> pull_select(const Pull& pull) {
  const Expr p = pull.inputs[0], g = pull.cotangents[0];
  const Expr zero = zeros(g.graph(), g.type());
  std::vector<Cotangent> out(3);
  if (pull.wants(1)) out[1] = {select(p, g, zero), p};
  if (pull.wants(2)) out[2] = {select(p, zero, g), !p};
  return out;
}
static std::vector<Cotangent> push_select(const Push& push) {
  const Expr p = push.inputs[0], a = push.tangents[1], b = push.tangents[2];
  if (a.absent()) return {{select(p, zeros(b.graph(), b.type()), b), both(!p, push.guard(2))}};
  if (b.absent()) return {{masked(a, p), both(p, push.guard(1))}};
  const bool guarded = push.guard(1).present() || push.guard(2).present();
  return {{select(p, a, b), guarded ? both(p, push.guard(1)) | both(!p, push.guard(2)) : Expr()}};
}

namespace ops {

const Op add{
    .name = "add",
    .summary = "x + y; integers wrap",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.add(x[0], x[1]); },
    .linearity = Linearity::jointly,
    .bprop = [](const Pull& pull) -> std::vector<Cotangent> {
      return {{pull.cotangents[0], {}}, {pull.cotangents[0], {}}};
    },
    .moves_guard = true,
    .commutative = true,
    .reference = "add",
};

const Op subtract{
    .name = "subtract",
    .summary = "x - y; integers wrap",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.subtract(x[0], x[1]); },
    .linearity = Linearity::jointly,
    .partials = [](std::span<const Expr>, Expr y, const Attributes&) -> Exprs {
      return {ones(y.graph(), y.type()), full(y.graph(), y.type(), -1)};
    },
    .reference = "sub",
};

const Op multiply{
    .name = "multiply",
    .summary = "x * y; integers wrap",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.multiply(x[0], x[1]); },
    .linearity = Linearity::each,
    // d(xy)/dx = y
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) -> Exprs { return {x[1], x[0]}; },
    .commutative = true,
    .reference = "mul",
};

const Op divide{
    .name = "divide",
    .summary = "x / y, IEEE; floats only",
    .arity = 2,
    .type = build::same_float_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.divide(x[0], x[1]); },
    // d(x/y)/dx = 1/y, d(x/y)/dy = -(x/y)(1/y): one division for both
    .partials = [](std::span<const Expr> x, Expr y, const Attributes&) -> Exprs {
      const Expr inverse = 1.0 / x[1];
      return {inverse, -(y * inverse)};
    },
    .samples = {{-3, 3}, {0.5, 3}},
    .reference = "div",
};

const Op negate{
    .name = "negate",
    .summary = "-x",
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.negate(x[0]); },
    .linearity = Linearity::jointly,
    .partials = [](std::span<const Expr>, Expr y, const Attributes&) -> Exprs {
      return {full(y.graph(), y.type(), -1)};
    },
    .reference = "neg",
};

const Op maximum{
    .name = "maximum",
    .summary = "the larger, IEEE 754-2019: NaN wins, -0 < +0; a tie shares the gradient",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.maximum(x[0], x[1]); },
    .bprop = [](const Pull& pull) { return pull_extremum(pull, true); },
    .jvp = [](const Push& push) { return push_extremum(push, true); },
    .commutative = true,
    .reference = "max",
};

const Op minimum{
    .name = "minimum",
    .summary = "the smaller, IEEE 754-2019: NaN wins, -0 < +0; a tie shares the gradient",
    .arity = 2,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.minimum(x[0], x[1]); },
    .bprop = [](const Pull& pull) { return pull_extremum(pull, false); },
    .jvp = [](const Push& push) { return push_extremum(push, false); },
    .commutative = true,
    .reference = "min",
};

const Op select{
    .name = "select",
    .summary = "condition ? x : y; the branch not taken contributes nothing",
    .arity = 3,
    .type = [](const Call& call) -> std::vector<Type> {
      call.require(call[0].dtype == Dtype::boolean, "the condition must be bool");
      call.require(call[1] == call[2], "the branches have different types");
      call.require(call[0].shape == call[1].shape, "the condition has another shape than the branches");
      return {call[1]};
    },
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.select(x[0], x[1], x[2]); },
    .linearity = Linearity::jointly,
    .bprop = pull_select,
    .jvp = push_select,
};

const Op convert{
    .name = "convert",
    .summary = "to another dtype; float to integer truncates, saturates, NaN gives 0",
    .type = [](const Call& call) -> std::vector<Type> {
      return {call[0].with(call.attributes.get<Type>("to").dtype)};
    },
    .body = [](Arithmetic& m, Inputs x,
               const Attributes& a) { return m.convert(x[0], a.get<Type>("to").dtype); },
    .bprop = [](const Pull& pull) -> std::vector<Cotangent> {
      const Dtype from = pull.inputs[0].dtype();
      if (!is_float(from) || !is_float(pull.outputs[0].dtype())) return {{}};
      return {{wengert::convert(pull.cotangents[0], from), {}}};
    },
    .jvp = [](const Push& push) -> std::vector<Cotangent> {
      const Dtype to = push.outputs[0].dtype();
      if (!is_float(to) || push.tangents[0].absent()) return {{}};
      return {{wengert::convert(push.tangents[0], to), push.guard(0)}};
    },
};

static Op comparison(std::string_view name, std::string_view summary, Num (Arithmetic::*prim)(Num, Num),
                     bool commutes) {
  return Op{
      .name = name,
      .summary = summary,
      .arity = 2,
      .type = build::compared_type,
      .body = [prim](Arithmetic& m, Inputs x, const Attributes&) { return (m.*prim)(x[0], x[1]); },
      .derivative = Derivative::zero,
      .commutative = commutes,
  };
}
const Op equal = comparison("equal", "x == y", &Arithmetic::equal, true);
const Op not_equal = comparison("not_equal", "x != y; true when unordered", &Arithmetic::not_equal, true);
const Op less = comparison("less", "x < y", &Arithmetic::less, false);
const Op less_equal = comparison("less_equal", "x <= y", &Arithmetic::less_equal, false);

static Op bitwise(std::string_view name, std::string_view summary, Num (Arithmetic::*prim)(Num, Num)) {
  return Op{
      .name = name,
      .summary = summary,
      .arity = 2,
      .type = build::same_bits_type,
      .body = [prim](Arithmetic& m, Inputs x, const Attributes&) { return (m.*prim)(x[0], x[1]); },
      .derivative = Derivative::zero,
      .commutative = true,
  };
}
const Op bit_and = bitwise("bit_and", "logical and; bitwise on integers", &Arithmetic::bit_and);
const Op bit_or = bitwise("bit_or", "logical or; bitwise on integers", &Arithmetic::bit_or);
const Op bit_xor = bitwise("bit_xor", "exclusive or; bitwise on integers", &Arithmetic::bit_xor);

const Op bit_not{
    .name = "bit_not",
    .summary = "logical not; bitwise on integers",
    .type = build::same_bits_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.bit_not(x[0]); },
    .derivative = Derivative::zero,
};

}  // namespace ops

Expr operator+(Operand a, Operand b) { return build::binary(ops::add, a, b); }
Expr operator-(Operand a, Operand b) { return build::binary(ops::subtract, a, b); }
Expr operator*(Operand a, Operand b) {
  PlaceScope place(a.weak == Operand::Weak::none ? a : b);
  const bool twice = a.expr.present() && b.expr.present() && a.expr.same(b.expr);
  const Expr squares = twice ? square_of_norm(a.expr) : Expr();
  return squares.present() ? squares : build::binary(ops::multiply, a, b);
}
Expr operator/(Operand a, Operand b) { return build::float_binary(ops::divide, a, b); }
Expr operator-(Operand x) { return build::unary(ops::negate, x); }
Expr operator==(Operand a, Operand b) { return build::binary(ops::equal, a, b); }
Expr operator!=(Operand a, Operand b) { return build::binary(ops::not_equal, a, b); }
Expr operator<(Operand a, Operand b) { return build::binary(ops::less, a, b); }
Expr operator<=(Operand a, Operand b) { return build::binary(ops::less_equal, a, b); }
Expr operator>(Operand a, Operand b) { return build::binary(ops::less, b, a); }
Expr operator>=(Operand a, Operand b) { return build::binary(ops::less_equal, b, a); }
Expr operator&(Operand a, Operand b) { return build::binary(ops::bit_and, a, b); }
Expr operator|(Operand a, Operand b) { return build::binary(ops::bit_or, a, b); }
Expr operator^(Operand a, Operand b) { return build::binary(ops::bit_xor, a, b); }
Expr operator!(Operand x) { return build::unary(ops::bit_not, x); }
Expr maximum(Operand a, Operand b) { return build::binary(ops::maximum, a, b); }
Expr minimum(Operand a, Operand b) { return build::binary(ops::minimum, a, b); }

Expr select(Operand condition, Operand a, Operand b) {
  const Operand& placed = condition.weak == Operand::Weak::none ? condition : a;
  PlaceScope place(placed);
  Graph& graph = build::graph_of({&condition, &a, &b}, "select");
  Expr mask = convert(build::expr_of(condition, graph, Dtype::boolean), Dtype::boolean);
  std::vector<Expr> branches;
  if (a.weak != Operand::Weak::none && b.weak != Operand::Weak::none) {
    const bool floats = a.weak == Operand::Weak::floating || b.weak == Operand::Weak::floating;
    const bool bools = a.weak == Operand::Weak::boolean && b.weak == Operand::Weak::boolean;
    const Dtype dtype = floats ? Dtype::f64 : bools ? Dtype::boolean : Dtype::i64;
    branches = {build::expr_of(a, graph, dtype), build::expr_of(b, graph, dtype)};
  } else {
    branches = build::promoted({&a, &b}, "select");
  }
  std::optional<Shape> shape = broadcast_shapes(mask.shape(), branches[0].shape());
  if (!shape)
    throw Error(Code::type,
                "select(" + text(mask.type()) + ", " + text(branches[0].type()) +
                    "): the condition's shape does not broadcast with the branches'",
                placed.at);
  return graph.make(ops::select, {broadcast_to(mask, *shape), broadcast_to(branches[0], *shape),
                                  broadcast_to(branches[1], *shape)});
}

Expr convert(Operand x, Dtype dtype) {
  PlaceScope place(x);
  Graph& graph = build::graph_of({&x}, "convert");
  if (x.expr.dtype() == dtype) return x.expr;
  return graph.make(ops::convert, {x.expr}, {{"to", Type{dtype, {}}}});
}

}  // namespace wengert
