// Symmetric results: one triangle is computed and the other copied from it, to the evaluator's bits where the
// factors are the same array, and with fast_math also where one is scaled along the contraction.
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "../fuzz/compiled.h"
#include "../kernels/compare.h"
#include "codegen/plan/explain.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/pipeline.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

const PlanOptions fast{.fast_math = true};

size_t mirrored(const Program& program, const PlanOptions& options = {}) {
  size_t count = 0;
  make_plan(program, options).each_nest([&](const Nest& nest) {
    count += nest.product && nest.product->mirrored;
  });
  return count;
}

// AᵀA with k × n numbers in A, or A Aᵀ with n × k.
Program gram(Dtype dtype, bool transposed, const Extent& n, const Extent& k) {
  Build b;
  const Expr A = b.in("A", dtype, transposed ? Shape{k, n} : Shape{n, k});
  b.out("AA", transposed ? matmul(transpose(A), A) : matmul(A, transpose(A)));
  return std::move(b.program);
}

std::vector<Tensor> normal_arguments(const Program& program, const Bindings& sizes) {
  std::mt19937_64 random(3);
  std::vector<Tensor> out;
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    Tensor& made = out.emplace_back(type.dtype, numbers(type.shape, sizes));
    for (int64_t i = 0; i < made.count(); i++) made.set(i, std::normal_distribution<>()(random));
  }
  return out;
}

// The largest number expected, the largest difference from it, and between the two sides of a diagonal.
struct Differences {
  double largest = 0, difference = 0, asymmetry = 0;
  Differences(const Tensor& expected, const Tensor& got) {
    const int64_t n = expected.shape.back();
    for (int64_t i = 0; i < expected.count(); i++) {
      const int64_t first = i / (n * n) * n * n, row = (i - first) / n, column = i % n;
      largest = std::max(largest, std::abs(expected.at(i)));
      difference = std::max(difference, std::abs(expected.at(i) - got.at(i)));
      asymmetry = std::max(asymmetry, std::abs(got.at(i) - got.at(first + column * n + row)));
    }
  }
};

// With fast_math: near the evaluator's results, and exactly symmetric.
void compare_fast(const Program& program, const std::vector<Bindings>& sizes) {
  const CompileOptions options{.fast_math = true};
  const Target shipped = Target::named("");
  const fuzz::Compiled compiled[] = {{program, options},
                                     {program, options, Target::host(), 3},
                                     {program, options, shipped.runs_here() ? shipped : Target::host()}};
  for (const Bindings& known : sizes) {
    std::string at;
    for (const auto& [name, number] : known) at += name + "=" + std::to_string(number) + " ";
    INFO(at);
    const std::vector<Tensor> arguments = normal_arguments(program, known);
    const Evaluation expected = evaluate(program, arguments, known);
    for (const fuzz::Compiled& kernel : compiled) {
      const Evaluation got = kernel.run(arguments, known);
      for (size_t k = 0; k < expected.outputs.size(); k++) {
        INFO(program.outputs[k].name);
        const Tensor& x = expected.outputs[k];
        const Differences d(x, got.outputs[k]);
        CHECK(d.difference <= (x.dtype == Dtype::f32 ? 1e-4 : 1e-12) * d.largest);
        CHECK(d.asymmetry == 0);
      }
    }
  }
}

}  // namespace

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
    compare(gram(dtype, true, N, K), {{{"N", 300}, {"K", 3100}}, {{"N", 90}, {"K", 6500}}});
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

TEST_CASE("with fast_math one factor may be scaled along the contraction") {
  for (Dtype dtype : {f64, f32})
    for (int64_t n : {17, 100}) {
      Build b;
      const Expr x = b.in("x", dtype, {K, n}), d = b.in("d", dtype, {K}), e = b.in("e", dtype, {K});
      const Expr down = broadcast_in_dim(d, {K, n}, {0}), more = broadcast_in_dim(e, {K, n}, {0});
      b.out("left", matmul(transpose(x * down), x));
      b.out("right", matmul(transpose(x), down * x));
      b.out("turned", matmul(transpose(x) * d, x));
      b.out("both", matmul(transpose(x * more), x / (1.0 + square(down))));
      b.out("number", matmul(transpose(x), -x * 0.5));
      // As the Hessian of Σ log(1 + exp(x w)) comes out of its gradient.
      b.out("sums", matmul(transpose(down * (x * more - square(more) * (x * down))), x));
      b.out("masked", matmul(transpose(where(down > 0.0, x * more, 0.0)), x));
      b.out("fma", matmul(transpose(fma(x, down, x)), x));
      CHECK(mirrored(b.program) == 0);
      const size_t expected = dtype == f32 && n == 17 ? 0 : 8;
      CHECK(mirrored(b.program, fast) == expected);
      if (expected > 0) compare_fast(b.program, {{{"K", 0}}, {{"K", 5}}, {{"K", 330}}});
    }
  Build b;
  const Expr x = b.in("x", f64, {2, N, M}), d = b.in("d", f64, {M});
  b.out("batch", dot_general(x * d, x, {{0}, {0}, {2}, {2}}));
  CHECK(mirrored(b.program, fast) == 1);
  compare_fast(b.program, {{{"N", 0}, {"M", 3}}, {{"N", 5}, {"M", 1}}, {{"N", 70}, {"M", 30}}});
}

TEST_CASE("what is not linear in the other factor, or scaled along rows, is no case for it") {
  Build b;
  const Expr x = b.in("x", f64, {K, 40}), d = b.in("d", f64, {K}), c = b.in("c", f64, {40});
  const Expr down = broadcast_in_dim(d, {K, 40}, {0});
  b.out("columns scaled", matmul(transpose(x * c), x));
  b.out("square", matmul(transpose(x * x), x));
  b.out("shifted", matmul(transpose(x + down), x));
  b.out("divides", matmul(transpose(down / x), x));
  b.out("masked by itself", matmul(transpose(where(x > 0.0, x, 0.0)), x));
  b.out("other one", matmul(transpose(reverse(x, {0}) * down), x));
  CHECK(mirrored(b.program, fast) == 0);
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
