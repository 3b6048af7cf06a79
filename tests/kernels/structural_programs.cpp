#include "structural_programs.h"

#include "build.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"

namespace wengert::testing {
namespace {

StructuralProgram named(const std::string& name, Build& b, std::vector<Bindings> sizes) {
  return {name, std::move(b.program), std::move(sizes)};
}

std::string of(const std::string& name, Dtype dtype) {
  return name + " of " + std::string(wengert::name(dtype));
}

StructuralProgram broadcasts() {
  Build b;
  const Expr x = b.in("x", f64, {N, 5}), row = b.in("row", f64, {5}), column = b.in("column", f64, {N}),
             s = b.in("s", f64, {});
  b.out("a", x * row + expand_dims(column, {1}) * s);
  b.out("transposed", transpose(x) + expand_dims(row, {1}));
  b.out("every", slice_axis(x, 1, 1, 5, 2));
  b.out("back", reverse(x, {0, 1}) + convert(iota(*b.program.graph, i64, {N, 5}, 0), f64));
  b.out("flat", reshape(x, {N * 5}) * 2.0);
  b.out("scalar", exp(s) + 1.0);
  return named("broadcasts, transposes, slices, reversal, iota", b,
               {{{"N", 0}}, {{"N", 1}}, {{"N", 9}}, {{"N", 33}}, {{"N", 37}}});
}

StructuralProgram sums(Dtype dtype) {
  Build b;
  const Expr x = b.in("x", dtype, {N, 3, M});
  b.out("all", sum(x * x));
  b.out("s0", sum(x, Axes{0}));
  b.out("s1", sum(x, Axes{1}));
  b.out("s2", sum(x, Axes{2}));
  b.out("s02", sum(x, Axes{0, 2}));
  b.out("s12", sum(x * x, Axes{1, 2}));
  b.out("product", prod(x, Axes{2}));
  return named(of("sums over every choice of axes", dtype), b,
               {{{"N", 0}, {"M", 4}},
                {{"N", 2}, {"M", 0}},
                {{"N", 5}, {"M", 1}},
                {{"N", 4}, {"M", 70}},
                {{"N", 5000}, {"M", 3}},
                {{"N", 2}, {"M", 9001}}});
}

StructuralProgram extrema() {
  Build b;
  const Expr x = b.in("x", f64, {N, M});
  b.out("max", max(x));
  b.out("min1", min(x, Axes{1}));
  b.out("max0", max(x, Axes{0}));
  b.out("any", any(x > 1.9));
  b.out("all", all(x < 2.5, Axes{0}));
  b.out("argmax", argmax(x, 1));
  b.out("argmin", argmin(x, 0));
  return named("extrema and logic", b,
               {{{"N", 1}, {"M", 1}},
                {{"N", 3}, {"M", 50}},
                {{"N", 40}, {"M", 7}},
                {{"N", 37}, {"M", 5}},
                {{"N", 3}, {"M", 5000}}});
}

StructuralProgram products(Dtype dtype) {
  Build b;
  const Expr A = b.in("A", dtype, {N, K}), B = b.in("B", dtype, {K, M}), v = b.in("v", dtype, {K}),
             u = b.in("u", dtype, {N});
  b.out("AB", matmul(A, B));
  b.out("Av", matmul(A, v));
  b.out("uA", matmul(u, A));
  b.out("vv", dot(v, v));
  b.out("ABt", einsum("ik,jk->ij", A, transpose(B)));
  b.out("rows", einsum("ik,ik->i", A, A));
  b.out("outer", einsum("i,j->ij", u, v));
  b.out("swapped", einsum("ik,jk->ji", A, transpose(B)));
  return named(of("products", dtype), b,
               {{{"N", 0}, {"M", 2}, {"K", 3}},
                {{"N", 2}, {"M", 3}, {"K", 0}},
                {{"N", 1}, {"M", 1}, {"K", 1}},
                {{"N", 5}, {"M", 37}, {"K", 19}},
                {{"N", 3}, {"M", 4}, {"K", 4500}},
                {{"N", 4100}, {"M", 2}, {"K", 5}}});
}

StructuralProgram symmetric(Dtype dtype) {
  Build b;
  const Expr A = b.in("A", dtype, {K, N}), C = b.in("C", dtype, {N, N});
  b.out("alone", matmul(transpose(A), A));
  b.out("mapped", matmul(transpose(A + 1.0), A + 1.0) * 0.5 + C);
  return named(of("symmetric results", dtype), b,
               {{{"N", 0}, {"K", 3}},
                {{"N", 1}, {"K", 1}},
                {{"N", 33}, {"K", 20}},
                {{"N", 70}, {"K", 7}},
                {{"N", 20}, {"K", 3100}}});
}

StructuralProgram batches() {
  Build b;
  const Expr A = b.in("A", f64, {N, 4, K}), B = b.in("B", f64, {N, K, 5});
  b.out("AB", matmul(A, B));
  b.out("turned", einsum("bik,bkj->jib", A, B));
  return named("batches of products", b,
               {{{"N", 0}, {"K", 3}}, {{"N", 3}, {"K", 7}}, {{"N", 3}, {"K", 37}}, {{"N", 20}, {"K", 1}}});
}

StructuralProgram placed(Dtype dtype) {
  Build b;
  const Expr x = b.in("x", dtype, {N, 3}), y = b.in("y", dtype, {N, 2});
  const Expr beside[] = {x, y, x * 2.0}, below[] = {x, x};
  b.out("beside", concatenate(beside, 1));
  b.out("below", concatenate(below, 0));
  b.out("padded", pad(x, 7.0, {1, 0}, {0, 2}, {1, 0}));
  const Expr f = sum(slice_axis(x, 1, 0, 2) * slice_axis(x, 1, 1, 3));
  b.out("gradient", gradients({&f, 1}, {&x, 1})[0]);
  return named(of("pad, concatenate and their adjoints", dtype), b,
               {{{"N", 1}}, {{"N", 6}}, {{"N", 21}}, {{"N", 37}}});
}

StructuralProgram picked() {
  Build b;
  const Expr x = b.in("x", f64, {N, 6}), i = b.in("i", i64, {M}), v = b.in("v", f64, {N});
  const Expr j = i - 1;  // some are -1: out of range
  b.out("rows", take(x, i, 0));
  b.out("columns", take(x, i, 1));
  b.out("elements", take(v, j, 0));
  b.out("added", scatter_add(x, j, take(x, i, 0), 0));
  b.out("one", scatter_add(v, i, convert(i, f64), 0));
  b.out("hot", one_hot(i, 5));
  return named("rows picked and added", b,
               {{{"N", 4}, {"M", 9}},
                {{"N", 10}, {"M", 0}},
                {{"N", 7}, {"M", 33}},
                {{"N", 7}, {"M", 37}},
                {{"N", 0}, {"M", 5}}});
}

StructuralProgram logistic(Dtype dtype) {
  Build b;
  const Expr w = b.in("w", dtype, {M}), X = b.in("X", dtype, {N, M}), y = b.in("y", dtype, {N}),
             lambda = b.in("lambda", dtype, {});
  const Expr loss = mean(log1p(exp(-(y * matmul(X, w))))) + lambda * dot(w, w);
  b.out("loss", loss);
  b.out("gradient", gradients({&loss, 1}, {&w, 1})[0]);
  return named(
      of("logistic regression", dtype), b,
      {{{"N", 0}, {"M", 3}}, {{"N", 1}, {"M", 1}}, {{"N", 569}, {"M", 30}}, {{"N", 5000}, {"M", 11}}});
}

}  // namespace

std::vector<StructuralProgram> structural_programs() {
  std::vector<StructuralProgram> out;
  out.push_back(broadcasts());
  for (Dtype dtype : {f64, f32, i32, i64}) out.push_back(sums(dtype));
  out.push_back(extrema());
  for (Dtype dtype : {f64, f32, i64}) out.push_back(products(dtype));
  for (Dtype dtype : {f64, f32}) out.push_back(symmetric(dtype));
  out.push_back(batches());
  for (Dtype dtype : {f64, f32}) out.push_back(placed(dtype));
  out.push_back(picked());
  for (Dtype dtype : {f64, f32}) out.push_back(logistic(dtype));
  return out;
}

}  // namespace wengert::testing
