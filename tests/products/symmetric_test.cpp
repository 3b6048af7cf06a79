// Symmetric results: one triangle is computed and the other copied from it, to the evaluator's bits where the
// factors are the same array.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "codegen/emit/entry.h"
#include "codegen/plan/explain.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/reductions.h"
#include "passes/pipeline.h"
#include "symmetric.h"

using namespace wengert;
using namespace wengert::testing;

TEST_CASE("known sizes from nothing to many tiles, to the bit") {
  for (int64_t n : {0, 1, 7, 8, 13, 14, 15, 16, 17, 28, 29, 32, 33, 64, 65, 100, 130, 257})
    for (Dtype dtype : {f64, f32})
      for (bool transposed : {true, false}) {
        INFO(n, " ", transposed);
        const Program program = gram(dtype, transposed, n, 40);
        CHECK(mirrored(program) == (n > (dtype == f64 ? 17 : 33)));
        compare(program, {{}});
      }
  for (int64_t k : {0, 1, 20, 33, 700}) {
    compare(gram(f64, true, 90, k), {{}});
    compare(gram(f32, false, 90, k), {{}});
  }
  compare(gram(f64, true, 100, 50), {{}}, Tier::fast);
}

TEST_CASE("sizes that are symbols") {
  std::vector<Bindings> sizes;
  for (int64_t n : {0, 1, 7, 8, 9, 13, 14, 15, 16, 17, 28, 63, 64, 65, 100, 130, 257})
    sizes.push_back({{"N", n}, {"K", n % 5 == 0 ? 300 : n % 3 + 2}});
  sizes.push_back({{"N", 30}, {"K", 0}});
  for (Dtype dtype : {f64, f32})
    for (bool transposed : {true, false}) {
      CHECK(mirrored(gram(dtype, transposed, N, K)) == 1);
      compare(gram(dtype, transposed, N, K), sizes);
      compare(gram(dtype, transposed, N, 20), sizes);
      compare(gram(dtype, transposed, 70, K), sizes);
    }
  compare(gram(f64, true, N, K), {{{"N", 50}, {"K", 9}}}, Tier::fast);
  compare(gram(f64, true, N, K), {{{"N", 2100}, {"K", 3}}});  // several blocks of columns
}

TEST_CASE("long contractions, whose chunks join, and large factors, which are packed") {
  for (Dtype dtype : {f64, f32}) {
    compare(gram(dtype, true, 100, 3072), {{}});
    compare(gram(dtype, false, 40, 10007), {{}});
    compare(gram(dtype, true, N, K), {{{"N", 130}, {"K", 3100}}, {{"N", 40}, {"K", 6500}}});
    compare(gram(dtype, false, N, K), {{{"N", 300}, {"K", 400}}, {{"N", 21}, {"K", 3100}}});
    compare(gram(dtype, false, 300, 400), {{}});
  }
}

TEST_CASE("the same array through movements; batches and groups of axes") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, 40}), y = b.in("y", dtype, {M, 4, 2, 30}),
               z = b.in("z", dtype, {3, N, M}), w = b.in("w", dtype, {80, M});
    const Expr part = slice_axis(x, 1, 2, 40, 2);
    b.out("sliced", matmul(part, transpose(part)));
    b.out("backwards", matmul(transpose(reverse(x, {0, 1})), reverse(x, {0, 1})));
    b.out("twice turned", matmul(transpose(x), transpose(transpose(x))));
    b.out("units", dot_general(expand_dims(x, {1}), reshape(x, {N, 40, 1}), {{1}, {2}, {2}, {1}}));
    b.out("computed", matmul(tanh(w), transpose(tanh(w))));
    b.out("batch", dot_general(z, z, {{0}, {0}, {2}, {2}}));
    b.out("inner batch", dot_general(y, y, {{1}, {1}, {0}, {0}}));
    b.out("groups", dot_general(y, y, {{}, {}, {0}, {0}}));
    b.out("two inner", dot_general(y, y, {{}, {}, {0, 1}, {0, 1}}));
    CHECK(mirrored(b.program) == 9);
    compare(b.program, {{{"N", 0}, {"M", 2}}, {{"N", 3}, {"M", 1}}, {{"N", 35}, {"M", 9}}});
  }
}

