// Matrix products against the evaluator, to the bit: every shape of factors, awkward sizes, known and not.
#include <random>

#include <doctest/doctest.h>

#include "../fuzz/compiled.h"
#include "../kernels/build.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier, const Target& target,
             uint32_t threads) {
  const fuzz::Compiled compiled(program, {.tier = tier}, target, threads);
  INFO(threads, " threads");
  for (const Bindings& known : sizes) {
    std::mt19937_64 random(7);
    std::vector<Tensor> arguments;
    for (Value input : program.inputs()) {
      const Type& type = program.graph->type(input);
      Tensor& made = arguments.emplace_back(type.dtype, numbers(type.shape, known));
      for (int64_t i = 0; i < made.count(); i++) made.set(i, std::uniform_real_distribution<>(-2, 2)(random));
    }
    std::string at;
    for (const auto& [name, value] : known) at += name + "=" + std::to_string(value) + " ";
    INFO(at);
    const Evaluation expected = evaluate(program, arguments, known), got = compiled.run(arguments, known);
    for (size_t i = 0; i < expected.outputs.size(); i++) {
      INFO(program.outputs[i].name);
      CHECK(got.outputs[i].same_bits(expected.outputs[i]));
    }
  }
}

void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier = Tier::full,
             const Target& target = Target::host()) {
  compare(program, sizes, tier, target, 1);
  if (tier == Tier::full) compare(program, sizes, tier, target, 3);
}

// A·B with either factor stored transposed.
Program product(Dtype dtype, bool left, bool right, const Extent& m, const Extent& k, const Extent& n) {
  Build b;
  const Expr A = b.in("A", dtype, left ? Shape{k, m} : Shape{m, k}),
             B = b.in("B", dtype, right ? Shape{n, k} : Shape{k, n});
  b.out("AB", dot_general(A, B, {{}, {}, {left ? 0 : 1}, {right ? 1 : 0}}));
  return std::move(b.program);
}

size_t products_in(const Program& program) {
  size_t count = 0;
  for (const Nest& nest : make_plan(program).nests) count += nest.kind == NestKind::product;
  return count;
}

size_t products_with_maps(const Program& program) {
  size_t count = 0;
  for (const Nest& nest : make_plan(program).nests)
    count += nest.kind == NestKind::product && nest.roots.size() > 1;
  return count;
}

}  // namespace

TEST_CASE("every transposition, known sizes from nothing to beyond a tile") {
  const int64_t sizes[][3] = {{0, 3, 4},     {3, 0, 4},     {3, 4, 0},    {1, 1, 1},    {2, 3, 5},
                              {4, 4, 4},     {7, 7, 7},     {16, 16, 16}, {17, 19, 23}, {29, 5, 31},
                              {1, 40, 33},   {40, 33, 1},   {33, 1, 40},  {15, 64, 48}, {3, 17, 130},
                              {64, 70, 10},  {90, 700, 75}, {12, 12, 12}, {24, 24, 24}, {9, 40, 56},
                              {30, 330, 28}, {60, 330, 24}};  // half a vector behind whole ones
  for (const auto& [m, k, n] : sizes)
    for (Dtype dtype : {f64, f32})
      for (bool left : {false, true})
        for (bool right : {false, true}) {
          INFO(m, " ", k, " ", n, " ", left, right);
          const Program program = product(dtype, left, right, m, k, n);
          CHECK(products_in(program) == 1);
          compare(program, {{}});
        }
  compare(product(f64, false, true, 17, 19, 23), {{}}, Tier::fast);
}

TEST_CASE("every transposition, sizes that are symbols") {
  std::vector<Bindings> sizes;
  for (const auto& [m, k, n] : {std::array<int64_t, 3>{0, 3, 4},
                                {3, 0, 4},
                                {3, 4, 0},
                                {1, 1, 1},
                                {13, 3, 5},
                                {14, 4, 16},
                                {15, 7, 17},
                                {23, 19, 47},
                                {61, 400, 33},
                                {131, 321, 200},
                                {400, 37, 90},
                                {1, 9, 300}})
    sizes.push_back({{"M", m}, {"K", k}, {"N", n}});
  for (Dtype dtype : {f64, f32})
    for (bool left : {false, true})
      for (bool right : {false, true}) {
        INFO(left, right);
        compare(product(dtype, left, right, M, K, N), sizes);
      }
  compare(product(f32, true, false, M, K, N), sizes, Tier::fast);
}

TEST_CASE("long contractions are cut into chunks whose sums join pairwise") {
  for (Dtype dtype : {f64, f32}) {
    for (int64_t k : {3071, 3072, 6145, 10007, 20000}) {
      compare(product(dtype, false, false, 3, k, 5), {{}});
      compare(product(dtype, true, false, 17, k, 9), {{}});
    }
    compare(product(dtype, true, false, M, K, N), {{{"M", 3}, {"K", 140000}, {"N", 2}},
                                                   {{"M", 86}, {"K", 4100}, {"N", 9}},
                                                   {{"M", 2}, {"K", 4500}, {"N", 258}}});
  }
}

TEST_CASE("batches and groups of axes") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, 3, M, 5}), y = b.in("y", dtype, {N, 3, 5, 7}),
               w = b.in("w", dtype, {5, 6}), z = b.in("z", dtype, {N, 3, M, 4});
    b.out("batched", matmul(x, y));                                       // N, 3, M, 7
    b.out("rows", matmul(x, w));                                          // N, 3, M, 6
    b.out("two", dot_general(x, z, {{}, {}, {0, 1, 2}, {0, 1, 2}}));      // 5, 4
    b.out("mixed", dot_general(x, z, {{0, 1}, {0, 1}, {2}, {2}}));        // N, 3, 5, 4
    b.out("inner batch", dot_general(x, z, {{1}, {1}, {0, 2}, {0, 2}}));  // 3, 5, 4
    b.out("apart", dot_general(x, y, {{0}, {0}, {3}, {2}}));              // N, 3, M, 3, 7
    compare(b.program,
            {{{"N", 0}, {"M", 2}}, {{"N", 2}, {"M", 1}}, {{"N", 3}, {"M", 17}}, {{"N", 1}, {"M", 40}}});
  }
}

