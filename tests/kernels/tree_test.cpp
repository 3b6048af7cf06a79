// Fusion: which nests share a tree, what stays in a block, and that the bits stay the evaluator's.
#include "compare.h"

#include "codegen/plan/explain.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

Program optimized(Build& b) { return optimize(b.program, RunOptions{}); }

size_t nests_of(const Plan& plan, NestKind kind) {
  size_t out = 0;
  plan.each_nest([&](const Nest& nest) { out += nest.kind == kind; });
  return out;
}
size_t trees_of(const Plan& plan) {
  size_t out = 0;
  for (const Nest& nest : plan.nests) out += nest.kind == NestKind::tree;
  return out;
}
size_t stored_whole(const Plan& plan) {
  size_t out = 0;
  for (const Storage& storage : plan.storage) out += storage.kind == Storage::Kind::workspace;
  return out;
}

void add_gradient(Build& b, Expr loss, std::vector<Expr> xs) {
  b.out("loss", loss);
  const std::vector<Expr> g = gradients({&loss, 1}, xs);
  for (size_t i = 0; i < g.size(); i++) b.program.outputs.push_back({"g" + std::to_string(i), g[i].value()});
}

}  // namespace

TEST_CASE("logistic regression is one tree over the rows of X") {
  for (const Extent& features : {Extent(100), M}) {
    Build b;
    const Expr w = b.in("w", f64, {features}), X = b.in("X", f64, {N, features}), y = b.in("y", f64, {N});
    const Expr margin = y * matmul(X, w);
    add_gradient(b, mean(log1p(exp(-margin))) + 0.01 * dot(w, w), {w});
    const Program program = optimized(b);
    const Plan plan = make_plan(program);
    INFO(print_plan(plan));
    CHECK(trees_of(plan) == 1);
    CHECK(stored_whole(plan) == 1);  // the products summed over the rows, before 0.02 w is added
    std::vector<uint32_t> reread;
    plan.each_nest(
        [&](const Nest& nest) { reread.insert(reread.end(), nest.reread.begin(), nest.reread.end()); });
    CHECK(reread == std::vector<uint32_t>{program.graph->find_input("X")->node});
    std::vector<Bindings> sizes = rows;
    for (Bindings& at : sizes) at["M"] = 37;
    compare(program, sizes);
    compare(program, {{{"N", 20}, {"M", 0}}, {{"N", 20}, {"M", 3}}, {{"N", 40}, {"M", 4100}}});
  }
}

TEST_CASE("softmax, its loss and its gradient go row by row") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, M}), t = b.in("t", dtype, {N, M});
    add_gradient(b, -sum(log_softmax(x) * t), {x});
    const Program program = optimized(b);
    const Plan plan = make_plan(program);
    INFO(print_plan(plan));
    CHECK(trees_of(plan) == 1);
    CHECK(stored_whole(plan) == 0);
    compare(program, {{{"N", 0}, {"M", 3}},
                      {{"N", 1}, {"M", 1}},
                      {{"N", 19}, {"M", 33}},
                      {{"N", 67}, {"M", 130}},
                      {{"N", 4200}, {"M", 5}}});
  }
}

TEST_CASE("a block holds no more rows than there are") {
  Build b;
  const Expr x = b.in("x", f64, {N, M, M});
  b.out("softmax", softmax(x, -1) * x);
  const Program program = optimized(b);
  const Plan plan = make_plan(program);
  INFO(print_plan(plan));
  REQUIRE(trees_of(plan) == 1);
  auto bytes = [&](int64_t n) { return plan.workspace.evaluate({{"N", n}, {"M", 300}}); };
  CHECK(bytes(2) < 2 * 1.1 * 300 * 300 * 8);
  CHECK(bytes(2) < bytes(3));
  CHECK(bytes(1000) == bytes(2000));
  compare(program,
          {{{"N", 0}, {"M", 5}}, {{"N", 2}, {"M", 5}}, {{"N", 16}, {"M", 5}}, {{"N", 33}, {"M", 5}}});
}

TEST_CASE("layer norm with gradients of its parameters") {
  Build b;
  const Expr x = b.in("x", f32, {N, 64}), scale = b.in("scale", f32, {64}), shift = b.in("shift", f32, {64}),
             t = b.in("t", f32, {N, 64});
  const Expr mu = mean(x, Axes{1}, true);
  const Expr variance = mean(square(x - mu), Axes{1}, true);
  add_gradient(b, sum(((x - mu) / sqrt(variance + 1e-5) * scale + shift) * t), {x, scale, shift});
  const Program program = optimized(b);
  const Plan plan = make_plan(program);
  INFO(print_plan(plan));
  CHECK(trees_of(plan) == 1);
  compare(program, rows);
}

