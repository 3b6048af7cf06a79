#include "codegen/emit/scope.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "codegen/llvm_arithmetic.h"
#include "codegen/llvm_types.h"
#include "runtime/kernel_abi.h"

namespace wengert {

Scope::Scope(Emitter& e, Scope* p, unsigned l, llvm::BasicBlock* block)
    : emitter(e), parent(p), depth(p ? p->depth + 1 : 0), lanes(l), builder(block) {
  builder.setFastMathFlags(float_flags(e.compilation.options()));
}

static unsigned deepest(const Index& index) {
  unsigned out = 0;
  for (const AxisIndex& axis : index.axes) out = std::max(out, axis.depth);
  return out;
}

llvm::Value* Scope::in_lanes(const Emitted& value) {
  if (!value.uniform || lanes == 1) return value.value;
  return builder.CreateVectorSplat(lanes, value.value);
}

Emitted Scope::at(uint32_t node, const Index& index) {
  if (llvm::Value* scalar = emitter.scalars[node]) return {scalar, true};
  if (emitter.type(node).is_scalar() && emitter.plan.roles[node] == Role::argument)
    return {emitter.entry.inputs[emitter.plan.storage[node].index], true};
  if (deepest(index) < depth) return parent->at(node, index);
  auto found = memo_.find({node, index});
  if (found != memo_.end()) return found->second;
  const Emitted made = emitter.plan.roles[node] == Role::inlined ? compute(node, index) : load(node, index);
  memo_.emplace(std::pair(node, index), made);
  return made;
}

Emitted Scope::compute(uint32_t node, const Index& index) {
  switch (emitter.graph().node(node).op->kind) {
    case Kind::elementwise: return elementwise(node, index);
    case Kind::movement: return moved(node, index);
    case Kind::iota: return ramp(node, index);
    case Kind::gather: return gathered(node, index);
    case Kind::reshape: return without_ones(node, index);
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

Emitted Scope::elementwise(uint32_t node, const Index& index) {
  const Node& n = emitter.graph().node(node);
  std::vector<Dtype> dtypes;
  std::vector<Emitted> operands;
  bool uniform = true;
  for (Value input : emitter.graph().inputs(node)) {
    operands.push_back(at(input.node, index));
    dtypes.push_back(emitter.type(input.node).dtype);
    uniform = uniform && operands.back().uniform;
  }
  std::vector<llvm::Value*> values;
  for (const Emitted& operand : operands) values.push_back(uniform ? operand.value : in_lanes(operand));
  const Body& body = emitter.bodies.elementwise(*n.op, *n.attributes, dtypes);
  return {emit_body(builder, body, values, uniform ? 1 : lanes)[0], uniform};
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

Scope::Address Scope::address(uint32_t node, const Index& index) {
  Address out;
  out.offset = number(0);
  if (index.flat) {
    out.offset = index.axes[0].base;
    out.stride = index.axes[0].step ? number(index.axes[0].step) : nullptr;
    return out;
  }
  const std::vector<llvm::Value*>& strides = emitter.strides(node);
  const bool scattered =
      std::any_of(index.axes.begin(), index.axes.end(), [](const AxisIndex& a) { return a.lanes; });
  for (size_t i = 0; i < index.axes.size(); i++) {
    const AxisIndex& axis = index.axes[i];
    if (scattered && (axis.lanes || axis.step)) {
      llvm::Value* part = builder.CreateMul(
          index_lanes(axis), lanes == 1 ? strides[i] : builder.CreateVectorSplat(lanes, strides[i]));
      out.offsets = out.offsets ? builder.CreateAdd(out.offsets, part) : part;
      continue;
    }
    out.offset = builder.CreateAdd(out.offset, builder.CreateMul(axis.base, strides[i]));
    if (!axis.step) continue;
    llvm::Value* part = builder.CreateMul(strides[i], number(axis.step));
    out.stride = out.stride ? builder.CreateAdd(out.stride, part) : part;
  }
  if (out.offsets && lanes > 1)
    out.offsets = builder.CreateAdd(out.offsets, builder.CreateVectorSplat(lanes, out.offset));
  else if (out.offsets)
    out.offset = builder.CreateAdd(out.offsets, out.offset), out.offsets = nullptr;
  return out;
}

llvm::Value* Scope::load_lanes(Dtype dtype, llvm::Value* pointer, const Address& where) {
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  auto element = [&](llvm::Value* offset) {
    return load_elements(builder, dtype, builder.CreateGEP(memory, pointer, offset), 1);
  };
  auto* constant = where.stride ? llvm::dyn_cast<llvm::ConstantInt>(where.stride) : nullptr;
  if (!where.offsets && constant && constant->isOne())
    return load_elements(builder, dtype, builder.CreateGEP(memory, pointer, where.offset), lanes);
  if (!where.offsets && constant && constant->isMinusOne()) {
    llvm::Value* first = builder.CreateSub(where.offset, number(lanes - 1));
    return builder.CreateVectorReverse(
        load_elements(builder, dtype, builder.CreateGEP(memory, pointer, first), lanes));
  }
  llvm::Value* out = llvm::PoisonValue::get(register_type(builder.getContext(), dtype, lanes));
  for (unsigned i = 0; i < lanes; i++) {
    llvm::Value* offset = where.offsets
                              ? builder.CreateExtractElement(where.offsets, i)
                              : builder.CreateAdd(where.offset, builder.CreateMul(where.stride, number(i)));
    out = builder.CreateInsertElement(out, element(offset), i);
  }
  return out;
}

Emitted Scope::load(uint32_t node, const Index& index) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Value* pointer = emitter.pointer(node);
  const Address where = address(node, index);
  const bool uniform = lanes == 1 || (!where.stride && !where.offsets);
  if (!uniform) return {load_lanes(dtype, pointer, where), false};
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  return {load_elements(builder, dtype, builder.CreateGEP(memory, pointer, where.offset), 1), true};
}

void Scope::store(uint32_t node, const Index& index, const Emitted& value) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Value* pointer = emitter.pointer(node);
  const Address where = address(node, index);
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  auto* constant = where.stride ? llvm::dyn_cast<llvm::ConstantInt>(where.stride) : nullptr;
  if (lanes == 1 || (constant && constant->isOne())) {
    store_elements(builder, dtype, in_lanes(value), builder.CreateGEP(memory, pointer, where.offset), lanes);
    return;
  }
  llvm::Value* all = in_lanes(value);
  for (unsigned i = 0; i < lanes; i++) {
    llvm::Value* offset = where.stride
                              ? builder.CreateAdd(where.offset, builder.CreateMul(where.stride, number(i)))
                              : where.offset;
    store_elements(builder, dtype, builder.CreateExtractElement(all, i),
                   builder.CreateGEP(memory, pointer, offset), 1);
  }
}

}  // namespace wengert
