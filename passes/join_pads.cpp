// A sum of arrays that are zero but for a part each, such as the gradient by an array of which single
// elements are read: one concatenation of the parts. Exact: what a part is added to is +0, and x + 0 is what
// the sum gives there (-0 + 0 is 0). The guards of such a gradient are joined alike: bools, by or.
#include <algorithm>
#include <optional>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/passes.h"
#include "passes/rebuild.h"

namespace wengert {
namespace {

// A leaf of the sum: its elements [begin, end) along the axis are those of `part`.
struct Part {
  int64_t begin, end;
  Value part;
};

bool is_zero(const Graph& graph, Value value) {
  const Node& node = graph.node(value.node);
  if (node.op != &ops::constant) return false;
  const Tensor& zero = node.attributes->get<Tensor>("value");
  return std::ranges::all_of(zero.bytes, [](auto byte) { return byte == decltype(byte){}; });
}

bool joins(const Graph& graph, uint32_t id) {
  const Node& node = graph.node(id);
  const Dtype dtype = (*node.types)[0].dtype;
  return (node.op == &ops::add && is_float(dtype)) || (node.op == &ops::bit_or && dtype == Dtype::boolean);
}

// The only axis along which a pad with +0, without anything between elements, adds some; -1: it is not one.
int64_t padded_axis(const Graph& graph, Value value) {
  const Node& node = graph.node(value.node);
  if (node.op != &ops::pad || !is_zero(graph, graph.inputs(value.node)[1])) return -1;
  const Shape &low = node.attributes->get<Shape>("low"), &high = node.attributes->get<Shape>("high");
  const Axes& interior = node.attributes->axes("interior");
  int64_t found = -1;
  for (size_t axis = 0; axis < low.size(); axis++) {
    if (interior[axis] != 0) return -1;
    if (low[axis].is(0) && high[axis].is(0)) continue;
    const Extent& extent = graph.type(graph.inputs(value.node)[0]).shape[axis];
    if (found >= 0 || !low[axis].is_number() || !high[axis].is_number() || !extent.is_number()) return -1;
    if (*low[axis].number() < 0 || *high[axis].number() < 0) return -1;
    found = static_cast<int64_t>(axis);
  }
  return found;
}

class Joiner {
 public:
  explicit Joiner(const Program& program) : inner_(program.graph->size(), 0) {
    const Graph& graph = *program.graph;
    std::vector<uint32_t> reads(graph.size(), 0);
    for (uint32_t id = 0; id < graph.size(); id++)
      for (Value input : graph.inputs(id)) reads[input.node]++;
    for (const Output& output : program.outputs) reads[output.value.node] += 2;
    for (uint32_t id = 0; id < graph.size(); id++)
      if (joins(graph, id))
        for (Value input : graph.inputs(id))
          inner_[input.node] = graph.node(input.node).op == graph.node(id).op && reads[input.node] == 1;
  }

  /// Whether the node is a sum to be joined; its leaves are then those of replace().
  bool finds(const Graph& from, uint32_t id, const Graph& to, std::span<const Value> inputs) {
    if (!joins(from, id) || inner_[id]) return false;
    if (from.type({id, 0}).is_scalar() || !collect(from, id, to, inputs)) return false;
    std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.begin < b.begin; });
    for (size_t i = 1; i < parts_.size(); i++)
      if (parts_[i].begin < parts_[i - 1].end) return false;  // they overlap
    return true;
  }

  std::vector<Expr> replace(const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
    if (!finds(*from.graph, id, to, inputs)) return {};
    const Type& type = from.graph->type({id, 0});
    const bool adds = is_float(type.dtype);
    std::vector<Expr> all;
    const auto gap = [&](int64_t begin, int64_t end) {
      Type between = type;
      between.shape[static_cast<size_t>(axis_)] = end - begin;
      if (end > begin) all.push_back(zeros(to, between));
    };
    int64_t done = 0;
    for (const Part& part : parts_) {
      gap(done, part.begin);
      all.push_back(adds ? Expr(to, part.part) + 0.0 : Expr(to, part.part));
      done = part.end;
    }
    gap(done, *type.shape[static_cast<size_t>(axis_)].number());
    const Expr joined = concatenate(all, axis_);
    if (!other_) return {joined};
    const Expr other(to, *other_);
    return {adds ? other + joined : other | joined};
  }

 private:
  // The leaves of the sum: pads along one axis, at least two, and at most one other value. The list in `to`
  // has the shape of that in `from`: what lies within a sum is made again as it was.
  bool collect(const Graph& from, uint32_t id, const Graph& to, std::span<const Value> inputs) {
    parts_.clear();
    axis_ = -1;
    other_.reset();
    std::vector<std::pair<uint32_t, Value>> pending;
    for (size_t i = 0; i < inputs.size(); i++) pending.emplace_back(from.inputs(id)[i].node, inputs[i]);
    while (!pending.empty()) {
      const auto [old, value] = pending.back();
      pending.pop_back();
      if (inner_[old] && to.node(value.node).op == from.node(id).op) {
        for (size_t i = 0; i < 2; i++)
          pending.emplace_back(from.inputs(old)[i].node, to.inputs(value.node)[i]);
        continue;
      }
      const int64_t axis = padded_axis(to, value);
      if (axis < 0 || (axis_ >= 0 && axis != axis_)) {
        if (other_) return false;
        other_ = value;
        continue;
      }
      axis_ = axis;
      const size_t along = static_cast<size_t>(axis);
      const int64_t low = *to.node(value.node).attributes->get<Shape>("low")[along].number();
      const Value part = to.inputs(value.node)[0];
      parts_.push_back({low, low + *to.type(part).shape[along].number(), part});
    }
    return parts_.size() >= 2;
  }

  std::vector<char> inner_;  // by node: a sum that only one other sum reads
  std::vector<Part> parts_;
  int64_t axis_ = -1;
  std::optional<Value> other_;
};

}  // namespace

std::optional<Program> join_pads(const Program& program, const PassOptions&) {
  const Graph& graph = *program.graph;
  bool pads = false;
  for (uint32_t id = 0; id < graph.size() && !pads; id++) pads = graph.node(id).op == &ops::pad;
  if (!pads) return {};
  Joiner joiner(program);
  return rebuild(
      program,
      [&](const Program& from, uint32_t id) {
        return joiner.finds(*from.graph, id, *from.graph, from.graph->inputs(id));
      },
      [&](const Program& from, uint32_t id, Graph& to, std::span<const Value> inputs) {
        return joiner.replace(from, id, to, inputs);
      });
}

}  // namespace wengert
