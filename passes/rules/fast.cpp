// Reassociation and reciprocals: only with fast_math. Never anything that supposes there is no NaN or
// infinity.
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

// Sums of sums, products of products, taken in one go.
Expr reduce_at_once(const Match& m) {
  const Axes& inner = m.attributes(1).axes();
  const Axes kept = other_axes(inner, m['x'].rank());
  Axes axes = inner;
  for (int64_t axis : m.attributes(0).axes()) axes.push_back(kept[axis]);
  return &m.op() == &ops::reduce_sum ? sum(m['x'], axes) : prod(m['x'], axes);
}

// A factor that is the same for all terms is taken out of the sum.
Expr sum_of_scaled(const Match& m) {
  if (m['y'].rank() != 0) return {};
  const Expr summed = m.make(ops::reduce_sum, {m['x']}, m.attributes(0));
  return summed * broadcast_to(m['y'], m.type().shape);
}

// Factors that are repeated alike are multiplied before they are repeated.
Expr repeated_together(const Match& m) {
  const Axes& dimensions = m.attributes(1).axes("dimensions");
  if (m['y'].type() != m['z'].type() || dimensions != m.attributes(3).axes("dimensions")) return {};
  return m['x'] * broadcast_in_dim(m['y'] * m['z'], m.type().shape, dimensions);
}

const Row rows[] = {
    {"(x + c) + d", "add(add(x, c), d)", fast, [](const Match& m) { return m['x'] + (m['c'] + m['d']); },
     of_floats},
    {"(x * c) * d", "multiply(multiply(x, c), d)", fast,
     [](const Match& m) { return m['x'] * (m['c'] * m['d']); }, of_floats},
    {"broadcast(y) * (x * broadcast(z))", "multiply(broadcast_in_dim(y), multiply(x, broadcast_in_dim(z)))",
     fast, repeated_together, of_floats},
    {"(c - x) + d", "add(subtract(c, x), d)", fast, [](const Match& m) { return (m['c'] + m['d']) - m['x']; },
     of_floats},
    {"x / c", "divide(x, c)", fast, [](const Match& m) { return m['x'] * reciprocal(m['c']); }},
    {"x / broadcast(y)", "divide(x, broadcast_in_dim(y))", fast,
     [](const Match& m) {
       return m['x'] *
              broadcast_in_dim(reciprocal(m['y']), m.type().shape, m.attributes(1).axes("dimensions"));
     }},
    {"x y + x z", "add(multiply(x, y), multiply(x, z))", fast,
     [](const Match& m) { return m['x'] * (m['y'] + m['z']); }, of_floats},
    {"x y - x z", "subtract(multiply(x, y), multiply(x, z))", fast,
     [](const Match& m) { return m['x'] * (m['y'] - m['z']); }, of_floats},
    {"sum of sums", "reduce_sum(reduce_sum(x))", fast, reduce_at_once, of_floats},
    {"product of products", "reduce_prod(reduce_prod(x))", fast, reduce_at_once, of_floats},
    {"sum of a scaled value", "reduce_sum(multiply(x, broadcast_in_dim(y)))", fast, sum_of_scaled, of_floats},
};

}  // namespace

std::span<const Row> fast_forms() { return rows; }

}  // namespace wengert::rules