TEST_CASE("small products are members: rows times matrices, and products over the rows") {
  for (Dtype dtype : {f64, f32})
    for (int64_t width : {3, 10, 33}) {
      Build b;
      const Expr x = b.in("x", dtype, {N, width}), means = b.in("means", dtype, {5, width}),
                 root = b.in("root", dtype, {5, width, width});
      const Expr centred = expand_dims(x, {1}) - means;
      const Expr z = einsum("kij,nkj->nki", root, centred);
      add_gradient(b, sum(logsumexp(-0.5 * sum(z * z, Axes{2}), Axes{1})), {means, root});
      const Program program = optimized(b);
      const Plan plan = make_plan(program);
      INFO(print_plan(plan));
      CHECK(nests_of(plan, NestKind::product) == 2);
      CHECK(trees_of(plan) == 2);  // of the points and, behind it, of the gradients' five rows
      // Several chunks of rows only where the evaluator is soon done.
      compare(
          program,
          {{{"N", 0}}, {{"N", 1}}, {{"N", 31}}, {{"N", 33}}, {{"N", 70}}, {{"N", width < 33 ? 4200 : 130}}});
    }
}

TEST_CASE("small products whose factors lie otherwise") {
  Build b;
  const Expr x = b.in("x", f64, {N, 7}), y = b.in("y", f64, {N, 2, 6}), w = b.in("w", f64, {7, 9}),
             v = b.in("v", f64, {11, 9}), t = b.in("t", f64, {2, 4, 6});
  const Expr h = tanh(matmul(x, w));
  b.out("of_rows", matmul(h * 2.0, transpose(v)));
  b.out("over_rows", matmul(transpose(h), x * 3.0));
  b.out("over_turned_rows", dot_general(h, transpose(x * 0.5), {{}, {}, {0}, {1}}));
  const Expr batch = einsum("nkj,kij->kni", y + 1.0, t);
  b.out("of_batch", sum(batch * batch, Axes{2}));
  b.out("again", einsum("kni,kij->nkj", batch, t) + y);
  compare(b.program, {{{"N", 1}}, {{"N", 40}}, {{"N", 67}}, {{"N", 5000}}});
}

TEST_CASE("results of small products that every reader masks out are left out") {
  const auto wanted = [](const Program& program) {
    Triangles out = no_triangle;
    size_t products = 0;
    make_plan(program).each_nest([&](const Nest& nest) {
      if (nest.product) out = nest.product->wanted, products++;
    });
    CHECK(products == 1);
    return out;
  };
  for (Dtype dtype : {f64, f32})
    for (int64_t width : {3, 10, 33, 64})
      for (int masked = 0; masked < 7; masked++) {
        INFO(width, " ", masked);
        Build b;
        const Expr x = b.in("x", dtype, {N, width});
        const Expr d = matmul(transpose(tanh(x)), x * 3.0);
        const Expr column = iota(*b.program.graph, Dtype::i64, {width}, 0), row = expand_dims(column, {1});
        const Expr other = zeros(*b.program.graph, d.type());
        if (masked == 0) b.out("y", where(column < row, d * 2.0, other));
        if (masked == 1) b.out("y", where(row < column, other, d));
        if (masked == 2) b.out("y", where(column <= row, other, d));
        if (masked == 3) b.out("y", where(row <= column, exp(d), other));
        if (masked == 4) b.out("y", sum(where(row == column, d, other), Axes{1}));
        if (masked == 5) b.out("y", where(row < column, other, d) + where(row <= column, d, other));
        if (masked == 6) b.out("y", where(d < other, other, d));
        const Triangles expected[] = {lower_triangle, lower_triangle, upper_triangle, upper_triangle,
                                      both_triangles, no_triangle,    no_triangle};
        const Program program = optimized(b);
        CHECK(wanted(program) == expected[masked]);
        // Several chunks of rows only where the evaluator is soon done.
        compare(program,
                {{{"N", 0}}, {{"N", 1}}, {{"N", 40}}, {{"N", 67}}, {{"N", width < 33 ? 4200 : 130}}});
      }
}

TEST_CASE("what is read at other rows lies in memory whole") {
  Build b;
  const Expr x = b.in("x", f64, {N, 40});
  const Expr s = sum(x, Axes{1});  // read at its own row, and backwards
  b.out("a", x * expand_dims(s, {1}));
  b.out("b", x + expand_dims(reverse(s, {0}), {1}));
  const Plan plan = make_plan(b.program);
  INFO(print_plan(plan));
  CHECK(stored_whole(plan) == 1);
  compare(b.program, rows);
}

TEST_CASE("folds of rows by columns, one behind the other") {
  for (Dtype dtype : {f64, f32, i32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, M});
    const Expr s = sum(x, Axes{1});
    b.out("columns", sum(x * expand_dims(s, {1}), Axes{0}));
    b.out("most", max(x * expand_dims(s, {1}), Axes{1}));
    b.out("all", sum(x * expand_dims(s, {1})));
    std::vector<Bindings> sizes;
    for (int64_t n : {0, 1, 15, 16, 17, 64, 65, 3071, 3072, 6145, 10007})
      for (int64_t m : {1, 9, 130}) sizes.push_back({{"N", n}, {"M", m}});
    if (dtype == i32) sizes.resize(12);
    compare(b.program, sizes);
  }
}

