#include "ir/evaluate_kinds.h"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "ir/interpret.h"
#include "ir/program.h"

namespace wengert {

const Body& BodyCache::elementwise(const Op& op, const Attributes& attributes,
                                   std::span<const Dtype> dtypes) {
  uint64_t packed = 1;
  for (Dtype dtype : dtypes) packed = packed * 8 + static_cast<uint64_t>(dtype);
  auto [found, added] = bodies_.try_emplace(Key{&op, &attributes, packed});
  if (!added) return found->second;
  Arithmetic m(dtypes);
  std::vector<Num> inputs;
  for (uint32_t i = 0; i < dtypes.size(); i++) inputs.push_back(m.input(i));
  const Num output = op.body(m, inputs, attributes);
  return found->second = m.finish({&output, 1});
}

const Body& BodyCache::elementwise(const Graph& graph, uint32_t node) {
  const Node& n = graph.node(node);
  std::vector<Dtype> dtypes;
  for (Value input : graph.inputs(node)) dtypes.push_back(graph.type(input).dtype);
  return elementwise(*n.op, *n.attributes, dtypes);
}

const Body& BodyCache::of_two(const Op& op, const TwoNumbers& step, Dtype dtype) {
  auto [found, added] = bodies_.try_emplace(Key{&op, nullptr, static_cast<uint64_t>(dtype)});
  if (!added) return found->second;
  const Dtype dtypes[] = {dtype, dtype};
  Arithmetic m(dtypes);
  const Num output = step(m, m.input(0), m.input(1));
  return found->second = m.finish({&output, 1});
}

std::vector<int64_t> strides_of(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0; step *= shape[i]) strides[i] = step;
  return strides;
}

bool advance(std::vector<int64_t>& index, const std::vector<int64_t>& shape) {
  for (size_t i = shape.size(); i-- > 0;) {
    if (++index[i] < shape[i]) return true;
    index[i] = 0;
  }
  return false;
}

