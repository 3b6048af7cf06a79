#include "codegen/emit/streams.h"

#include <algorithm>

#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/TargetParser/Triple.h>

#include "codegen/llvm_types.h"

namespace wengert {
namespace {

// Bytes of all outputs, and of one of them.
int64_t beyond_caches(const Emitter& emitter) { return emitter.compilation.options().beyond_caches; }
int64_t worth_a_test(const Emitter& emitter) { return beyond_caches(emitter) / 24; }

Extent bytes_of(const Type& type) {
  return element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype));
}

Extent output_bytes(const Plan& plan) {
  Extent out = 0;
  for (const Output& output : plan.program->outputs)
    out = out + bytes_of(plan.program->graph->type(output.value));
  return out;
}

llvm::Value* at_least(Emitter& emitter, const Extent& bytes, int64_t least) {
  Builder& b = emitter.setup();
  return b.CreateICmpSGE(emitter.extent(bytes), b.getInt64(least));
}

bool never(const Extent& bytes, int64_t least) { return bytes.is_number() && *bytes.number() < least; }

// Whether the machine has such stores, and outputs may be large enough.
bool possible(const Emitter& emitter) {
  const Target& target = emitter.compilation.target();
  return llvm::Triple(target.triple).isX86() && target.vector_bits >= 256 &&
         !never(output_bytes(emitter.plan), beyond_caches(emitter));
}

}  // namespace

Streams::Streams(Emitter& emitter, const Nest& nest, unsigned lanes) : emitter_(emitter), lanes_(lanes) {
  if (lanes == 1 || !possible(emitter)) return;
  const Target& target = emitter.compilation.target();
  for (Value root : nest.roots) {
    const Type& type = emitter.type(root.node);
    if (emitter.plan.storage[root.node].kind != Storage::Kind::output || emitter.is_read(root.node) ||
        emitter.plan.in_place(root.node) ||  // its line was read
        is_fold(emitter.graph().node(root.node).op->kind) || type.dtype == Dtype::boolean ||
        lanes * size_of(type.dtype) * 8 != target.vector_bits || never(bytes_of(type), worth_a_test(emitter)))
      continue;
    roots_.push_back(root.node);
  }
  if (roots_.empty()) return;
  emitter.streams = true;
  Builder& b = emitter.setup();
  llvm::Value* first = b.CreatePtrToInt(emitter.pointer(roots_[0]), b.getInt64Ty());
  wanted_ = b.CreateAnd(at_least(emitter, output_bytes(emitter.plan), beyond_caches(emitter)),
                        at_least(emitter, bytes_of(emitter.type(roots_[0])), worth_a_test(emitter)));
  llvm::Value* apart = b.getInt64(0);
  for (size_t i = 1; i < roots_.size(); i++)
    apart =
        b.CreateOr(apart, b.CreateXor(first, b.CreatePtrToInt(emitter.pointer(roots_[i]), b.getInt64Ty())));
  apart = b.CreateAnd(apart, b.getInt64(target.vector_bits / 8 - 1));
  wanted_ = b.CreateAnd(wanted_, b.CreateICmpEQ(apart, b.getInt64(0)));
}

// Elements from the last whole vector's begin to the first one's.
llvm::Value* Streams::misaligned(Scope& scope, const Index& first) {
  Builder& b = scope.builder;
  const Dtype dtype = emitter_.type(roots_[0]).dtype;
  llvm::Value* at = b.CreateGEP(memory_type(b.getContext(), dtype), emitter_.pointer(roots_[0]),
                                scope.offset(roots_[0], first));
  llvm::Value* element =
      b.CreateUDiv(b.CreatePtrToInt(at, b.getInt64Ty()), scope.number(static_cast<int64_t>(size_of(dtype))));
  return b.CreateAnd(element, scope.number(lanes_ - 1));
}

llvm::Value* Streams::open(Scope& scope, const Index& first) {
  if (!wanted_) return nullptr;
  open_ = wanted_;
  Builder& b = scope.builder;
  llvm::Value* before = b.CreateAnd(b.CreateNeg(misaligned(scope, first)), scope.number(lanes_ - 1));
  return b.CreateSelect(open_, before, scope.number(0));
}

void Streams::open_here(Scope& scope, const Index& first) {
  if (!wanted_) return;
  Builder& b = scope.builder;
  open_ = b.CreateAnd(wanted_, b.CreateICmpEQ(misaligned(scope, first), scope.number(0)));
}

void Streams::store(Scope& scope, std::span<const uint32_t> roots, const Index& index) {
  std::vector<std::pair<llvm::Value*, llvm::Value*>> streamed;  // values, and where they go
  scope.read_ahead(roots, index);
  for (uint32_t root : roots) {
    const Emitted value = scope.compute(root, index);
    if (!open_ || scope.mask || std::find(roots_.begin(), roots_.end(), root) == roots_.end()) {
      scope.store(root, index, value);
      continue;
    }
    llvm::Type* memory = memory_type(scope.builder.getContext(), emitter_.type(root).dtype);
    llvm::Value* all = scope.in_lanes(value);
    streamed.emplace_back(all,
                          scope.builder.CreateGEP(memory, emitter_.pointer(root), scope.offset(root, index)));
  }
  if (streamed.empty()) return;
  // Nothing but the stores differs, so they alone are there twice.
  Builder& b = scope.builder;
  llvm::LLVMContext& context = b.getContext();
  llvm::Function* function = b.GetInsertBlock()->getParent();
  llvm::BasicBlock* around = llvm::BasicBlock::Create(context, "around", function);
  llvm::BasicBlock* through = llvm::BasicBlock::Create(context, "through", function);
  llvm::BasicBlock* stored = llvm::BasicBlock::Create(context, "stored", function);
  b.CreateCondBr(open_, around, through);
  b.SetInsertPoint(around);
  llvm::MDNode* once = llvm::MDNode::get(context, llvm::ConstantAsMetadata::get(b.getInt32(1)));
  for (auto [value, pointer] : streamed) {
    const llvm::Align whole(emitter_.compilation.target().vector_bits / 8);
    b.CreateAlignedStore(value, pointer, whole)->setMetadata(llvm::LLVMContext::MD_nontemporal, once);
  }
  b.CreateBr(stored);
  b.SetInsertPoint(through);
  for (auto [value, pointer] : streamed) {
    const auto element = value->getType()->getScalarSizeInBits() / 8;
    b.CreateAlignedStore(value, pointer, llvm::Align(element));
  }
  b.CreateBr(stored);
  b.SetInsertPoint(stored);
}

void emit_stream_fence(Emitter& emitter, Builder& builder) {
  if (!emitter.streams) return;
  llvm::LLVMContext& context = builder.getContext();
  llvm::Function* function = builder.GetInsertBlock()->getParent();
  llvm::BasicBlock* fence = llvm::BasicBlock::Create(context, "fence", function);
  llvm::BasicBlock* after = llvm::BasicBlock::Create(context, "fenced", function);
  builder.CreateCondBr(at_least(emitter, output_bytes(emitter.plan), beyond_caches(emitter)), fence, after);
  builder.SetInsertPoint(fence);
  builder.CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence, {}, {});
  builder.CreateBr(after);
  builder.SetInsertPoint(after);
}

}  // namespace wengert