TEST_CASE("elementwise work on symmetric results sees both sides at their own index") {
  for (Dtype dtype : {f64, f32})
    for (const Extent& n : {Extent(100), N}) {
      Build b;
      const Expr x = b.in("x", dtype, {K, n}), c = b.in("c", dtype, {n, n}), bias = b.in("bias", dtype, {n});
      const Expr s = matmul(transpose(x), x);
      b.out("sum", s * 0.5 + c);  // c is not symmetric
      b.out("biased", tanh(s + bias));
      b.out("positive", s > 0.5);
      const Expr t = matmul(transpose(x * 2.0), x * 2.0);
      b.out("in place", t + transpose(c));
      const Expr u = matmul(transpose(x + 1.0), x + 1.0);
      b.out("itself", u);
      b.out("turned", transpose(u) - u);
      b.out("rows", sum(u, Axes{1}));
      CHECK(mirrored(b.program) == 3);
      std::vector<Bindings> sizes = {
          {{"N", 0}, {"K", 2}}, {{"N", 7}, {"K", 0}}, {{"N", 65}, {"K", 5}}, {{"N", 131}, {"K", 40}}};
      if (!n.is_number()) sizes.push_back({{"N", 33}, {"K", 3100}});
      compare(b.program, sizes);
    }
  Build b;
  const Expr x = b.in("x", f64, {50, 37}), c = b.in("c", f64, {37, 37});
  b.out("sum", c + matmul(transpose(x), x));
  const Plan plan = make_plan(b.program);
  CHECK(plan.nests.size() == 1);
  CHECK(plan.workspace.is(0));
}

TEST_CASE("results over the rows of a tree") {
  for (Dtype dtype : {f64, f32})
    for (int64_t width : {16, 33, 64}) {
      Build b;
      const Expr x = b.in("x", dtype, {N, width}), y = b.in("y", dtype, {N, 3, width});
      const Expr h = tanh(x), g = tanh(y);
      b.out("gram", dot_general(h, h, {{}, {}, {0}, {0}}));
      b.out("batch", dot_general(g, g, {{1}, {1}, {0}, {0}}));
      b.out("sum", sum(h, Axes{1}));
      size_t in_trees = 0;
      const Plan plan = make_plan(b.program);
      INFO(print_plan(plan));
      plan.each_nest([&](const Nest& nest) {
        in_trees += nest.product && nest.product->mirrored && nest.rows == Rows::folded;
      });
      CHECK(in_trees == (width > (dtype == f64 ? 16 : 32) ? 2 : 0));
      compare(b.program, {{{"N", 0}}, {{"N", 1}}, {{"N", 40}}, {{"N", 67}}, {{"N", 4200}}});
    }
}

TEST_CASE("what is not symmetric to the bit is computed whole") {
  Build b;
  const Expr x = b.in("x", f64, {40, 40}), y = b.in("y", f64, {40, 40}), d = b.in("d", f64, {40});
  b.out("two", matmul(transpose(x), y));
  b.out("not turned", matmul(x, x));
  b.out("one backwards", matmul(transpose(reverse(x, {0})), x));
  b.out("other columns", matmul(transpose(slice_axis(x, 1, 0, 36, 1)), slice_axis(x, 1, 4, 40, 1)));
  b.out("more columns", matmul(transpose(slice_axis(x, 1, 0, 30, 1)), x));
  b.out("scaled", matmul(transpose(x * expand_dims(d, {1})), x));
  b.out("small", matmul(transpose(slice_axis(x, 1, 0, 16, 1)), slice_axis(x, 1, 0, 16, 1)));
  b.out("few steps", matmul(slice_axis(x, 1, 0, 3, 1), transpose(slice_axis(x, 1, 0, 3, 1))));
  CHECK(mirrored(b.program) == 0);
  compare(b.program, {{}});
}

