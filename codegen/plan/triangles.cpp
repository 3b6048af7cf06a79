// Of which products one triangle is computed: of those that have symmetric results, and of those of which
// every reader masks out the other one. The last two axes are rows and columns; a mask is a comparison of two
// iotas.
//
// Invariant: what is not wanted decides nothing that leaves the kernel; what lies there may be anything.
#include <algorithm>
#include <cmath>

#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert {
namespace {

// The axis along which a value counts its elements, or -1.
int64_t counted_axis(const Graph& graph, Value value) {
  std::vector<uint32_t> spread;  // broadcasts of it, the outermost first
  while (graph.node(value.node).op == &ops::broadcast_in_dim) {
    spread.push_back(value.node);
    value = graph.inputs(value.node)[0];
  }
  if (graph.node(value.node).op != &ops::iota) return -1;
  int64_t axis = graph.node(value.node).attributes->get<int64_t>("axis");
  Extent extent = graph.type(value).shape[axis];
  for (size_t i = spread.size(); i-- > 0;) {
    axis = graph.node(spread[i]).attributes->axes("dimensions")[axis];
    if (graph.type({spread[i], 0}).shape[axis] != extent) return -1;
  }
  return axis;
}

// Triangles that hold all elements for which the mask has the given truth.
Triangles triangles_of(const Graph& graph, Value mask, bool truth) {
  const Node* node = &graph.node(mask.node);
  if (graph.type(mask).rank() < 2) return no_triangle;
  int64_t row = static_cast<int64_t>(graph.type(mask).shape.size()) - 2, column = row + 1;
  if (node->op == &ops::broadcast_in_dim) {
    const Axes& dimensions = node->attributes->axes("dimensions");
    const Value from = graph.inputs(mask.node)[0];
    const auto size = static_cast<int64_t>(dimensions.size());
    if (size < 2 || dimensions[size - 2] != row || dimensions[size - 1] != column) return no_triangle;
    row = size - 2, column = size - 1;
    mask = from;
    node = &graph.node(mask.node);
  }
  if (node->op != &ops::less && node->op != &ops::less_equal && node->op != &ops::equal &&
      node->op != &ops::not_equal)
    return no_triangle;
  const int64_t a = counted_axis(graph, graph.inputs(mask.node)[0]),
                b = counted_axis(graph, graph.inputs(mask.node)[1]);
  if (!(a == row && b == column) && !(a == column && b == row)) return no_triangle;
  if (node->op == &ops::equal) return truth ? both_triangles : no_triangle;
  if (node->op == &ops::not_equal) return truth ? no_triangle : both_triangles;
  return (a == row) == truth ? upper_triangle : lower_triangle;
}

// By node: the triangles that its readers don't mask out.
std::vector<Triangles> wanted_triangles(const Plan& plan) {
  const Graph& graph = *plan.program->graph;
  std::vector<Triangles> out(graph.size(), both_triangles);  // of nothing that is wanted
  for (const Output& output : plan.program->outputs) out[output.value.node] = no_triangle;
  for (uint32_t id = graph.size(); id-- > 0;) {
    if (plan.roles[id] == Role::dead) continue;
    const Node& node = graph.node(id);
    const std::span<const Value> inputs = graph.inputs(id);
    for (size_t i = 0; i < inputs.size(); i++) {
      Triangles wanted = no_triangle;
      if (node.op->kind == Kind::elementwise && graph.type(inputs[i]).shape == graph.type({id, 0}).shape) {
        wanted = out[id];
        if (node.op == &ops::select && i > 0) wanted |= triangles_of(graph, inputs[0], i == 1);
      }
      out[inputs[i].node] &= wanted;
    }
  }
  return out;
}

// The part of the results that leaving out the tiles above the diagonal leaves out. A tile is as wide as its
// vectors of columns, and about as high.
double left_out(const Product& product, unsigned vector_bits) {
  const std::optional<int64_t> rows = product.rows.number();
  if (!rows) return 0.5;  // of large matrices
  const auto n = static_cast<double>(*rows);
  const double lanes = vector_bits / 8 / static_cast<double>(size_of(product.dtype));
  const double tile = tile_vectors(vector_bits) * lanes, strips = std::ceil(n / tile);
  // Behind the first one, all strips of columns but the last are whole.
  const double above = (strips - 1) * (strips - 2) / 2 * tile * tile;
  const double last = std::max(strips - 1, 0.0) * tile * (n - (strips - 1) * tile);
  return n == 0 ? 0 : (above + last) / (n * n);
}

// Of a contraction of more elements than this, results that are left out save more than copying them takes:
// so many multiply-adds as are done in the time that copying half of the results takes.
int64_t mirrored_above(double left_out) {
  constexpr double copy = 8;  // multiply-adds in the time that a copied result takes
  return static_cast<int64_t>(copy / 2 / left_out);
}

}  // namespace

void choose_triangles(const Plan& plan, std::vector<Nest>& nests) {
  if (std::none_of(nests.begin(), nests.end(), [](const Nest& nest) { return nest.product != nullptr; }))
    return;
  const std::vector<Triangles> wanted = wanted_triangles(plan);
  for (Nest& nest : nests) {
    if (!nest.product) continue;
    Product product = *nest.product;
    const uint32_t node = nest.roots[0].node;
    const bool square = product.rows == product.columns;
    if (product.row_axes.size() == 1 && product.one_column_axis) product.wanted = wanted[node];
    // Outside of trees the upper triangle has no tiles of its own.
    const double part = square ? left_out(product, plan.options.vector_bits) : 0;
    const bool pays = part > 0 && !product.inner.is(0);
    if (nest.rows == Rows::none) product.wanted &= pays ? lower_triangle : no_triangle;
    if (pays && product.wanted == no_triangle) {
      product.mirrored_above = mirrored_above(part);
      const std::optional<int64_t> inner = product.inner.number();
      product.mirrored = (!inner || *inner > product.mirrored_above) && is_symmetric(plan, node);
      if (product.mirrored) product.wanted = lower_triangle;
    }
    nest.product = std::make_shared<Product>(std::move(product));
  }
}

}  // namespace wengert
