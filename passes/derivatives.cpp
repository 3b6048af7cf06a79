#include "passes/derivatives.h"

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/accumulate.h"
#include "passes/gradients.h"
#include "passes/tangents.h"
#include "passes/vectorize.h"

namespace wengert {
namespace {

// Whether element b (row-major) of `shape` is the one at each position: [count] + shape, bool.
Expr identity_mask(Graph& graph, const Shape& shape, const Extent& count) {
  Shape batched = shape;
  batched.insert(batched.begin(), count);
  if (shape.size() == 1) return iota(graph, Dtype::i64, batched, 0) == iota(graph, Dtype::i64, batched, 1);
  const Expr position = reshape(iota(graph, Dtype::i64, {count}, 0), shape);
  return iota(graph, Dtype::i64, batched, 0) == broadcast_to(position, batched);
}

struct Seed {
  Expr value, mask;            // placeholders the derivative is built on
  Expr all_values, all_masks;  // the rows of the identity
  Extent count;
};

// A structural identity: its zeros carry a guard, so that nothing multiplied by them makes a NaN.
Seed identity_seed(Expr like) {
  Graph& graph = like.graph();
  const Extent count = element_count(like.shape());
  const Expr masks = identity_mask(graph, like.shape(), count);
  return {variable(zeros(graph, like.type())), variable(ones(graph, like.type().with(Dtype::boolean))),
          convert(masks, like.dtype()), masks, count};
}

Shape joined(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Expr reverse_jacobian(Expr y, Expr x, std::source_location at) {
  const Seed seed = identity_seed(y);
  const Expr row = gradients({&y, 1}, {&x, 1}, {.grad_ys = {seed.value}, .grad_guards = {seed.mask}}, at)[0];
  const Expr placeholders[] = {seed.value, seed.mask}, rows[] = {seed.all_values, seed.all_masks};
  const Expr all = vectorize({&row, 1}, placeholders, rows, seed.count)[0];
  return reshape(all, joined(y.shape(), x.shape()));
}

Expr forward_jacobian(Expr y, Expr x, std::source_location at) {
  const Seed seed = identity_seed(x);
  const Expr column = jvp({&y, 1}, {&x, 1}, {&seed.value, 1}, {&seed.mask, 1}, at)[0];
  const Expr placeholders[] = {seed.value, seed.mask}, columns[] = {seed.all_values, seed.all_masks};
  const Expr all = vectorize({&column, 1}, placeholders, columns, seed.count)[0];
  return reshape(moveaxis(all, 0, -1), joined(y.shape(), x.shape()));
}

}  // namespace

std::vector<Expr> vjp(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> cotangents,
                      std::source_location at) {
  return gradients(ys, xs, {.grad_ys = std::vector<Expr>(cotangents.begin(), cotangents.end())}, at);
}

std::vector<Expr> hvp(Expr y, std::span<const Expr> xs, std::span<const Expr> vs, std::source_location at) {
  one_graph({{&y, 1}, xs, vs}, {}, "hvp", at);
  if (y.rank() != 0) throw Error(Code::type, fmt::format("hvp wants a scalar, not {}", text(y.type())), at);
  if (vs.size() != xs.size())
    throw Error(Code::argument, fmt::format("hvp: {} vectors for {} variables", vs.size(), xs.size()), at);
  std::vector<Expr> constants;
  for (const Expr& v : vs) constants.push_back(stop_gradient(v));
  const std::vector<Expr> first = gradients({&y, 1}, xs, {}, at);
  return gradients(first, xs, {.grad_ys = constants}, at);
}

Expr jacobian(Expr y, Expr x, std::source_location at) {
  one_graph({{&y, 1}, {&x, 1}}, {}, "jacobian", at);
  require_variable(x, "the variable of a jacobian", at);
  require_float(y, "the value to differentiate", at);
  if (y.rank() == 0) return gradients({&y, 1}, {&x, 1}, {}, at)[0];
  if (x.rank() == 0) {
    const Expr one = ones(x.graph(), x.type());
    return jvp({&y, 1}, {&x, 1}, {&one, 1}, {}, at)[0];
  }
  const std::optional<int64_t> rows = element_count(y.shape()).number(),
                               columns = element_count(x.shape()).number();
  return rows && columns && *columns < *rows ? forward_jacobian(y, x, at) : reverse_jacobian(y, x, at);
}

Expr hessian(Expr y, Expr x, std::source_location at) {
  one_graph({{&y, 1}, {&x, 1}}, {}, "hessian", at);
  if (y.rank() != 0)
    throw Error(Code::type, fmt::format("hessian wants a scalar, not {}", text(y.type())), at);
  return jacobian(gradients({&y, 1}, {&x, 1}, {}, at)[0], x, at);
}

}  // namespace wengert