namespace {

void copy_element(Tensor& to, int64_t i, const Tensor& from, int64_t k) {
  const size_t width = size_of(to.dtype);
  std::memcpy(to.bytes.data() + i * width, from.bytes.data() + k * width, width);
}

Tensor run_elementwise(EvaluationContext& context, const Op& op, const Attributes& attributes, Tensor out,
                       std::span<const Tensor* const> operands) {
  Dtype dtypes[8];
  const void* inputs[8];
  const int strides[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  if (operands.size() > 8) throw Error(Code::internal, "an elementwise op of more than 8 operands");
  for (size_t i = 0; i < operands.size(); i++)
    dtypes[i] = operands[i]->dtype, inputs[i] = operands[i]->bytes.data();
  const Body& body = context.bodies.elementwise(op, attributes, {dtypes, operands.size()});
  void* output = out.bytes.data();
  interpret(body, {inputs, operands.size()}, {strides, operands.size()}, {&output, 1}, out.count());
  return out;
}

Tensor run_movement(EvaluationContext& context, const IndexMap& map, Tensor out, const Tensor& x) {
  if (out.count() == 0) return out;
  const std::vector<int64_t> strides = strides_of(x.shape);
  std::vector<int64_t> step(out.shape.size(), 0);
  int64_t base = 0;
  for (size_t i = 0; i < map.size(); i++) {
    base += map[i].offset.evaluate(context.bindings) * strides[i];
    if (map[i].result_axis >= 0) step[map[i].result_axis] += map[i].stride * strides[i];
  }
  std::vector<int64_t> index(out.shape.size(), 0);
  int64_t i = 0;
  do {
    int64_t at = base;
    for (size_t k = 0; k < index.size(); k++) at += index[k] * step[k];
    copy_element(out, i++, x, at);
  } while (advance(index, out.shape));
  return out;
}

Tensor run_iota(EvaluationContext& context, const Attributes& attributes, Tensor out) {
  if (const Extent* extent = attributes.find<Extent>("extent")) {
    *out.data<int64_t>() = extent->evaluate(context.bindings);
    return out;
  }
  const int64_t axis = attributes.get<int64_t>("axis");
  const int64_t step = strides_of(out.shape)[axis], extent = out.shape[axis];
  for (int64_t i = 0; i < out.count(); i++) {
    const int64_t index = i / step % extent;
    if (out.dtype == Dtype::i64)
      out.data<int64_t>()[i] = index;
    else if (out.dtype == Dtype::i32)
      out.data<int32_t>()[i] = static_cast<int32_t>(index);
    else
      out.set(i, static_cast<double>(index));
  }
  return out;
}

// Copies x into out at `offset` along each axis with a stride.
void place_into(Tensor& out, const Tensor& x, const std::vector<int64_t>& offset,
                const std::vector<int64_t>& stride) {
  if (x.count() == 0) return;
  const std::vector<int64_t> strides = strides_of(out.shape);
  std::vector<int64_t> index(x.shape.size(), 0);
  int64_t i = 0;
  do {
    int64_t at = 0;
    for (size_t k = 0; k < index.size(); k++) at += (offset[k] + index[k] * stride[k]) * strides[k];
    copy_element(out, at, x, i++);
  } while (advance(index, x.shape));
}

Tensor run_pad(EvaluationContext& context, const Attributes& attributes, Tensor out, const Tensor& x,
               const Tensor& value) {
  for (int64_t i = 0; i < out.count(); i++) copy_element(out, i, value, 0);
  const std::vector<int64_t> offset = numbers(attributes.get<Shape>("low"), context.bindings);
  std::vector<int64_t> stride;
  for (int64_t interior : attributes.axes("interior")) stride.push_back(interior + 1);
  place_into(out, x, offset, stride);
  return out;
}

Tensor run_concatenate(const Attributes& attributes, Tensor out, std::span<const Tensor* const> parts) {
  const int64_t axis = attributes.get<int64_t>("axis");
  std::vector<int64_t> offset(out.shape.size(), 0), stride(out.shape.size(), 1);
  for (const Tensor* part : parts) {
    place_into(out, *part, offset, stride);
    offset[axis] += part->shape[axis];
  }
  return out;
}

int64_t index_at(const Tensor& indices, int64_t i) {
  return indices.dtype == Dtype::i64 ? indices.data<int64_t>()[i] : indices.data<int32_t>()[i];
}

// Sizes before and behind an axis.
struct Around {
  int64_t before = 1, extent, behind = 1;
};
Around around(const std::vector<int64_t>& shape, int64_t axis) {
  Around out;
  out.extent = shape[axis];
  for (int64_t i = 0; i < axis; i++) out.before *= shape[i];
  for (size_t i = axis + 1; i < shape.size(); i++) out.behind *= shape[i];
  return out;
}

Tensor run_gather(EvaluationContext& context, const Attributes& attributes, Tensor out, const Tensor& x,
                  const Tensor& indices) {
  const Around a = around(x.shape, attributes.get<int64_t>("axis"));
  const bool nan = attributes.get<std::string>("fill") == "nan";
  const int64_t n = indices.count();
  Tensor missing =
      Tensor::scalar(x.dtype, nan && is_float(x.dtype) ? std::numeric_limits<double>::quiet_NaN() : 0);
  for (int64_t b = 0; b < a.before; b++) {
    for (int64_t i = 0; i < n; i++) {
      const int64_t row = index_at(indices, i);
      const bool inside = row >= 0 && row < a.extent;
      if (!inside && nan && a.behind > 0) context.flags |= 1;
      for (int64_t k = 0; k < a.behind; k++)
        copy_element(out, (b * n + i) * a.behind + k, inside ? x : missing,
                     inside ? (b * a.extent + row) * a.behind + k : 0);
    }
  }
  return out;
}

Tensor run_scatter(EvaluationContext& context, const Attributes& attributes, const Tensor& x,
                   const Tensor& indices, const Tensor& updates) {
  Tensor out = x;
  const Around a = around(x.shape, attributes.get<int64_t>("axis"));
  const int64_t n = indices.count();
  for (int64_t b = 0; b < a.before; b++) {
    for (int64_t i = 0; i < n; i++) {
      const int64_t row = index_at(indices, i);
      if (row < 0 || row >= a.extent) {
        if (a.behind > 0) context.flags |= 1;
        continue;
      }
      for (int64_t k = 0; k < a.behind; k++) {
        const int64_t to = (b * a.extent + row) * a.behind + k, from = (b * n + i) * a.behind + k;
        switch (x.dtype) {
          case Dtype::f64: out.data<double>()[to] += updates.data<double>()[from]; break;
          case Dtype::f32: out.data<float>()[to] += updates.data<float>()[from]; break;
          case Dtype::i64: out.data<uint64_t>()[to] += updates.data<uint64_t>()[from]; break;
          default: out.data<uint32_t>()[to] += updates.data<uint32_t>()[from]; break;
        }
      }
    }
  }
  return out;
}

// A composite is evaluated by building what it expands to, in a graph of its own.
void run_composite(EvaluationContext& context, const Node& node, std::span<const Tensor* const> operands,
                   std::span<Tensor> results) {
  Graph graph;
  std::vector<Expr> inputs;
  for (size_t i = 0; i < operands.size(); i++) {
    inputs.push_back(graph.input(fmt::format("x{}", i), operands[i]->dtype,
                                 Shape(operands[i]->shape.begin(), operands[i]->shape.end())));
  }
  const std::vector<Expr> made = node.op->expand(inputs, *node.attributes);
  if (made.size() != results.size())
    throw Error(Code::internal, fmt::format("the composite op {} expands to {} values for its {} results",
                                            node.op->name, made.size(), results.size()));
  const std::vector<bool> needed = nodes_behind(made);
  ValueTable values(graph);
  for (size_t i = 0; i < operands.size(); i++) values[inputs[i].value()] = *operands[i];
  EvaluationContext inner{context.bindings, {}, 0};
  for (uint32_t id = 0; id < needed.size(); id++)
    if (needed[id] && graph.node(id).op->kind != Kind::input) values.evaluate(inner, id);
  context.flags |= inner.flags;
  for (size_t i = 0; i < made.size(); i++) results[i] = values[made[i].value()];
}

}  // namespace

// The value of a node with one result.
static Tensor evaluate_one(EvaluationContext& context, const Graph& graph, uint32_t id,
                           std::span<const Tensor* const> operands) {
  const Node& node = graph.node(id);
  const Attributes& attributes = *node.attributes;
  const Type& type = (*node.types)[0];
  const std::vector<int64_t> shape = numbers(type.shape, context.bindings);
  auto fresh = [&] { return Tensor(type.dtype, shape); };
  switch (node.op->kind) {
    case Kind::constant: return attributes.get<Tensor>("value");
    case Kind::iota: return run_iota(context, attributes, fresh());
    case Kind::elementwise: return run_elementwise(context, *node.op, attributes, fresh(), operands);
    case Kind::movement: {
      const Type* types[] = {&graph.type(graph.inputs(id)[0])};
      return run_movement(context, node.op->index_map(Call{*node.op, types, attributes}), fresh(),
                          *operands[0]);
    }
    case Kind::reshape: {
      Tensor out = *operands[0];
      out.shape = shape;
      return out;
    }
    case Kind::reduction: return evaluate_reduction(context, *node.op, attributes, *operands[0], shape);
    case Kind::arg_reduction:
      return evaluate_arg_reduction(context, *node.op, attributes, *operands[0], shape);
    case Kind::contraction: return evaluate_contraction(attributes, *operands[0], *operands[1], shape);
    case Kind::concatenate: return run_concatenate(attributes, fresh(), operands);
    case Kind::pad: return run_pad(context, attributes, fresh(), *operands[0], *operands[1]);
    case Kind::gather: return run_gather(context, attributes, fresh(), *operands[0], *operands[1]);
    case Kind::scatter: return run_scatter(context, attributes, *operands[0], *operands[1], *operands[2]);
    case Kind::composite:
    case Kind::input: break;
  }
  throw Error(Code::internal, fmt::format("the evaluator met the op {}", node.op->name));
}

void evaluate_node(EvaluationContext& context, const Graph& graph, uint32_t id,
                   std::span<const Tensor* const> operands, std::span<Tensor> results) {
  const Node& node = graph.node(id);
  if (node.op->kind == Kind::composite)
    run_composite(context, node, operands, results);
  else
    results[0] = evaluate_one(context, graph, id, operands);
}

void ValueTable::evaluate(EvaluationContext& context, uint32_t id) {
  operands_.clear();
  for (Value input : graph_.inputs(id)) operands_.push_back(&(*this)[input]);
  evaluate_node(context, graph_, id, operands_, of(id));
}

}  // namespace wengert
