// Which contractions are matrix products, and where their factors lie.
#include <algorithm>

#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/summation.h"

namespace wengert {
namespace {

// An array's elements through the movements that are inlined between it and a reader: strides by axis.
struct Elements {
  uint32_t array = 0;
  Extent offset = 0;
  Shape strides;
};

Shape strides_of_shape(const Shape& shape) {
  Shape out(shape.size(), 0);
  Extent step = 1;
  for (size_t i = shape.size(); i-- > 0; step = step * shape[i]) out[i] = step;
  return out;
}

// A reshape between shapes that differ by axes of extent 1: the strides of the other axes, in order.
Shape strides_with_ones(const Shape& from, const Shape& strides, const Shape& to) {
  Shape kept, out;
  for (size_t i = 0; i < from.size(); i++)
    if (!from[i].is(1)) kept.push_back(strides[i]);
  size_t next = 0;
  for (const Extent& extent : to) out.push_back(extent.is(1) ? Extent(0) : kept[next++]);
  return out;
}

// Composes the inlined movements from the array outwards.
std::optional<Elements> elements_of(const Plan& plan, uint32_t node) {
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> path;
  while (plan.roles[node] == Role::inlined) {
    const Kind kind = graph.node(node).op->kind;
    if (kind != Kind::movement && kind != Kind::reshape) return std::nullopt;
    path.push_back(node);
    node = graph.inputs(node)[0].node;
  }
  const Type& type = graph.type({node, 0});
  if (type.is_scalar() || plan.roles[node] == Role::scalar) return std::nullopt;
  Elements out{node, 0, strides_of_shape(type.shape)};
  for (size_t i = path.size(); i-- > 0;) {
    const Node& moved = graph.node(path[i]);
    const Type& from = graph.type(graph.inputs(path[i])[0]);
    const Shape& to = graph.type({path[i], 0}).shape;
    if (moved.op->kind == Kind::reshape) {
      out.strides = strides_with_ones(from.shape, out.strides, to);
      continue;
    }
    const Type* types[] = {&from};
    const IndexMap map = moved.op->index_map(Call{*moved.op, types, *moved.attributes});
    Shape strides(to.size(), 0);
    for (size_t axis = 0; axis < map.size(); axis++) {
      out.offset = out.offset + map[axis].offset * out.strides[axis];
      if (map[axis].result_axis >= 0)
        strides[map[axis].result_axis] =
            strides[map[axis].result_axis] + out.strides[axis] * map[axis].stride;
    }
    out.strides = std::move(strides);
  }
  return out;
}

Extent count_of(const Shape& shape, const Axes& axes) {
  Extent out = 1;
  for (int64_t axis : axes) out = out * shape[axis];
  return out;
}

// The stride of axes taken as one index, if they are that.
std::optional<Extent> joint_stride(const Shape& shape, const Shape& strides, const Axes& axes) {
  std::optional<Extent> out;
  Extent behind = 1;
  for (size_t i = axes.size(); i-- > 0;) {
    const Extent& extent = shape[axes[i]];
    if (extent.is(1)) continue;
    if (!out) out = strides[axes[i]];
    if (strides[axes[i]] != *out * behind) return std::nullopt;
    behind = behind * extent;
  }
  return out ? out : Extent(0);
}

std::optional<ProductFactor> factor(const Plan& plan, uint32_t node, const Axes& batch, const Axes& outer,
                                    const Axes& inner) {
  const std::optional<Elements> elements = elements_of(plan, node);
  if (!elements) return std::nullopt;
  const Shape& shape = plan.program->graph->type({node, 0}).shape;
  const std::optional<Extent> along = joint_stride(shape, elements->strides, outer),
                              across = joint_stride(shape, elements->strides, inner);
  if (!along || !across) return std::nullopt;
  ProductFactor out{elements->array, elements->offset, {}, *along, *across};
  for (int64_t axis : batch) out.batch.push_back(elements->strides[axis]);
  return out;
}

// Bytes, rounded up to whole cache lines.
Extent lines(const Extent& elements, Dtype dtype) {
  const int64_t line = 64 / static_cast<int64_t>(size_of(dtype));
  return Extent::floor_divide(elements + (line - 1), line) * 64;
}

Packing packing(const Extent& elements, const Extent& lines, const Extent& step, Dtype dtype,
                const PackingRule& rule) {
  const int64_t size = static_cast<int64_t>(size_of(dtype));
  const bool pages = step.is_number() && *step.number() * size % PackingRule::page == 0;
  const int64_t least = pages || !step.is_number() ? rule.page_bytes : rule.bytes;
  const bool small = elements.is_number() && *elements.number() <= least / size;
  const bool few = lines.is_number() && *lines.number() < rule.lines;
  if (small || few) return Packing::never;
  const bool decided = step.is_number() || (elements.is_number() && *elements.number() > rule.bytes / size);
  return elements.is_number() && lines.is_number() && decided ? Packing::always : Packing::by_size;
}

void choose_packing(Product& product) {
  const int64_t size = static_cast<int64_t>(size_of(product.dtype));
  product.pack_left = packing(product.rows * product.inner, product.columns * size, product.left.inner,
                              product.dtype, left_packing);
  // Tiles take vectors of columns.
  product.pack_right = product.columns_adjacent() ? packing(product.columns * product.inner, product.rows,
                                                            product.right.inner, product.dtype, right_packing)
                                                  : Packing::always;
}

void count_scratch(Product& product) {
  const Dtype dtype = product.dtype;
  const Extent inner = Extent::minimum(product.inner, ProductBlocks::inner);
  product.right_at = product.left_at = 0;
  if (product.pack_left != Packing::never)
    product.right_at = lines(Extent::minimum(product.rows, ProductBlocks::rows(dtype)) * inner, dtype);
  product.sums_at = product.right_at;
  if (product.pack_right != Packing::never)
    product.sums_at =
        product.right_at + lines(Extent::minimum(product.columns, ProductBlocks::columns) * inner, dtype);
  product.scratch = product.sums_at;
  if (product.first.is_number() && *product.first.number() < summation::long_extent) return;
  const Extent block = Extent::minimum(product.rows, ProductBlocks::chunked_rows) *
                       Extent::minimum(product.columns, ProductBlocks::chunked_columns);
  product.scratch = product.sums_at + lines(block * sum_levels, dtype);
}

}  // namespace

std::optional<Product> product_of(const Plan& plan, uint32_t node) {
  const Graph& graph = *plan.program->graph;
  const Attributes& attributes = *graph.node(node).attributes;
  const Type &left = graph.type(graph.inputs(node)[0]), &right = graph.type(graph.inputs(node)[1]);
  const Axes &left_batch = attributes.axes("lhs_batch"), &right_batch = attributes.axes("rhs_batch");
  const Axes &left_inner = attributes.axes("lhs_contract"), &right_inner = attributes.axes("rhs_contract");
  if (!is_float(left.dtype) || left_inner.empty() || attributes.get<std::string>("order") != "chain")
    return std::nullopt;
  auto others = [](Axes used, const Axes& more, int64_t rank) {
    used.insert(used.end(), more.begin(), more.end());
    return other_axes(used, rank);
  };
  const Axes rows = others(left_batch, left_inner, left.rank()),
             columns = others(right_batch, right_inner, right.rank());
  if (rows.empty() || columns.empty()) return std::nullopt;
  const std::optional<ProductFactor> a =
      factor(plan, graph.inputs(node)[0].node, left_batch, rows, left_inner);
  const std::optional<ProductFactor> b =
      factor(plan, graph.inputs(node)[1].node, right_batch, columns, right_inner);
  if (!a || !b) return std::nullopt;
  Product out{.dtype = left.dtype, .left = *a, .right = *b};
  for (int64_t axis : left_batch) out.batch.push_back(left.shape[axis]);
  for (int64_t axis : rows) out.row_axes.push_back(left.shape[axis]);
  out.one_column_axis = columns.size() == 1;
  out.rows = count_of(left.shape, rows);
  out.columns = count_of(right.shape, columns);
  out.inner = count_of(left.shape, left_inner);
  out.first = left.shape[left_inner[0]];
  out.behind = count_of(left.shape, Axes(left_inner.begin() + 1, left_inner.end()));
  choose_packing(out);
  count_scratch(out);
  return out;
}

}  // namespace wengert
