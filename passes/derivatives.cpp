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

Expr reverse_jacobian(Expr y, Expr x) {
  const Seed seed = identity_seed(y);
  const Expr row = gradients({&y, 1}, {&x, 1}, {.grad_ys = {seed.value}, .grad_guards = {seed.mask}})[0];
  const Expr placeholders[] = {seed.value, seed.mask}, rows[] = {seed.all_values, seed.all_masks};
  const Expr all = vectorize({&row, 1}, placeholders, rows, seed.count)[0];
  return reshape(all, joined(y.shape(), x.shape()));
}

Expr forward_jacobian(Expr y, Expr x) {
  const Seed seed = identity_seed(x);
  const Expr column = jvp({&y, 1}, {&x, 1}, {&seed.value, 1}, {&seed.mask, 1})[0];
  const Expr placeholders[] = {seed.value, seed.mask}, columns[] = {seed.all_values, seed.all_masks};
  const Expr all = vectorize({&column, 1}, placeholders, columns, seed.count)[0];
  return reshape(moveaxis(all, 0, -1), joined(y.shape(), x.shape()));
}

}  // namespace

std::vector<Expr> vjp(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> cotangents) {
  return gradients(ys, xs, {.grad_ys = std::vector<Expr>(cotangents.begin(), cotangents.end())});
}

std::vector<Expr> hvp(Expr y, std::span<const Expr> xs, std::span<const Expr> vs) {
  if (y.rank() != 0)
    throw Error(Code::type, fmt::format("hvp wants a scalar, not {}", text(y.type())),
                y.graph().place(y.value().node));
  if (vs.size() != xs.size())
    throw Error(Code::argument, fmt::format("hvp: {} vectors for {} variables", vs.size(), xs.size()));
  std::vector<Expr> constants;
  for (const Expr& v : vs) constants.push_back(stop_gradient(v));
  const std::vector<Expr> first = gradients({&y, 1}, xs);
  return gradients(first, xs, {.grad_ys = constants});
}

Expr jacobian(Expr y, Expr x) {
  require_variable(x, "the variable of a jacobian");
  require_float(y, "the value to differentiate");
  if (y.rank() == 0) return gradients({&y, 1}, {&x, 1})[0];
  if (x.rank() == 0) {
    const Expr one = ones(x.graph(), x.type());
    return jvp({&y, 1}, {&x, 1}, {&one, 1})[0];
  }
  const std::optional<int64_t> rows = element_count(y.shape()).number(),
                               columns = element_count(x.shape()).number();
  return rows && columns && *columns < *rows ? forward_jacobian(y, x) : reverse_jacobian(y, x);
}

Expr hessian(Expr y, Expr x) {
  if (y.rank() != 0)
    throw Error(Code::type, fmt::format("hessian wants a scalar, not {}", text(y.type())),
                y.graph().place(y.value().node));
  return jacobian(gradients({&y, 1}, {&x, 1})[0], x);
}

}  // namespace wengert
