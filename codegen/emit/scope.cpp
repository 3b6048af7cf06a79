#include "codegen/emit/scope.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"

namespace wengert {

constexpr unsigned most_spreads_ahead = 32;  // of a loop: what registers hold, twice with 16 of them

Scope::Scope(Emitter& e, Scope* p, unsigned l, llvm::BasicBlock* block)
    : emitter(e), parent(p), depth(p ? p->depth + 1 : 0), lanes(l), builder(block), edge(p && p->edge) {
  builder.setFastMathFlags(float_flags(e.compilation.options()));
}

static unsigned deepest(const Index& index) {
  unsigned out = 0;
  for (const AxisIndex& axis : index.axes) out = std::max(out, axis.depth);
  return out;
}

llvm::Value* Scope::in_lanes(const Emitted& value) {
  if (!value.uniform || lanes == 1) return value.value;
  // Ahead of the loop each would be a vector of the frame.
  if (!llvm::isa<llvm::Constant>(value.value) && ++spreads_ > most_spreads_ahead) keep_loads_inside();
  return builder.CreateVectorSplat(lanes, value.value);
}

Emitted Scope::at(uint32_t node, const Index& index) {
  if (llvm::Value* scalar = emitter.scalars[node]) return {scalar, true};
  if (emitter.type(node).is_scalar() && emitter.plan.roles[node] == Role::argument)
    return {emitter.entry.inputs[emitter.plan.storage[node].index], true};
  if (deepest(index) < depth) {
    // Lanes that do not exist here do not exist there.
    llvm::Value* const lent = parent->lanes == lanes && mask ? mask : parent->mask;
    llvm::Value* const own = std::exchange(parent->mask, lent);
    const Emitted made = parent->at(node, index);
    parent->mask = own;
    return made;
  }
  auto found = memo_.find({node, index});
  if (found != memo_.end()) return found->second;
  const Emitted made = emitter.plan.roles[node] == Role::inlined ? compute(node, index) : load(node, index);
  memo_.emplace(std::pair(node, index), made);
  return made;
}

void Scope::read_ahead(std::span<const uint32_t> roots, const Index& index) {
  for (uint32_t root : roots)
    if (const WrittenOver* over = emitter.plan.in_place(root))
      for (uint32_t node : over->ahead) at(node, index);
}

Emitted Scope::compute(uint32_t node, const Index& index) {
  switch (emitter.graph().node(node).op->kind) {
    case Kind::elementwise: return elementwise(node, index);
    case Kind::movement: return moved(node, index);
    case Kind::iota: return ramp(node, index);
    case Kind::gather: return gathered(node, index);
    case Kind::reshape: return without_ones(node, index);
    case Kind::pad: return padded(node, index);
    case Kind::constant:
      return {constant_of_bits(
                  builder.getContext(), emitter.type(node).dtype,
                  [&] {
                    const Tensor& t = emitter.graph().node(node).attributes->get<Tensor>("value");
                    uint64_t bits = 0;
                    std::memcpy(&bits, t.bytes.data(), t.bytes.size());
                    return bits;
                  }(),
                  1),
              true};
    default: break;
  }
  throw Error(Code::internal, fmt::format("the emitter met {} where a value at an index was wanted",
                                          emitter.graph().node(node).op->name));
}

// A call keeps half of the registers: of 16 that is too few for a loop. A function of few scalars would spend
// more on the frame that a call needs than on anything else, though the call is hardly ever made.
static SlowPaths* slow_paths(const Emitter& emitter, unsigned lanes) {
  constexpr size_t few_scalars = 16;
  const bool called = lanes > 1 ? emitter.compilation.target().vector_registers >= 32
                                : emitter.plan.scalars.size() > few_scalars;
  return called ? &emitter.compilation.slow_paths() : nullptr;
}

Emitted Scope::elementwise(uint32_t node, const Index& index) {
  std::vector<Emitted> operands;
  bool uniform = true;
  for (Value input : emitter.graph().inputs(node)) {
    operands.push_back(at(input.node, index));
    uniform = uniform && operands.back().uniform;
  }
  std::vector<llvm::Value*> values;
  for (const Emitted& operand : operands) values.push_back(uniform ? operand.value : in_lanes(operand));
  const Body& body = emitter.bodies.elementwise(emitter.graph(), node);
  const unsigned width = uniform ? 1 : lanes;
  return {emit_body(builder, body, values, width, slow_paths(emitter, width), &bodies_)[0], uniform};
}

Emitted Scope::moved(uint32_t node, const Index& index) {
  const Graph& graph = emitter.graph();
  const Node& n = graph.node(node);
  const uint32_t operand = graph.inputs(node)[0].node;
  if (graph.type({operand, 0}).is_scalar()) return at(operand, {});
  const Type* types[] = {&graph.type({operand, 0})};
  Index inner;
  for (const AxisMap& map : n.op->index_map(Call{*n.op, types, *n.attributes})) {
    if (map.result_axis < 0) {
      inner.axes.push_back({emitter.extent(map.offset), 0, 0, nullptr});
      continue;
    }
    AxisIndex axis = index.axes[map.result_axis];
    if (map.stride != 1 || !map.offset.is(0)) {
      Scope* home = this;  // computed where the index is, so that what hangs on it stays outside inner loops
      while (home->depth > axis.depth) home = home->parent;
      Builder& place = home->builder;
      llvm::Value* offset = emitter.extent(map.offset);
      if (axis.lanes)
        axis.lanes = place.CreateAdd(
            place.CreateMul(axis.lanes, llvm::ConstantInt::get(axis.lanes->getType(), map.stride, true)),
            place.CreateVectorSplat(home->lanes, offset));
      else
        axis.base = place.CreateAdd(place.CreateMul(axis.base, number(map.stride)), offset);
      axis.step *= map.stride;
    }
    inner.axes.push_back(axis);
  }
  return at(operand, inner);
}

llvm::Value* Scope::index_lanes(const AxisIndex& axis) {
  if (axis.lanes) return axis.lanes;
  if (lanes == 1) return axis.base;
  std::vector<llvm::Constant*> steps;
  for (unsigned i = 0; i < lanes; i++) steps.push_back(builder.getInt64(axis.step * static_cast<int64_t>(i)));
  return builder.CreateAdd(builder.CreateVectorSplat(lanes, axis.base), llvm::ConstantVector::get(steps));
}

Emitted Scope::ramp(uint32_t node, const Index& index) {
  const Attributes& attributes = *emitter.graph().node(node).attributes;
  if (const Extent* extent = attributes.find<Extent>("extent")) return {emitter.extent(*extent), true};
  const AxisIndex& axis = index.axes[attributes.get<int64_t>("axis")];
  const bool uniform = axis.step == 0 && !axis.lanes;
  llvm::Value* value = uniform ? axis.base : index_lanes(axis);
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Type* type = register_type(builder.getContext(), dtype, uniform ? 1 : lanes);
  if (is_float(dtype)) return {builder.CreateSIToFP(value, type), uniform};
  return {builder.CreateTrunc(value, type), uniform};
}

Emitted Scope::without_ones(uint32_t node, const Index& index) {
  const uint32_t operand = emitter.graph().inputs(node)[0].node;
  const Shape &from = emitter.type(operand).shape, &to = emitter.type(node).shape;
  std::vector<AxisIndex> kept;
  for (size_t i = 0; i < to.size(); i++)
    if (!to[i].is(1)) kept.push_back(index.axes[i]);
  Index inner;
  size_t next = 0;
  for (const Extent& extent : from) inner.axes.push_back(extent.is(1) ? AxisIndex{number(0)} : kept[next++]);
  return at(operand, inner);
}

Emitted Scope::padded(uint32_t node, const Index& index) {
  const Graph& graph = emitter.graph();
  const uint32_t operand = graph.inputs(node)[0].node, filling = graph.inputs(node)[1].node;
  const Attributes& attributes = *graph.node(node).attributes;
  const Shape &low = attributes.get<Shape>("low"), &high = attributes.get<Shape>("high");
  Index inner = index;
  for (size_t i = 0; i < inner.axes.size(); i++) {
    if (low[i].is(0)) continue;
    Scope* home = this;
    while (home->depth > index.axes[i].depth) home = home->parent;
    inner.axes[i].base = home->builder.CreateSub(inner.axes[i].base, emitter.extent(low[i]));
  }
  if (!edge) return at(operand, inner);
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Value* slot = emitter.allocate(builder, register_type(builder.getContext(), dtype, 1), 1, "padded");
  builder.CreateStore(at(filling, {}).value, slot);
  llvm::Value* inside = builder.getTrue();
  for (size_t i = 0; i < inner.axes.size(); i++)
    if (!low[i].is(0) || !high[i].is(0))
      inside = builder.CreateAnd(
          inside,
          builder.CreateICmpULT(inner.axes[i].base, emitter.extent(graph.type({operand, 0}).shape[i])));
  emit_loop(*this, {number(0), builder.CreateZExt(inside, builder.getInt64Ty())}, 1, 1,
            [&](Scope& valid, AxisIndex) {
              for (AxisIndex& axis : inner.axes) axis.depth = valid.depth;
              valid.builder.CreateStore(valid.at(operand, inner).value, slot);
            });
  return {builder.CreateLoad(register_type(builder.getContext(), dtype, 1), slot), true};
}

}  // namespace wengert
