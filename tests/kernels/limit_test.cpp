// A limit of the workspace: kept by recomputing, or refused with what is left; the bits stay the evaluator's.
#include "compare.h"

#include <fmt/format.h>

#include "codegen/plan/explain.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

int64_t bytes_of(const Plan& plan) {
  const int64_t bytes = *plan.workspace.number();
  return bytes == 0 ? 0 : bytes + 63;
}

std::string refusal(const Program& program, int64_t limit) {
  try {
    make_plan(program, {.workspace_limit = limit});
  } catch (const Error& error) { return error.message(); }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

int64_t least_told(const std::string& message) {
  const std::string words = "could not be brought below ";
  return std::stoll(message.substr(message.find(words) + words.size()));
}

// Limits from what the plan takes down to what it must take; gives the latter.
int64_t squeeze(const Program& program) {
  int64_t limit = bytes_of(make_plan(program)), least = limit;
  for (; limit > 0; limit = limit * 3 / 4) {
    if (!refusal(program, limit).empty()) break;
    const Plan plan = make_plan(program, {.workspace_limit = limit});
    INFO(print_plan(plan));
    CHECK(bytes_of(plan) <= limit);
    least = bytes_of(plan);
    compare(program, {{}}, {.vector_bits = Target::host().vector_bits, .workspace_limit = limit});
  }
  return least;
}

// Long enough to be stored, of additions and multiplications alone.
Expr polynomial(Expr x, double a) {
  Expr out = x;
  for (int i = 1; i < 7; i++) out = out * x + a * i;
  return out;
}

}  // namespace

