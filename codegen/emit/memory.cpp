// Elements of stored arrays at an index, in registers: addresses, loads and stores. In a scope with a mask
// only the active lanes touch memory; the others read zeros.
#include <algorithm>

#include "codegen/emit/scope.h"
#include "codegen/llvm_types.h"

namespace wengert {

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

// The distance of neighbouring lanes where it is a known number, else 0.
static int64_t known_stride(llvm::Value* stride, llvm::Value* offsets) {
  auto* constant = stride && !offsets ? llvm::dyn_cast<llvm::ConstantInt>(stride) : nullptr;
  return constant ? constant->getSExtValue() : 0;
}

llvm::Value* Scope::pointers(llvm::Type* memory, llvm::Value* pointer, const Address& where) {
  llvm::Value* offsets = where.offsets;
  if (!offsets) {
    std::vector<llvm::Constant*> lane;
    for (unsigned i = 0; i < lanes; i++) lane.push_back(builder.getInt64(i));
    llvm::Value* stride = where.stride ? where.stride : number(0);
    offsets = builder.CreateAdd(
        builder.CreateVectorSplat(lanes, where.offset),
        builder.CreateMul(llvm::ConstantVector::get(lane), builder.CreateVectorSplat(lanes, stride)));
  }
  return builder.CreateGEP(memory, pointer, offsets);
}

llvm::Value* Scope::load_lane(Dtype dtype, llvm::Value* pointer, const Address& where, unsigned lane) {
  llvm::Value* offset = where.offset;
  if (where.offsets)
    offset = builder.CreateExtractElement(where.offsets, lane);
  else if (where.stride)
    offset = builder.CreateAdd(offset, builder.CreateMul(where.stride, number(lane)));
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  return load_elements(builder, dtype, builder.CreateGEP(memory, pointer, offset), 1);
}

llvm::Value* Scope::load_masked(Dtype dtype, llvm::Value* pointer, const Address& where) {
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  llvm::Type* type = llvm::FixedVectorType::get(memory, lanes);
  const llvm::Align alignment(size_of(dtype));
  llvm::Value* zeros = llvm::Constant::getNullValue(type);
  const int64_t stride = known_stride(where.stride, where.offsets);
  if (auto* known = llvm::dyn_cast<llvm::Constant>(mask); known && stride != 1) {
    // One by one: a gather takes as long for a few lanes as for all.
    llvm::Value* out = llvm::Constant::getNullValue(register_type(builder.getContext(), dtype, lanes));
    for (unsigned i = 0; i < lanes; i++)
      if (known->getAggregateElement(i)->isOneValue())
        out = builder.CreateInsertElement(out, load_lane(dtype, pointer, where, i), i);
    return out;
  }
  llvm::Value* loaded =
      stride == 1
          ? builder.CreateMaskedLoad(type, builder.CreateGEP(memory, pointer, where.offset), alignment, mask,
                                     zeros)
          : builder.CreateMaskedGather(type, pointers(memory, pointer, where), alignment, mask, zeros);
  return dtype == Dtype::boolean ? builder.CreateICmpNE(loaded, zeros) : loaded;
}

llvm::Value* Scope::load_lanes(Dtype dtype, llvm::Value* pointer, const Address& where) {
  if (mask) return load_masked(dtype, pointer, where);
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  const int64_t stride = known_stride(where.stride, where.offsets);
  if (stride == 1)
    return load_elements(builder, dtype, builder.CreateGEP(memory, pointer, where.offset), lanes);
  if (stride == -1) {
    llvm::Value* first = builder.CreateSub(where.offset, number(lanes - 1));
    return builder.CreateVectorReverse(
        load_elements(builder, dtype, builder.CreateGEP(memory, pointer, first), lanes));
  }
  llvm::Value* out = llvm::PoisonValue::get(register_type(builder.getContext(), dtype, lanes));
  for (unsigned i = 0; i < lanes; i++)
    out = builder.CreateInsertElement(out, load_lane(dtype, pointer, where, i), i);
  return out;
}

// Vectors of a cache line alone: two fetches a line take longer than they save (docs/decisions/fusion.md).
void Scope::fetch(Dtype dtype, llvm::Value* pointer, const Address& where, llvm::Value* ahead) {
  constexpr size_t line = 64;
  constexpr int to_read = 0, into_first_cache = 3, data = 1;
  if (known_stride(where.stride, where.offsets) != 1 || lanes * size_of(dtype) < line) return;
  llvm::Value* at = builder.CreateGEP(memory_type(builder.getContext(), dtype), pointer,
                                      builder.CreateAdd(where.offset, ahead));
  builder.CreateIntrinsic(
      llvm::Intrinsic::prefetch, {at->getType()},
      {at, builder.getInt32(to_read), builder.getInt32(into_first_cache), builder.getInt32(data)});
}

Emitted Scope::load(uint32_t node, const Index& index) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Value* pointer = emitter.pointer(node);
  const Address where = address(node, index);
  const bool uniform = lanes == 1 || (!where.stride && !where.offsets);
  if (llvm::Value* ahead = emitter.ahead(node); ahead && !uniform && !mask)
    fetch(dtype, pointer, where, ahead);
  if (!uniform) return {load_lanes(dtype, pointer, where), false};
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  return {load_elements(builder, dtype, builder.CreateGEP(memory, pointer, where.offset), 1), true};
}

void Scope::store_lanes(Dtype dtype, llvm::Value* value, llvm::Value* pointer) {
  if (!mask) return store_elements(builder, dtype, value, pointer, lanes);
  if (dtype == Dtype::boolean)
    value = builder.CreateZExt(value,
                               llvm::FixedVectorType::get(memory_type(builder.getContext(), dtype), lanes));
  builder.CreateMaskedStore(value, pointer, llvm::Align(size_of(dtype)), mask);
}

void Scope::store(uint32_t node, const Index& index, const Emitted& value) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Value* pointer = emitter.pointer(node);
  const Address where = address(node, index);
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  llvm::Value* all = in_lanes(value);
  if (lanes == 1 || known_stride(where.stride, where.offsets) == 1)
    return store_lanes(dtype, all, builder.CreateGEP(memory, pointer, where.offset));
  if (mask) {
    if (dtype == Dtype::boolean) all = builder.CreateZExt(all, llvm::FixedVectorType::get(memory, lanes));
    builder.CreateMaskedScatter(all, pointers(memory, pointer, where), llvm::Align(size_of(dtype)), mask);
    return;
  }
  for (unsigned i = 0; i < lanes; i++) {
    llvm::Value* offset = where.stride
                              ? builder.CreateAdd(where.offset, builder.CreateMul(where.stride, number(i)))
                              : where.offset;
    store_elements(builder, dtype, builder.CreateExtractElement(all, i),
                   builder.CreateGEP(memory, pointer, offset), 1);
  }
}

void Scope::store_run(uint32_t node, const Index& index, llvm::Value* values, unsigned count) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  store_elements(builder, dtype, values,
                 builder.CreateGEP(memory, emitter.pointer(node), address(node, index).offset), count);
}

}  // namespace wengert
