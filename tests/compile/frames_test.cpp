// The stack frames of the functions that programs become keep their limit (docs/abi.md): compiling warns of
// one that does not.
#include <array>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "frontend/language/lower.h"
#include "frontend/language/parser.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "tests/kernels/build.h"

using namespace wengert;
using testing::M, testing::N;

namespace {

void check_frames(const Program& program, const CompileSettings& settings) {
  const std::string kinds[] = {"obj"};
  const NamedProgram named[] = {{"f", &program}};
  CHECK(build_object(named, "f", kinds, settings).warnings == std::vector<std::string>());
}

// For each instruction set; on threads for one of them.
void check_frames(const Program& program) {
  INFO(program.name);
  check_frames(program, {.triple = "x86_64-linux-gnu", .cpu = "x86-64-v3"});
  check_frames(program, {.triple = "x86_64-linux-gnu", .cpu = "x86-64-v4", .threads = 4});
  check_frames(program, {.triple = "aarch64-linux-gnu", .cpu = "generic"});
}

// A program with a name, and outputs without.
struct Named : testing::Build {
  explicit Named(const char* name) { program.name = name; }
  void out(Expr e) { Build::out("o" + std::to_string(program.outputs.size()), e); }
};

}  // namespace

TEST_CASE("frames of the programs of the examples and the benchmarks") {
  for (const char* file :
       {"examples/logistic/loss.wg", "tests/embed/kernels.wg", "benchmarks/programs/streaming.wg",
        "benchmarks/programs/mlp.wg", "benchmarks/programs/quad.wg", "benchmarks/programs/logreg.wg",
        "benchmarks/programs/tiny.wg", "benchmarks/programs/rosenbrock.wg", "benchmarks/programs/gmm.wg",
        "benchmarks/programs/black_scholes.wg"}) {
    CAPTURE(file);
    std::ifstream stream(std::string(PROJECT_SOURCE "/") + file);
    REQUIRE(stream.is_open());
    std::ostringstream text;
    text << stream.rdbuf();
    const language::Module module = language::parse_module(text.str(), file);
    REQUIRE_FALSE(module.functions.empty());
    for (const auto& function : module.functions) {
      Program program = language::lower(module, function.name);
      program.name = function.name;
      check_frames(program);
    }
  }
}

TEST_CASE("frames of many folds of all rows") {
  for (Dtype dtype : {f64, f32}) {
    for (bool columns : {false, true}) {
      Named b("folds");
      const Expr x = columns ? b.in("x", dtype, {N, M}) : b.in("x", dtype, {N});
      for (int i = 0; i < 40; i++) b.out(sum(x * (1.0 + i), Axes{columns ? 1 : 0}));
      check_frames(b.program);
    }
  }
}

TEST_CASE("frames of many folds by columns") {
  Named b("chains");
  const Expr x = b.in("x", f64, {N, M});
  for (int i = 0; i < 40; i++) b.out(max(x * (1.0 + i), Axes{0}));
  check_frames(b.program);
}

TEST_CASE("frames of many nests") {
  for (const Shape& shape : {Shape{N}, Shape{N, M}, Shape{16, N}}) {
    Named b("softmaxes");
    const Expr x = b.in("x", f64, shape);
    Expr y = x;
    for (int i = 0; i < 10; i++) y = softmax(y, -1);
    b.out(gradients(std::array{sum(y * x)}, std::array{x})[0]);
    check_frames(b.program);
  }
}

TEST_CASE("frames of products") {
  Named b("products");
  const Expr x = b.in("x", f32, {N, M}), w = b.in("w", f32, {M, 64}), v = b.in("v", f32, {64, M});
  b.out(tanh(matmul(x, w)));
  b.out(matmul(matmul(x, w), v));
  b.out(matmul(transpose(x), x));
  check_frames(b.program);
}

TEST_CASE("frames of many scalars") {
  for (int count : {30, 60}) {
    Named b("scalars");
    std::vector<Expr> xs;
    for (int i = 0; i < count; i++) xs.push_back(b.in("x" + std::to_string(i), f64, {}));
    for (int i = 0; i < 2000; i++) {
      const Expr x = xs[xs.size() - 1 - i % 20], y = xs[i];
      const Expr all[] = {x + y, sin(x) * y, x / (2.0 + y * y), exp(-x * x), tanh(x - y)};
      xs.push_back(all[i % 5]);
    }
    b.out(xs.back());
    for (int i = 1; i < 20; i++) b.out(xs[xs.size() - 1 - i]);
    check_frames(b.program);
  }
}

TEST_CASE("frames of loops that read many scalars") {
  // A polynomial whose coefficients are elements of an array.
  Named horner("horner");
  const Expr x = horner.in("x", f64, {N}), c = horner.in("c", f64, {90});
  Expr y = zeros(*horner.program.graph, x.type());
  for (int64_t i = 0; i < 90; i++) y = (y + index_axis(c, 0, i)) * x;
  horner.out(y);
  check_frames(horner.program);

  // Inputs by value, in one loop, and in nine that are functions of their own.
  for (int loops : {1, 9}) {
    Named b("inputs");
    const Expr z = b.in("z", f64, {N});
    Expr folded = z;
    for (int i = 0; i < 200; i++) folded = folded * b.in("a" + std::to_string(i), f64, {});
    Expr total = sum(folded);
    for (int i = 1; i < loops; i++) total = sum(sin(folded * total) * z);
    b.out(total);
    check_frames(b.program);
  }

  // Computed ahead of the loops.
  Named b("computed");
  const Expr v = b.in("v", f64, {N}), a = b.in("a", f64, {160});
  Expr product = v;
  for (int64_t i = 0; i < 150; i++) product = product * (sin(index_axis(a, 0, i)) * index_axis(a, 0, i + 1));
  Expr total = sum(product);
  for (int i = 0; i < 9; i++) total = sum(sin(product * total));
  b.out(total);
  check_frames(b.program);
}