TEST_CASE("factors that are moved, sliced, broadcast, reversed or computed") {
  Build b;
  const Expr x = b.in("x", f64, {N, 40}), y = b.in("y", f64, {40, M}), r = b.in("r", f64, {40});
  b.out("sliced", matmul(slice_axis(x, 1, 3, 20, 1), slice_axis(y, 0, 20, 37, 1)));
  b.out("strided", matmul(slice_axis(x, 1, 0, 40, 2), slice_axis(y, 0, 1, 40, 2)));
  b.out("backwards", matmul(reverse(x, {1}), reverse(y, {0, 1})));
  b.out("broadcast", matmul(x, broadcast_in_dim(r, {40, 9}, {0})));
  b.out("computed", matmul(x * r, y + 1.0));
  b.out("square", dot_general(x, x, {{}, {}, {1}, {1}}));
  b.out("ones", matmul(expand_dims(r, {0}), y));
  compare(b.program, {{{"N", 0}, {"M", 2}}, {{"N", 3}, {"M", 1}}, {{"N", 19}, {"M", 70}}});
}

TEST_CASE("elementwise work on results joins the product") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, K}), w = b.in("w", dtype, {K, M}), v = b.in("v", dtype, {M, 10}),
               bias = b.in("bias", dtype, {M});
    const Expr z = matmul(x, w), h = where(z + bias > 0.0, z + bias, 0.0);
    b.out("h", h);
    b.out("positive", z > 0.5);
    b.out("g", matmul(where(h > 1.0, h, h * 0.1), v) + 1.0);
    compare(b.program, {{{"N", 0}, {"M", 2}, {"K", 3}},
                        {{"N", 3}, {"M", 1}, {"K", 0}},
                        {{"N", 19}, {"M", 70}, {"K", 40}},
                        {{"N", 131}, {"M", 40}, {"K", 700}},
                        {{"N", 9}, {"M", 33}, {"K", 9000}}});
    CHECK(products_with_maps(b.program) == 2);

    Build in_place;
    const Expr p = in_place.in("x", dtype, {33, 50}), q = in_place.in("w", dtype, {50, 37}),
               more = in_place.in("c", dtype, {33, 37}), along = in_place.in("column", dtype, {33});
    in_place.out("sum", more + matmul(p, q) * expand_dims(along, {1}));
    compare(in_place.program, {{}});
    const Plan plan = make_plan(in_place.program);
    CHECK(plan.nests.size() == 1);
    CHECK(plan.workspace.is(0));
  }
}

TEST_CASE("what reads a product's results elsewhere, or too soon, keeps them apart") {
  Build b;
  const Expr x = b.in("x", f64, {N, 20}), w = b.in("w", f64, {20, 20});
  const Expr z = matmul(x, w);
  b.out("z", z);
  b.out("twice", z * 2.0);
  b.out("turned", transpose(z) + 1.0);
  b.out("backwards", z + reverse(z, {1}));
  b.out("sum", sum(z));
  b.out("again", matmul(z, w) - z);
  b.out("last", slice_axis(z, 0, 0, 1, 1) * 2.0);
  const Expr u = matmul(x * 3.0, w);
  b.out("both", u + matmul(x, w + 1.0));
  b.out("gathered", matmul(reshape(x, {N * 2, 10}), slice_axis(w, 0, 0, 10, 1)) * 0.5);
  const Expr y = b.in("y", f64, {N, 3, 20}), t = b.in("t", f64, {20, 2, 5});
  b.out("groups", tanh(dot_general(y, t, {{}, {}, {2}, {0}})));
  b.out("rows", matmul(y, w) * 0.5 + expand_dims(x, {1}));
  compare(b.program, {{{"N", 1}}, {{"N", 5}}, {{"N", 47}}});
}

#ifdef __x86_64__
TEST_CASE("the registers and vectors of another processor") {
  const Target target = Target::named("", "x86-64-v3");
  if (!target.runs_here()) return;
  for (Dtype dtype : {f64, f32})
    for (bool left : {false, true}) {
      compare(product(dtype, left, !left, M, K, N),
              {{{"M", 13}, {"K", 3}, {"N", 5}}, {{"M", 23}, {"K", 19}, {"N", 47}}}, Tier::full, target);
      compare(product(dtype, left, !left, 19, 23, 29), {{}}, Tier::full, target);
      compare(product(dtype, left, !left, 7, 7, 7), {{}}, Tier::full, target);
    }
}
#endif

TEST_CASE("random shapes") {
  std::mt19937_64 random(11);
  auto size = [&](int64_t most) { return static_cast<int64_t>(random() % static_cast<uint64_t>(most)); };
  for (int trial = 0; trial < 60; trial++) {
    const int64_t m = size(70), k = size(50), n = size(90);
    const bool left = random() % 2, right = random() % 2;
    const Dtype dtype = random() % 2 ? f64 : f32;
    INFO(m, " ", k, " ", n, " ", left, right);
    const Extent rows = random() % 2 ? Extent(m) : M, columns = random() % 2 ? Extent(n) : N;
    compare(product(dtype, left, right, rows, random() % 2 ? Extent(k) : K, columns),
            {{{"M", m}, {"K", k}, {"N", n}}});
  }
}