TEST_CASE("a transposed matrix times a vector goes by rows, in lanes of rows") {
  for (Dtype dtype : {f64, f32, i64}) {
    Build b;
    const Expr X = b.in("X", dtype, {N, M}), w = b.in("w", dtype, {M}), y = b.in("y", dtype, {N});
    b.out("residual", matmul(transpose(X), matmul(X, w) - y));
    b.out("alone", matmul(transpose(X), y));
    const Program program = optimized(b);
    const Plan plan = make_plan(program);
    INFO(print_plan(plan));
    CHECK(trees_of(plan) == 2);
    CHECK(stored_whole(plan) == 0);
    std::vector<Bindings> sizes;
    for (int64_t n : {0, 1, 15, 17, 63, 64, 70, 3071, 3072, 6150, 10007})
      for (int64_t m : {1, 9, 130}) sizes.push_back({{"N", n}, {"M", m}});
    if (dtype == i64) sizes.resize(15);
    compare(program, sizes);
  }
}

TEST_CASE("a pad at the ends of a map splits its loop") {
  Build b;
  const Expr x = b.in("x", f64, {N});
  const Expr step = slice_axis(x, 0, 1, N) - square(slice_axis(x, 0, 0, N - 1));
  add_gradient(b, sum(100.0 * square(step) + square(1.0 - slice_axis(x, 0, 0, N - 1))), {x});
  const Program program = optimized(b);
  const Plan plan = make_plan(program);
  INFO(print_plan(plan));
  CHECK(nests_of(plan, NestKind::place) == 0);
  CHECK(nests_of(plan, NestKind::fill) == 0);
  CHECK(stored_whole(plan) == 0);
  CHECK(plan.nests.size() == 1);  // value and gradient read x together
  std::vector<Bindings> sizes = rows;
  sizes.erase(sizes.begin());  // N - 1 elements
  for (int64_t n : {2, 3, 4, 8, 9, 10, 1023, 1024, 1025, 1026, 4097, 4098, 5000}) sizes.push_back({{"N", n}});
  compare(program, sizes);
}

TEST_CASE("pads along several axes, around other values than zero") {
  Build b;
  const Expr x = b.in("x", f64, {N, M}), v = b.in("v", f64, {});
  const Expr a = pad(x * 2.0, v, {1, 0}, {0, 3}, {0, 0}), c = pad(sin(x), v * v, {0, 2}, {1, 1}, {0, 0});
  b.out("both", exp(a - c) * a);
  const Plan plan = make_plan(b.program);
  INFO(print_plan(plan));
  CHECK(nests_of(plan, NestKind::place) == 0);
  std::vector<Bindings> sizes;
  for (int64_t n : {0, 1, 2, 33})
    for (int64_t m : {0, 1, 2, 7, 8, 9, 40}) sizes.push_back({{"N", n}, {"M", m}});
  compare(b.program, sizes);
  compare(b.program, sizes, Tier::fast);
}

TEST_CASE("lanes behind the end read nothing and raise nothing") {
  Build b;
  const Expr x = b.in("x", f64, {M}), i = b.in("i", i64, {N}), p = b.in("p", boolean, {N});
  b.out("taken", take(x, i, 0));
  b.out("sum", sum(take(x, i, 0) * 2.0, Axes{0}));
  b.out("strided", slice_axis(reverse(convert(p, f64), {0}), 0, 0, N, 3));
  b.out("other", convert(p, f32) * 2.0);
  std::vector<Bindings> sizes;
  for (int64_t n : {0, 1, 5, 9, 30})
    for (int64_t m : {0, 3, 7}) sizes.push_back({{"N", n}, {"M", m}});
  compare(b.program, sizes);
}

TEST_CASE("a product's sum of what rounds to -0 keeps its sign") {
  Build b;
  const Expr x = b.in("x", f64, {N}), y = b.in("y", f64, {N});
  const Expr tiny = 1e-200 * (square(x) + 1.0);
  b.out("dot", dot(tiny, -1e-200 * (square(y) + 1.0)));
  compare(b.program, rows);
}

TEST_CASE("each kernel is explained: operations, bytes, places, and why it was cut") {
  Build b;
  const Expr x = b.in("x", f64, {N}), y = b.in("y", f64, {N});
  const Expr s = sum(x * 2.0 + y);
  b.out("scaled", x * s);
  const std::string text = explain_plan(make_plan(b.program));
  INFO(text);
  CHECK(text.find("kernel 1: loop over [N]\n    3*N operations, 16*N bytes") != std::string::npos);
  CHECK(text.find("tree_test.cpp:") != std::string::npos);
  CHECK(text.find("kernel 2: loop over [N]\n    N operations, 16*N bytes") != std::string::npos);
  CHECK(text.find("(reduce_sum)") != std::string::npos);
}
