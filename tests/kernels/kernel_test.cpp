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

using namespace wengert;
using namespace wengert::testing;

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

TEST_CASE("broadcasts, transposes, slices, reversal, iota") {
  Build b;
  const Expr x = b.in("x", f64, {N, 5}), row = b.in("row", f64, {5}), column = b.in("column", f64, {N}),
             s = b.in("s", f64, {});
  b.out("a", x * row + expand_dims(column, {1}) * s);
  b.out("t", transpose(x) + row.graph().make(ops::reshape, {row}, {{"shape", Shape{5, 1}}}));
  b.out("every", slice_axis(x, 1, 1, 5, 2));
  b.out("back", reverse(x, {0, 1}) + convert(iota(*b.program.graph, i64, {N, 5}, 0), f64));
  b.out("flat", reshape(x, {N * 5}) * 2.0);
  compare(b.program, {{{"N", 0}}, {{"N", 1}}, {{"N", 9}}, {{"N", 33}}});
}

TEST_CASE("sums over every choice of axes, with what feeds them") {
  for (Dtype dtype : {f64, f32, i32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, 3, M});
    b.out("all", sum(x * x));
    b.out("s0", sum(x, Axes{0}));
    b.out("s1", sum(x, Axes{1}));
    b.out("s2", sum(x, Axes{2}));
    b.out("s02", sum(x, Axes{0, 2}));
    b.out("s12", sum(x * x, Axes{1, 2}));
    b.out("p", prod(x, Axes{2}));
    compare(b.program, {{{"N", 0}, {"M", 4}},
                        {{"N", 2}, {"M", 0}},
                        {{"N", 5}, {"M", 1}},
                        {{"N", 4}, {"M", 70}},
                        {{"N", 5000}, {"M", 3}},
                        {{"N", 2}, {"M", 9001}}});
  }
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

TEST_CASE("extrema and logic") {
  Build b;
  const Expr x = b.in("x", f64, {N, M});
  b.out("max", max(x));
  b.out("min1", min(x, Axes{1}));
  b.out("max0", max(x, Axes{0}));
  b.out("any", any(x > 1.9));
  b.out("all", all(x < 2.5, Axes{0}));
  b.out("arg", argmax(x, 1));
  b.out("arg0", argmin(x, 0));
  compare(b.program, {{{"N", 1}, {"M", 1}}, {{"N", 3}, {"M", 50}}, {{"N", 40}, {"M", 7}}});
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

TEST_CASE("products of matrices and vectors") {
  for (Dtype dtype : {f64, f32, i64}) {
    Build b;
    const Expr A = b.in("A", dtype, {N, K}), B = b.in("B", dtype, {K, M}), v = b.in("v", dtype, {K}),
               u = b.in("u", dtype, {N});
    b.out("AB", matmul(A, B));
    b.out("Av", matmul(A, v));
    b.out("uA", matmul(u, A));
    b.out("vv", dot(v, v));
    b.out("ABt", einsum("ik,jk->ij", A, transpose(B)));
    b.out("diag", einsum("ik,ik->i", A, A));
    b.out("outer", einsum("i,j->ij", u, v));
    b.out("swapped", einsum("ik,jk->ji", A, transpose(B)));
    compare(b.program, {{{"N", 0}, {"M", 2}, {"K", 3}},
                        {{"N", 2}, {"M", 3}, {"K", 0}},
                        {{"N", 1}, {"M", 1}, {"K", 1}},
                        {{"N", 5}, {"M", 37}, {"K", 19}},
                        {{"N", 3}, {"M", 4}, {"K", 4500}},
                        {{"N", 4100}, {"M", 2}, {"K", 5}}});
  }
}

TEST_CASE("batches of products") {
  Build b;
  const Expr A = b.in("A", f64, {N, 4, K}), B = b.in("B", f64, {N, K, 5});
  b.out("AB", matmul(A, B));
  b.out("e", einsum("bik,bkj->jib", A, B));
  compare(b.program, {{{"N", 0}, {"K", 3}}, {{"N", 3}, {"K", 7}}, {{"N", 20}, {"K", 1}}});
}

TEST_CASE("pad, concatenate and their adjoints") {
  Build b;
  const Expr x = b.in("x", f64, {N, 3}), y = b.in("y", f64, {N, 2});
  const Expr parts[] = {x, y, x * 2.0};
  b.out("cat1", concatenate(parts, 1));
  const Expr rows2[] = {x, x};
  b.out("cat0", concatenate(rows2, 0));
  b.out("pad", pad(x, 7.0, {1, 0}, {0, 2}, {1, 0}));
  const Expr f = sum(slice_axis(x, 1, 0, 2) * slice_axis(x, 1, 1, 3));
  b.out("g", gradients({&f, 1}, {&x, 1})[0]);
  compare(b.program, {{{"N", 1}}, {{"N", 6}}, {{"N", 21}}});
}

TEST_CASE("rows picked and added") {
  Build b;
  const Expr x = b.in("x", f64, {N, 6}), i = b.in("i", i64, {M}), v = b.in("v", f64, {N});
  const Expr j = i - 1;  // some are -1: out of range
  b.out("rows", take(x, i, 0));
  b.out("columns", take(x, i, 1));
  b.out("elements", take(v, j, 0));
  b.out("added", scatter_add(x, j, take(x, i, 0), 0));
  b.out("one", scatter_add(v, i, convert(i, f64), 0));
  b.out("hot", one_hot(i, 5));
  compare(b.program,
          {{{"N", 4}, {"M", 9}}, {{"N", 10}, {"M", 0}}, {{"N", 7}, {"M", 33}}, {{"N", 0}, {"M", 5}}});
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

TEST_CASE("logistic regression: value and gradient") {
  Build b;
  const Expr w = b.in("w", f64, {M}), X = b.in("X", f64, {N, M}), y = b.in("y", f64, {N}),
             lambda = b.in("lambda", f64, {});
  const Expr margin = y * matmul(X, w);
  const Expr loss = mean(log1p(exp(-margin))) + lambda * dot(w, w);
  b.out("loss", loss);
  b.out("grad", gradients({&loss, 1}, {&w, 1})[0]);
  compare(b.program,
          {{{"N", 0}, {"M", 3}}, {{"N", 1}, {"M", 1}}, {{"N", 569}, {"M", 30}}, {{"N", 5000}, {"M", 11}}});
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
