// Kernels against the evaluator, to the bit: every kind of loop nest, at awkward sizes.
#include "compare.h"

#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "structural_programs.h"

using namespace wengert;
using namespace wengert::testing;

TEST_CASE("every kind of loop nest") {
  for (const StructuralProgram& one : structural_programs()) {
    INFO(one.name);
    compare(one.program, one.sizes);
  }
}

TEST_CASE("elementwise chains over a symbolic extent, all widths") {
  for (Dtype dtype : {f32, f64, i32, i64}) {
    Build b;
    const Expr x = b.in("x", dtype, {N}), y = b.in("y", dtype, {N});
    b.out("a", x * y + x);
    b.out("c", where(x < y, x - y, x));
    compare(b.program, rows);
    compare(b.program, rows, Tier::fast);
  }
}

TEST_CASE("scalars alone") {
  Build b;
  const Expr x = b.in("x", f64, {}), y = b.in("y", f64, {});
  const Expr t = x + 2.0 * y;
  const Expr f = exp(t) * (t + x);
  const std::vector<Expr> g = gradients({&f, 1}, std::vector{x, y});
  b.out("f", f);
  b.out("dx", g[0]);
  b.out("dy", g[1]);
  b.out("again", f);
  b.out("input", x);
  compare(b.program, {{}});
}

TEST_CASE("a fold reads what does not depend on its axis in the lanes that exist") {
  for (Dtype dtype : {f64, f32}) {
    for (int columns : {1, 3, 5, 11, 29}) {
      Build b;
      const Expr x = b.in("x", dtype, {N, columns}), y = b.in("y", dtype, {columns}),
                 r = b.in("r", dtype, {N});
      b.out("weighted", sum(x * y, Axes{0}));
      b.out("distance", max(x - y, Axes{0}));
      b.out("product", matmul(transpose(x - y), r));
      b.out("rows", sum(expand_dims(r, {1}) * y, Axes{1}));
      compare(b.program, std::vector(rows.begin() + 1, rows.end()));
    }
    Build b;
    const Expr x = b.in("x", dtype, {N, M}), y = b.in("y", dtype, {M}), r = b.in("r", dtype, {N});
    b.out("weighted", sum(x * y, Axes{0}));
    b.out("distance", max(x - y, Axes{0}));
    b.out("product", matmul(transpose(x - y), r));
    compare(b.program, {{{"N", 6}, {"M", 3}}, {{"N", 9}, {"M", 17}}, {{"N", 8200}, {"M", 5}}});
  }
}

TEST_CASE("a full sum and maps over its space share a loop") {
  Build b;
  const Expr x = b.in("x", f64, {N});
  const Expr e = x * x + 1.0;
  b.out("s", sum(e));
  b.out("e", e * 3.0);
  const Plan plan = make_plan(b.program);
  CHECK(plan.nests.size() == 1);
  compare(b.program, rows);
}

TEST_CASE("a sum shares its loop with broadcasts, transposes, ramps and picked elements") {
  Build b;
  const Expr x = b.in("x", f64, {N}), s = b.in("s", f64, {});
  b.out("sum", sum(x));
  b.out("scalar", broadcast_in_dim(s, {N}, {}));
  b.out("back", reverse(x, {0}));
  b.out("ramp", iota(*b.program.graph, f64, {N}, 0));
  compare(b.program, rows);
}

TEST_CASE("rows added at places known when the program is built") {
  for (Dtype dtype : {f64, i32}) {
    Build b;
    const Expr x = b.in("x", dtype, {5}), u = b.in("u", dtype, {}), m = b.in("m", dtype, {4, 3}),
               row = b.in("row", dtype, {3});
    const auto at = [&](int64_t place) { return constant(*b.program.graph, i64, place); };
    const Expr once = scatter_add(x, at(2), u, 0), twice = scatter_add(once, at(2), u * u, 0);
    b.out("once", take(once, at(2), 0));
    b.out("twice", take(twice, at(2), 0) + take(once, at(3), 0));
    const Expr rows = scatter_add(m, at(1), row, 0);
    b.out("element", take(take(rows, at(1), 0), at(2), 0));
    b.out("sliced", reshape(slice_axis(once, 0, 2, 3, 1), {}));
    b.out("rows", rows);
    compare(b.program, {{}});
  }
}

TEST_CASE("an index out of range raises the flag: gathered, gathered and not read, scattered") {
  const std::function<Expr(Build&, Expr, Expr)> cases[] = {
      [](Build&, Expr x, Expr i) { return take(x, i, 0); },
      [](Build&, Expr x, Expr i) { return slice_axis(take(x, i, 0), 0, 1, 2, 1); },
      [](Build&, Expr x, Expr i) { return scatter_add(x, i, full(x.graph(), {f64, {2, 3}}, 1), 0); }};
  for (const auto& make : cases) {
    for (int64_t first : {4, -1, 0}) {
      Build b;
      const Expr x = b.in("x", f64, {4, 3});
      const Expr zero = iota(*b.program.graph, i64, {2}, 0) * 0;
      b.out("y",
            make(b, x,
                 concatenate(std::vector{slice_axis(zero + first, 0, 0, 1, 1), slice_axis(zero, 0, 1, 2, 1)},
                             0)));
      const Tensor arguments[] = {Tensor(f64, {4, 3})};
      CHECK(evaluate(b.program, arguments).flags == (first == 0 ? 0 : 1));
      compare(b.program, {{}});
    }
  }
}

TEST_CASE("bool arrays") {
  Build b;
  const Expr p = b.in("p", boolean, {N}), q = b.in("q", boolean, {N});
  b.out("and", p & q);
  b.out("not", !p);
  b.out("count", sum(p));
  b.out("as", convert(p, f64) * 2.0);
  compare(b.program, rows);
}
