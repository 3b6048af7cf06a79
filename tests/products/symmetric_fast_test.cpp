// Symmetric results with fast_math: also where one factor is scaled along the contraction.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "symmetric.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

const PlanOptions fast{.fast_math = true};

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

// With fast_math: near the evaluator's results, and exactly symmetric where the contraction, over so many
// elements, is long enough for one triangle to be copied.
void compare_fast(const Program& program, const std::string& inner, const std::vector<Bindings>& sizes) {
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
        if (known.at(inner) > 100) CHECK(d.asymmetry == 0);
      }
    }
  }
}

}  // namespace

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
      b.out("masked coefficient", matmul(transpose(where(down > 0.0, more, 0.0) * x), x));
      b.out("fma", matmul(transpose(fma(x, down, x)), x));
      CHECK(mirrored(b.program) == 0);
      const size_t expected = dtype == f32 && n == 17 ? 0 : 8;
      CHECK(mirrored(b.program, fast) == expected);
      if (expected > 0) compare_fast(b.program, "K", {{{"K", 0}}, {{"K", 5}}, {{"K", 330}}});
    }
  Build b;
  const Expr x = b.in("x", f64, {2, N, M}), d = b.in("d", f64, {M});
  b.out("batch", dot_general(x * d, x, {{0}, {0}, {2}, {2}}));
  CHECK(mirrored(b.program, fast) == 1);
  compare_fast(b.program, "M",
               {{{"N", 0}, {"M", 3}}, {{"N", 5}, {"M", 1}}, {{"N", 70}, {"M", 30}}, {{"N", 70}, {"M", 130}}});
}

TEST_CASE("what is not linear in the other factor, or scaled along rows, is no case for it") {
  Build b;
  const Expr x = b.in("x", f64, {K, 40}), d = b.in("d", f64, {K}), c = b.in("c", f64, {40});
  const Expr down = broadcast_in_dim(d, {K, 40}, {0});
  b.out("columns scaled", matmul(transpose(x * c), x));
  b.out("square", matmul(transpose(x * x), x));
  b.out("shifted", matmul(transpose(x + down), x));
  b.out("divides", matmul(transpose(down / x), x));
  b.out("masked", matmul(transpose(where(down > 0.0, x * down, 0.0)), x));
  b.out("masked by itself", matmul(transpose(where(x > 0.0, x, 0.0)), x));
  b.out("zeros", matmul(transpose(where(down > 0.0, x - x, 0.0)), x));
  b.out("other one", matmul(transpose(reverse(x, {0}) * down), x));
  CHECK(mirrored(b.program, fast) == 0);
}

TEST_CASE("fast_math loses no NaN and no infinity, and makes none") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {40, 40}), d = b.in("d", dtype, {40});
    const Expr down = broadcast_in_dim(d, {40, 40}, {0});
    b.out("masked", matmul(transpose(where(down > 0.0, x * down, 0.0)), x));
    b.out("scaled", matmul(transpose(x * down), x));
    b.out("divided", matmul(transpose(x), x / down));
    b.out("sums", matmul(transpose(down * (x - x * down)), x));
    b.out("fma", matmul(transpose(fma(x, down, x)), x));
    CHECK(mirrored(b.program, fast) == 4);
    const fuzz::Compiled compiled(b.program, {.fast_math = true});
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = HUGE_VAL;
    struct Case {
      double in_x, beside, in_d;  // x[2, 10], x[2, 25], d[2]
    };
    for (const Case& now : {Case{nan, 1, -1}, Case{nan, 1, 2}, Case{nan, nan, 0}, Case{0, 3, infinity},
                            Case{0, 3, -infinity}, Case{1, 0, 0}, Case{1, 3, nan}}) {
      INFO(now.in_x, " ", now.beside, " ", now.in_d);
      std::vector<Tensor> arguments = normal_arguments(b.program, {});
      arguments[0].set(2 * 40 + 10, now.in_x);
      arguments[0].set(2 * 40 + 25, now.beside);
      arguments[1].set(2, now.in_d);
      const Evaluation expected = evaluate(b.program, arguments, {}), got = compiled.run(arguments, {});
      for (size_t k = 0; k < got.outputs.size(); k++) {
        INFO(b.program.outputs[k].name);
        int64_t differences = 0;
        for (int64_t i = 0; i < 1600; i++) {
          const double one = expected.outputs[k].at(i), other = got.outputs[k].at(i);
          differences += std::isnan(one) != std::isnan(other);
          differences += std::isinf(one) != std::isinf(other) || (std::isinf(one) && one != other);
        }
        CHECK(differences == 0);
      }
    }
  }
}

TEST_CASE("with fast_math the bits are those of any number of threads") {
  for (Dtype dtype : {f64, f32})
    for (const Extent& n : {Extent(100), N}) {
      Build b;
      const Expr x = b.in("x", dtype, {K, n}), d = b.in("d", dtype, {K}), c = b.in("c", dtype, {n, n});
      const Expr scaled = matmul(transpose(x * expand_dims(d, {1})), x);
      b.out("alone", scaled);
      b.out("mapped", matmul(transpose(x / expand_dims(d, {1})), x) * 0.5 + c);
      CHECK(mirrored(b.program, fast) == 2);
      const fuzz::Compiled one(b.program, {.fast_math = true});
      for (uint32_t threads : {2, 3, 7}) {
        const fuzz::Compiled several(b.program, {.fast_math = true}, Target::host(), threads);
        for (const Bindings& known : std::vector<Bindings>{{{"N", 9}, {"K", 30}},
                                                           {{"N", 65}, {"K", 5}},
                                                           {{"N", 131}, {"K", 120}},
                                                           {{"N", 131}, {"K", 3100}}}) {
          const std::vector<Tensor> arguments = normal_arguments(b.program, known);
          const Evaluation expected = one.run(arguments, known), got = several.run(arguments, known);
          for (size_t k = 0; k < got.outputs.size(); k++)
            CHECK(got.outputs[k].same_bits(expected.outputs[k]));
        }
      }
    }
}

TEST_CASE("few steps, whose number the kernel learns, are computed on both sides") {
  for (Dtype dtype : {f64, f32})
    for (const Extent& n : {Extent(100), N})
      for (uint32_t threads : {1, 3}) {
        Build b;
        const Expr x = b.in("x", dtype, {K, n}), d = b.in("d", dtype, {K}), c = b.in("c", dtype, {n, n}),
                   e = b.in("e", dtype, {K});
        b.out("alone", matmul(transpose(x * expand_dims(d, {1})), x));
        b.out("mapped", matmul(transpose(x * expand_dims(e, {1})), x) - c);
        CHECK(mirrored(b.program, fast) == 2);
        const fuzz::Compiled compiled(b.program, {.fast_math = true}, Target::host(), threads);
        for (int64_t k : {0, 1, 4, 8, 100})
          for (int64_t size : {1, 5, 100, 131}) {
            const Bindings known = {{"N", size}, {"K", k}};
            const std::vector<Tensor> arguments = normal_arguments(b.program, known);
            const Evaluation expected = evaluate(b.program, arguments, known),
                             got = compiled.run(arguments, known);
            const bool both = k <= 8 || (!n.is_number() && size <= 5);
            INFO("N=", size, " K=", k);
            if (size >= 100)
              CHECK((Differences(expected.outputs[0], got.outputs[0]).asymmetry == 0) == (!both || k == 0));
            for (size_t i = 0; i < got.outputs.size() && both; i++)
              CHECK(got.outputs[i].same_bits(expected.outputs[i]));
          }
      }
}
