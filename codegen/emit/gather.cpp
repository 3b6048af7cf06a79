// Rows picked at run time: an index out of range reads nothing, gives the fill value and raises the flag.
#include <cmath>
#include <limits>

#include "codegen/emit/scope.h"
#include "codegen/llvm_types.h"
#include "runtime/kernel_abi.h"

namespace wengert {

Emitted Scope::gathered(uint32_t node, const Index& index) {
  const Graph& graph = emitter.graph();
  const Attributes& attributes = *graph.node(node).attributes;
  const uint32_t source = graph.inputs(node)[0].node, indices = graph.inputs(node)[1].node;
  const int64_t axis = attributes.get<int64_t>("axis"), picked = emitter.type(indices).rank();
  Index where, inner;
  where.axes.assign(index.axes.begin() + axis, index.axes.begin() + axis + picked);
  const Emitted row = at(indices, where);
  llvm::Type* wide = register_type(builder.getContext(), Dtype::i64, row.uniform ? 1 : lanes);
  llvm::Value* wanted = builder.CreateSExt(row.value, wide);
  llvm::Value* extent = emitter.extent(emitter.type(source).shape[axis]);
  if (!row.uniform) extent = builder.CreateVectorSplat(lanes, extent);
  // As unsigned numbers, negative indices are past the end.
  llvm::Value* inside = builder.CreateICmpULT(wanted, extent);
  AxisIndex chosen{row.uniform ? wanted : number(0), 0, depth, row.uniform ? nullptr : wanted};
  if (lanes == 1) chosen = {wanted, 0, depth, nullptr};
  inner.axes.assign(index.axes.begin(), index.axes.begin() + axis);
  inner.axes.push_back(chosen);
  inner.axes.insert(inner.axes.end(), index.axes.begin() + axis + picked, index.axes.end());
  return load_guarded(source, inner, {inside, row.uniform}, attributes.get<std::string>("fill") == "nan");
}

Emitted Scope::load_guarded(uint32_t node, const Index& index, Emitted inside, bool nan) {
  const Dtype dtype = emitter.type(node).dtype;
  llvm::Type* memory = memory_type(builder.getContext(), dtype);
  llvm::Value* pointer = emitter.pointer(node);
  const double fill = nan && is_float(dtype) ? std::numeric_limits<double>::quiet_NaN() : 0;
  const uint64_t bits = dtype == Dtype::f64   ? std::bit_cast<uint64_t>(fill)
                        : dtype == Dtype::f32 ? std::bit_cast<uint32_t>(static_cast<float>(fill))
                                              : 0;
  if (nan) {
    llvm::Value* outside = builder.CreateNot(inside.value);
    if (mask && !inside.uniform) outside = builder.CreateAnd(outside, mask);
    emitter.raise(builder, inside.uniform ? outside : builder.CreateOrReduce(outside),
                  WENGERT_INDEX_OUT_OF_RANGE);
  }
  const Address where = address(node, index);
  if (mask && (where.stride || where.offsets || !inside.uniform))
    inside = {builder.CreateAnd(in_lanes(inside), mask), false};
  // Lanes out of range read from a place of the kernel's own that holds the fill value.
  llvm::Value* harmless = emitter.allocate(builder, memory, lanes, "fill");
  store_elements(builder, dtype, constant_of_bits(builder.getContext(), dtype, bits, lanes), harmless, lanes);
  const bool uniform = lanes == 1 || (!where.stride && !where.offsets && inside.uniform);
  auto* constant = where.stride ? llvm::dyn_cast<llvm::ConstantInt>(where.stride) : nullptr;
  if (uniform || (inside.uniform && !where.offsets && constant && constant->isOne())) {
    llvm::Value* from =
        builder.CreateSelect(inside.value, builder.CreateGEP(memory, pointer, where.offset), harmless);
    return {load_elements(builder, dtype, from, uniform ? 1 : lanes), uniform};
  }
  llvm::Value* out = llvm::PoisonValue::get(register_type(builder.getContext(), dtype, lanes));
  for (unsigned i = 0; i < lanes; i++) {
    llvm::Value* offset = where.offsets ? builder.CreateExtractElement(where.offsets, i)
                          : where.stride
                              ? builder.CreateAdd(where.offset, builder.CreateMul(where.stride, number(i)))
                              : where.offset;
    llvm::Value* valid = inside.uniform ? inside.value : builder.CreateExtractElement(inside.value, i);
    llvm::Value* from = builder.CreateSelect(valid, builder.CreateGEP(memory, pointer, offset), harmless);
    out = builder.CreateInsertElement(out, load_elements(builder, dtype, from, 1), i);
  }
  return {out, false};
}

}  // namespace wengert