TEST_CASE("the vectors of the target say which matrices have tiles to leave out") {
  for (const auto& [bits, most] : {std::pair(512, 16), std::pair(256, 8), std::pair(128, 6)}) {
    const PlanOptions options{.vector_bits = static_cast<unsigned>(bits)};
    CHECK(mirrored(gram(f64, true, most, 1000), options) == 0);
    CHECK(mirrored(gram(f64, true, most + 1, 1000), options) == 1);
    CHECK(mirrored(gram(f32, true, 2 * most, 1000), options) == 0);
    CHECK(mirrored(gram(f32, true, 2 * most + 1, 1000), options) == 1);
  }
}

TEST_CASE("a triangle that every reader masks out is left out without being copied") {
  for (Dtype dtype : {f64, f32})
    for (const Extent& n : {Extent(100), N}) {
      Build b;
      const Expr x = b.in("x", dtype, {K, n}), y = b.in("y", dtype, {K, n});
      const Expr d = matmul(transpose(x), y);
      const Expr column = iota(*b.program.graph, Dtype::i64, {n}, 0), row = expand_dims(column, {1});
      b.out("lower", where(column <= row, d * 2.0, 0.0));
      const Program program = optimize(b.program, RunOptions{});
      const Plan plan = make_plan(program);
      REQUIRE(plan.nests.size() == 1);
      CHECK(plan.nests[0].product->wanted == lower_triangle);
      CHECK(!plan.nests[0].product->mirrored);
      compare(program, {{{"N", 0}, {"K", 2}}, {{"N", 65}, {"K", 5}}, {{"N", 600}, {"K", 40}}});
    }
}

#ifdef __x86_64__
TEST_CASE("tiles of a triangle keep sums enough to hide how long each step of one takes") {
  auto has_rows = [](const char* cpu, Dtype dtype, int64_t n, int rows) {
    const Target target = Target::named("x86_64-linux-gnu", cpu);
    const Program program = gram(dtype, true, n, n);
    const Plan plan = make_plan(program, {.vector_bits = target.vector_bits});
    Compilation compilation(target, {.tier = Tier::fast}, "tiles");
    emit_entry(compilation, plan, describe_entry(plan, "kernel"));
    const std::string tile =
        fmt::format("products.{}.{}x2x{}.", name(dtype), rows, target.lanes(size_of(dtype)));
    return compilation.emit_ir().find(tile) != std::string::npos;
  };
  for (Dtype dtype : {f64, f32}) {
    CHECK(has_rows("x86-64-v3", dtype, 48, 4));
    CHECK(has_rows("x86-64-v3", dtype, 128, 6));
    CHECK(has_rows("x86-64-v4", dtype, 128, 8));
    CHECK(has_rows("x86-64-v4", dtype, 400, 14));
  }
}

TEST_CASE("the registers and vectors of another processor") {
  const Target target = Target::named("", "x86-64-v3");
  if (!target.runs_here()) return;
  for (Dtype dtype : {f64, f32})
    for (bool transposed : {true, false})
      for (const auto& [n, k] : {std::pair(N, K), std::pair(Extent(40), Extent(20)),
                                 std::pair(Extent(100), Extent(70)), std::pair(N, Extent(20))})
        for (uint32_t threads : {1, 3}) {
          const Program program = gram(dtype, transposed, n, k);
          const fuzz::Compiled compiled(program, {}, target, threads);
          for (int64_t size : {13, 33, 70}) {
            const Bindings known = {{"N", size}, {"K", 9}};
            const std::vector<Tensor> arguments = normal_arguments(program, known);
            CHECK(compiled.run(arguments, known)
                      .outputs[0]
                      .same_bits(evaluate(program, arguments, known).outputs[0]));
          }
        }
}
#endif

TEST_CASE("the report says what is computed") {
  const std::string text = explain_plan(make_plan(gram(f64, true, 100, K)));
  INFO(text);
  CHECK(text.find("10100*K operations") != std::string::npos);
  CHECK(text.find("symmetric: one triangle is computed, the other copied from it") != std::string::npos);
}