TEST_CASE("arrays that are wanted before and after a sum are recomputed") {
  Build b;
  const Expr x = b.in("x", f64, {9000});
  const Expr p = polynomial(x, 0.5), q = exp(x) / (x * x + 1.0);
  b.out("y", (p - sum(q)) * q - sum(p));
  const Plan plain = make_plan(b.program);
  CHECK(bytes_of(plain) > 2 * 72'000);
  CHECK(plain.recomputed.empty());
  // The polynomial goes first, what has a division and a function only if need be.
  const Plan one = make_plan(b.program, {.workspace_limit = 100'000});
  REQUIRE(one.recomputed.size() == 1);
  CHECK(one.recomputed[0].node == p.value().node);
  CHECK_FALSE(one.recomputed[0].dear);
  const Plan both = make_plan(b.program, {.workspace_limit = 10'000});
  REQUIRE(both.recomputed.size() == 2);
  CHECK(contains(explain_plan(both), "for a workspace of 10000 bytes at most:\n"));
  CHECK(contains(explain_plan(both), "since nothing cheaper was left"));
  CHECK(squeeze(b.program) < 10'000);
}

TEST_CASE("a network's gradient") {
  Build b;
  const Expr x = b.in("x", f32, {64, 20}), w = b.in("w", f32, {20, 50}), v = b.in("v", f32, {50, 5}),
             y = b.in("y", f32, {64, 5});
  const Expr h = tanh(matmul(x, w));
  const Expr error = softmax(matmul(h, v)) - y;
  const Expr loss = sum(error * error);
  const std::vector<Expr> g = gradients({&loss, 1}, std::vector{w, v});
  b.out("loss", loss);
  b.out("dw", g[0]);
  b.out("dv", g[1]);
  const Program program = optimize(b.program);
  const int64_t before = bytes_of(make_plan(program)), least = squeeze(program);
  CHECK(least <= before);
  // The error says what is left, and that much is enough.
  const std::string message = refusal(program, 64);
  CHECK(contains(message, "bytes, and 64 are the limit; the largest that is left: "));
  const int64_t told = least_told(message);
  CHECK(refusal(program, told).empty());
  CHECK(!refusal(program, told - 1).empty());
}

TEST_CASE("loops over a symbol, beside a workspace that is known") {
  Build b;
  const Expr w = b.in("w", f64, {9000}), x = b.in("x", f64, {N});
  const Expr p = exp(w) + w, q = p / (p * p + 1.0);
  b.out("a", (q - sum(q)) * q);
  b.out("b", x * 2.0);
  CHECK(bytes_of(make_plan(b.program)) > 60'000);
  CHECK(bytes_of(make_plan(b.program, {.workspace_limit = 60'000})) <= 60'000);
  compare(b.program, rows, {.vector_bits = Target::host().vector_bits, .workspace_limit = 60'000});

  Build step;
  const Expr v = step.in("w", f64, {N}), s = step.in("s", f64, {}), i = step.in("i", i64, {N}),
             g = step.in("g", f64, {N});
  step.out("w_new", v - s * g);
  step.out("t", sum(v));
  step.out("j", i + 1);
  const std::string message = refusal(step.program, 0);
  CHECK(contains(message, "could not be brought below "));
  CHECK(refusal(step.program, least_told(message)).empty());
}

TEST_CASE("what would make the workspace depend on a symbol is not recomputed") {
  Build b;
  const Expr x = b.in("x", f64, {N, 8}), v = b.in("v", f64, {8}), m = b.in("M", f64, {100, 8});
  const Expr q = exp(v), r = sum(m, Axes{0}), z = exp(x) + x * sin(x);
  const Expr s = sum(z * q, Axes{1}) + sum(z * r, Axes{1});
  b.out("y", z * broadcast_in_dim(s, {N, 8}, {0}));
  const std::string message = refusal(b.program, 0);
  CHECK(least_told(message) == bytes_of(make_plan(b.program)));
  CHECK(refusal(b.program, least_told(message)).empty());
}

TEST_CASE("a workspace that was reached with one limit is a limit that can be kept") {
  Build b;
  const Expr x = b.in("a", i64, {4000}), y = b.in("b", i64, {4000});
  const Expr p = x * y + floor_divide(x, 3) * y - floor_mod(x, 7), c = p > x;
  const Expr q = where(c, p * p, p - y), s = sum(q);
  b.out("l", s + sum(convert(c, i64)));
  b.out("g", (q - s) * p);
  b.out("z", c | (q > s));
  for (int64_t limit : {31'032, 10'000, 8'255, 8'254}) {
    const int64_t reached = bytes_of(make_plan(b.program, {.workspace_limit = limit}));
    CHECK(reached <= limit);
    CHECK(refusal(b.program, reached).empty());
  }
}

TEST_CASE("a large program: the search ends soon, and still most arrays go if they must") {
  Build b;
  std::vector<Expr> all;
  for (int i = 0; i < 300; i++) all.push_back(polynomial(b.in(fmt::format("x{}", i), f64, {1000}), i));
  Expr total = sum(all[0]);
  for (size_t i = 1; i < all.size(); i++) total = total + sum(all[i]);
  for (size_t i = 0; i < all.size(); i++) b.out(fmt::format("y{}", i), all[i] * total);
  const int64_t plain = bytes_of(make_plan(b.program));
  CHECK(plain > 300 * 8000);
  CHECK(bytes_of(make_plan(b.program, {.workspace_limit = plain / 10})) <= plain / 10);
}

TEST_CASE("products stay arrays, and sizes must be known") {
  Build b;
  const Expr x = b.in("x", f64, {40, 40});
  b.out("y", matmul(matmul(x, x), x));
  CHECK(contains(refusal(b.program, 1000), "dot_general f64[40, 40]"));
  CHECK(contains(refusal(b.program, 1000), "of 12800 bytes"));
  Build open;
  const Expr z = open.in("z", f64, {N});
  open.out("y", polynomial(z, 2) - sum(polynomial(z, 2)));
  CHECK(contains(refusal(open.program, 1000), "wants sizes that are known"));
  CHECK(contains(refusal(open.program, 1000), "bind N to numbers"));
}
