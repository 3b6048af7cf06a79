// Records: relu and clamp, whose rules mask: the guard is the comparison itself, and a NaN passes its
// cotangent on. And what needs no bodies of its own: fma and lerp.
//
// relu compares its result, which says the same as its operand and is kept for others anyway: the operand
// need not be.
#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/masks.h"
#include "ir/ops/math.h"

namespace wengert {

using Inputs = std::span<const Num>;

static Expr or_zeros(Expr tangent, Expr like) {
  return tangent.present() ? tangent : zeros(like.graph(), like.type());
}

// Which operand clamp returned; exactly one of the three holds. With low > high the result is high.
struct ClampSide {
  Expr low, inside, high;
};
static ClampSide clamp_side(std::span<const Expr> x) {
  const Expr crossed = x[0] > x[2], above = (x[1] > x[2]) | crossed, below = (x[1] < x[0]) & !crossed;
  return {below, !(below | above), above};
}

static std::vector<Cotangent> pull_clamp(const Pull& pull) {
  const Expr g = pull.cotangents[0], zero = zeros(g.graph(), g.type());
  const ClampSide side = clamp_side(pull.inputs);
  return {{select(side.low, g, zero), side.low},
          {select(side.inside, g, zero), side.inside},
          {select(side.high, g, zero), side.high}};
}
static std::vector<Cotangent> push_clamp(const Push& push) {
  const ClampSide side = clamp_side(push.inputs);
  const Expr x = push.inputs[1], sides[] = {side.low, side.inside, side.high};
  const auto& t = push.tangents;
  const Expr out =
      select(side.low, or_zeros(t[0], x), select(side.high, or_zeros(t[2], x), or_zeros(t[1], x)));
  bool guarded = false;
  Expr guard;
  for (size_t i = 0; i < 3; i++) {
    guarded = guarded || t[i].absent() || push.guard(i).present();
    if (t[i].absent()) continue;
    const Expr moves = both(sides[i], push.guard(i));
    guard = guard.absent() ? moves : guard | moves;
  }
  return {{out, guarded ? guard : Expr()}};
}

namespace ops {

const Op relu{
    .name = "relu",
    .summary = "max(x, 0); derivative 0 at 0",
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.maximum(x[0], m.like(x[0], 0)); },
    .bprop = [](const Pull& pull) -> std::vector<Cotangent> {
      const Expr g = pull.cotangents[0], flows = !(pull.outputs[0] <= 0);
      return {{wengert::select(flows, g, 0), flows}};
    },
    .jvp = [](const Push& push) -> std::vector<Cotangent> {
      const Expr flows = !(push.outputs[0] <= 0);
      return {{wengert::select(flows, push.tangents[0], 0), both(flows, push.guard(0))}};
    },
    .reference = "relu",
};

const Op clamp{
    .name = "clamp",
    .summary = "x kept between low and high (first and last operand); derivative 1 at the bounds",
    .arity = 3,
    .type = build::same_number_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.minimum(m.maximum(x[1], x[0]), x[2]); },
    .bprop = pull_clamp,
    .jvp = push_clamp,
    .samples = {{-1.5, -0.5}, {-3, 3}, {0.5, 1.5}},
    .reference = "clamp",
};

const Op fma{
    .name = "fma",
    .summary = "x y + z, rounded once",
    .arity = 3,
    .type = build::same_float_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.fma(x[0], x[1], x[2]); },
    .partials = [](std::span<const Expr> x, Expr z, const Attributes&) -> std::vector<Expr> {
      return {x[1], x[0], ones(z.graph(), z.type())};
    },
    .reference = "fma",
};

const Op lerp{
    .name = "lerp",
    .summary = "x + t (y - x), t the last operand",
    .arity = 3,
    .type = build::same_float_type,
    .body = [](Arithmetic& m, Inputs x, const Attributes&) { return m.mul_add(x[2], x[1] - x[0], x[0]); },
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) -> std::vector<Expr> {
      return {1.0 - x[2], x[2], x[1] - x[0]};
    },
    .samples = {{1, 2}, {3, 4}, {0.1, 0.9}},
    .reference = "lerp",
};

}  // namespace ops

static const Operand& placed(std::initializer_list<const Operand*> operands) {
  for (const Operand* x : operands)
    if (x->weak == Operand::Weak::none) return *x;
  return **operands.begin();
}

static Expr of_three(const Op& op, const Operand& a, const Operand& b, const Operand& c, bool floats) {
  PlaceScope place(placed({&a, &b, &c}));
  const std::vector<Expr> x =
      floats ? build::promoted_floats({&a, &b, &c}, op.name) : build::promoted({&a, &b, &c}, op.name);
  return x[0].graph().make(op, {x[0], x[1], x[2]});
}

Expr relu(Operand x) { return build::unary(ops::relu, x); }
Expr clamp(Operand low, Operand x, Operand high) { return of_three(ops::clamp, low, x, high, false); }
Expr fma(Operand a, Operand b, Operand c) { return of_three(ops::fma, a, b, c, true); }
Expr lerp(Operand a, Operand b, Operand t) { return of_three(ops::lerp, a, b, t, true); }

}  // namespace wengert
