#include <random>

#include "../fuzz/random_program.h"
#include "../passes/random_values.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "subjects.h"

namespace wengert::aarch64 {
namespace {

const Extent N = Extent::symbol("N"), M = Extent::symbol("M"), K = Extent::symbol("K");
constexpr uint64_t random_programs = 60;

struct Build {
  Program program;
  Expr in(const char* name, Dtype dtype, Shape shape) {
    return program.graph->input(name, dtype, std::move(shape));
  }
  void out(const char* name, Expr e) { program.outputs.push_back({name, e.value()}); }
  Subject at(const std::string& name, const std::vector<Bindings>& sizes,
             testing::Draw draw = {false, -2, 2}) {
    std::mt19937_64 random(7);
    Subject subject{name, std::move(program), {}};
    for (const Bindings& symbols : sizes)
      subject.runs.push_back({symbols, testing::random_arguments(subject.program, symbols, draw, random)});
    return subject;
  }
};

Subject broadcasts() {
  Build b;
  const Expr x = b.in("x", f64, {N, 5}), row = b.in("row", f64, {5}), column = b.in("column", f64, {N}),
             s = b.in("s", f64, {});
  b.out("a", x * row + expand_dims(column, {1}) * s);
  b.out("transposed", transpose(x) + expand_dims(row, {1}));
  b.out("every", slice_axis(x, 1, 1, 5, 2));
  b.out("back", reverse(x, {0, 1}) + convert(iota(*b.program.graph, i64, {N, 5}, 0), f64));
  b.out("flat", reshape(x, {N * 5}) * 2.0);
  b.out("scalar", exp(s) + 1.0);
  return b.at("broadcasts", {{{"N", 0}}, {{"N", 1}}, {{"N", 37}}});
}

Subject reductions(Dtype dtype, bool finite) {
  Build b;
  const Expr x = b.in("x", dtype, {N, M});
  b.out("all", sum(x * x));
  b.out("chain", sum(x, Axes{0}));
  b.out("lanes", sum(x, Axes{1}));
  b.out("product", prod(x, Axes{1}));
  std::vector<Bindings> sizes;
  for (int64_t n : {0, 1, 37, 5000})
    sizes.push_back({{"N", n}, {"M", 3}}), sizes.push_back({{"N", 2}, {"M", n}});
  const std::string name =
      std::string("reductions of ") + (finite ? "" : "any ") + std::string(wengert::name(dtype));
  return b.at(name, sizes, {!finite, -2, 2});
}

Subject extrema() {
  Build b;
  const Expr x = b.in("x", f64, {N, M});
  b.out("max", max(x));
  b.out("min1", min(x, Axes{1}));
  b.out("max0", max(x, Axes{0}));
  b.out("any", any(x > 1.9));
  b.out("all", all(x < 2.5, Axes{0}));
  b.out("argmax", argmax(x, 1));
  b.out("argmin", argmin(x, 0));
  return b.at("extrema", {{{"N", 1}, {"M", 1}}, {{"N", 37}, {"M", 5}}, {{"N", 3}, {"M", 5000}}}, {});
}

Subject products(Dtype dtype) {
  Build b;
  const Expr A = b.in("A", dtype, {N, K}), B = b.in("B", dtype, {K, M}), v = b.in("v", dtype, {K}),
             u = b.in("u", dtype, {N});
  b.out("AB", matmul(A, B));
  b.out("Av", matmul(A, v));
  b.out("uA", matmul(u, A));
  b.out("vv", dot(v, v));
  b.out("rows", einsum("ik,ik->i", A, A));
  b.out("outer", einsum("i,j->ij", u, v));
  return b.at("products of " + std::string(name(dtype)), {{{"N", 0}, {"M", 2}, {"K", 3}},
                                                          {{"N", 1}, {"M", 1}, {"K", 1}},
                                                          {{"N", 5}, {"M", 37}, {"K", 19}},
                                                          {{"N", 3}, {"M", 4}, {"K", 5000}}});
}

Subject batches() {
  Build b;
  const Expr A = b.in("A", f64, {N, 4, K}), B = b.in("B", f64, {N, K, 5});
  b.out("AB", matmul(A, B));
  b.out("turned", einsum("bik,bkj->jib", A, B));
  return b.at("batches of products", {{{"N", 0}, {"K", 3}}, {{"N", 3}, {"K", 37}}});
}

Subject placed() {
  Build b;
  const Expr x = b.in("x", f32, {N, 3}), y = b.in("y", f32, {N, 2});
  const Expr parts[] = {x, y, x * 2.0};
  b.out("concatenated", concatenate(parts, 1));
  b.out("padded", pad(x, 7.0, {1, 0}, {0, 2}, {1, 0}));
  const Expr f = sum(slice_axis(x, 1, 0, 2) * slice_axis(x, 1, 1, 3));
  b.out("gradient", gradients({&f, 1}, {&x, 1})[0]);
  return b.at("pad and concatenate", {{{"N", 1}}, {{"N", 37}}});
}

Subject picked() {
  Build b;
  const Expr x = b.in("x", f64, {N, 6}), i = b.in("i", i64, {M}), v = b.in("v", f64, {N});
  b.out("rows", take(x, i, 0));
  b.out("columns", take(x, i, 1));
  b.out("added", scatter_add(x, i, take(x, i, 0), 0));
  b.out("one", scatter_add(v, i, convert(i, f64), 0));
  b.out("hot", one_hot(i, 5));
  return b.at("gather and scatter",
              {{{"N", 4}, {"M", 9}}, {{"N", 10}, {"M", 0}}, {{"N", 7}, {"M", 37}}, {{"N", 0}, {"M", 5}}});
}

Subject logistic(Dtype dtype) {
  Build b;
  const Expr w = b.in("w", dtype, {M}), X = b.in("X", dtype, {N, M}), y = b.in("y", dtype, {N}),
             lambda = b.in("lambda", dtype, {});
  const Expr loss = mean(log1p(exp(-(y * matmul(X, w))))) + lambda * dot(w, w);
  b.out("loss", loss);
  b.out("gradient", gradients({&loss, 1}, {&w, 1})[0]);
  return b.at(
      "logistic " + std::string(name(dtype)),
      {{{"N", 0}, {"M", 3}}, {{"N", 1}, {"M", 1}}, {{"N", 569}, {"M", 30}}, {{"N", 5000}, {"M", 11}}});
}

}  // namespace

std::vector<Subject> structural_subjects() {
  std::vector<Subject> out;
  out.push_back(broadcasts());
  for (Dtype dtype : {f64, f32, i32, i64}) out.push_back(reductions(dtype, true));
  out.push_back(reductions(f64, false));
  out.push_back(extrema());
  for (Dtype dtype : {f64, f32, i64}) out.push_back(products(dtype));
  out.push_back(batches());
  out.push_back(placed());
  out.push_back(picked());
  for (Dtype dtype : {f64, f32}) out.push_back(logistic(dtype));
  for (uint64_t seed = 1; seed <= random_programs; seed++) {
    Build b;
    b.program = fuzz::random_program(seed);
    out.push_back(b.at("random program " + std::to_string(seed),
                       {fuzz::random_symbols(seed), {{"N", 37}, {"M", 3}}}, {}));
  }
  return out;
}

}  // namespace wengert::aarch64
