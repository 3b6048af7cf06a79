// The values that a part uses from outside are stored in a struct by the entry, and read by the function that
// a worker runs,
//
//   void task(void *data, int64_t worker) {
//     for (int64_t part; (part = data->next++) < data->parts;) part_function(data->values…, part, worker);
//   }
//
// where the increment is atomic. So a worker that is late or slow takes fewer parts.
#include "codegen/emit/parallel.h"

#include "codegen/emit/outline.h"
#include "codegen/emit/streams.h"
#include "codegen/llvm_types.h"

namespace wengert {
namespace {

constexpr unsigned next_field = 0, parts_field = 1, first_capture = 2;

// The function that a worker runs.
llvm::Function* emit_task(Emitter& emitter, llvm::Function* part, llvm::StructType* data) {
  Builder b(part->getContext());
  llvm::Function* task = add_internal_function(emitter, "task", {b.getPtrTy(), b.getInt64Ty()});
  auto block = [&](const char* name) { return llvm::BasicBlock::Create(b.getContext(), name, task); };
  llvm::BasicBlock *begin = block("begin"), *next = block("next"), *work = block("work"), *end = block("end");
  b.SetInsertPoint(begin);
  auto field = [&](unsigned i) {
    return b.CreateLoad(data->getElementType(i), b.CreateStructGEP(data, task->getArg(0), i));
  };
  std::vector<llvm::Value*> arguments;
  for (unsigned i = first_capture; i < data->getNumElements(); i++) arguments.push_back(field(i));
  llvm::Value *parts = field(parts_field), *counter = b.CreateStructGEP(data, task->getArg(0), next_field);
  b.CreateBr(next);
  b.SetInsertPoint(next);
  llvm::Value* number = b.CreateAtomicRMW(llvm::AtomicRMWInst::Add, counter, b.getInt64(1),
                                          llvm::MaybeAlign(8), llvm::AtomicOrdering::Monotonic);
  b.CreateCondBr(b.CreateICmpSLT(number, parts), work, end);
  b.SetInsertPoint(work);
  arguments.push_back(number);
  arguments.push_back(task->getArg(1));
  b.CreateCall(part, arguments);
  b.CreateBr(next);
  b.SetInsertPoint(end);
  b.CreateRetVoid();
  return task;
}

// The work as a number; in floating point, since a count of operations may not fit 64 bits.
llvm::Value* emit_work(Emitter& emitter, const Extent& work) {
  Builder& b = emitter.setup();
  auto value = [&](const Extent::Atom& atom) {
    switch (atom.kind) {
      case Extent::Atom::Kind::symbol: return emitter.extent(Extent::symbol(atom.text));
      case Extent::Atom::Kind::floor_divide: return emitter.extent(Extent::floor_divide(atom.a, atom.b));
      case Extent::Atom::Kind::minimum: return emitter.extent(Extent::minimum(atom.a, atom.b));
      case Extent::Atom::Kind::maximum: return emitter.extent(Extent::maximum(atom.a, atom.b));
    }
    throw Error(Code::internal, "unknown kind of extent");
  };
  llvm::Value* sum = llvm::ConstantFP::get(b.getDoubleTy(), 0);
  for (const Extent::Term& term : work.terms()) {
    llvm::Value* product = llvm::ConstantFP::get(b.getDoubleTy(), static_cast<double>(term.coefficient));
    for (const Extent::AtomPtr& atom : term.atoms)
      product = b.CreateFMul(product, b.CreateSIToFP(value(*atom), b.getDoubleTy()));
    sum = b.CreateFAdd(sum, product);
  }
  return sum;
}

llvm::Value* lesser(Builder& b, llvm::Value* x, llvm::Value* y) {
  return b.CreateSelect(b.CreateICmpSLT(x, y), x, y);
}

bool is_at_most_one(llvm::Value* value) {
  auto* known = llvm::dyn_cast<llvm::ConstantInt>(value);
  return known && known->getSExtValue() <= 1;
}

// How many parts the work is enough for, at least one.
llvm::Value* emit_wanted_parts(Emitter& emitter, const Nest& nest, int64_t at_most) {
  Builder& b = emitter.setup();
  llvm::Value* least =
      llvm::ConstantFP::get(b.getDoubleTy(), static_cast<double>(emitter.plan.options.part_work));
  llvm::Value* most = llvm::ConstantFP::get(b.getDoubleTy(), static_cast<double>(at_most));
  llvm::Value* wanted = b.CreateFDiv(emit_work(emitter, nest.work), least);
  wanted = b.CreateSelect(b.CreateFCmpOLT(wanted, most), wanted, most);
  llvm::Value* parts = b.CreateFPToSI(wanted, b.getInt64Ty());
  return b.CreateSelect(b.CreateICmpSLT(parts, b.getInt64(1)), b.getInt64(1), parts);
}

llvm::Value* divided_up(Builder& b, llvm::Value* x, llvm::Value* y) {
  return b.CreateUDiv(b.CreateAdd(x, b.CreateSub(y, b.getInt64(1))), y);
}

}  // namespace

void emit_parallel(Scope& outer, const Nest& nest, llvm::Value* parts,
                   const std::function<void(Scope&, llvm::Value*)>& body) {
  Emitter& emitter = outer.emitter;
  const auto [part, captures] = outline(outer, Outline::part, [&](Scope& inner, llvm::Function& made) {
    body(inner, made.getArg(0));
    emit_stream_fence(emitter, inner.builder);
  });
  Builder& b = outer.builder;
  std::vector<llvm::Type*> fields{b.getInt64Ty(), b.getInt64Ty()};
  for (llvm::Value* value : captures) fields.push_back(value->getType());
  llvm::StructType* type = llvm::StructType::get(b.getContext(), fields);
  llvm::Value* data = emitter.allocate(b, type, 1, "data");
  b.CreateStore(b.getInt64(0), b.CreateStructGEP(type, data, next_field));
  b.CreateStore(parts, b.CreateStructGEP(type, data, parts_field));
  for (size_t i = 0; i < captures.size(); i++)
    b.CreateStore(captures[i], b.CreateStructGEP(type, data, first_capture + static_cast<unsigned>(i)));
  llvm::Function* task = emit_task(emitter, part, type);
  llvm::Value* given =
      b.CreateICmpNE(emitter.entry.parallel_for, llvm::ConstantPointerNull::get(b.getPtrTy()));
  llvm::Value* enough = b.CreateICmpSGT(emit_wanted_parts(emitter, nest, most_parts), outer.number(1));
  llvm::Value* threaded = b.CreateAnd(given, b.CreateAnd(enough, b.CreateICmpSGT(parts, outer.number(1))));
  auto when = [&](llvm::Value* condition, const std::function<void(Builder&)>& then) {
    emit_loop(outer, {outer.number(0), b.CreateZExt(condition, b.getInt64Ty())}, 1, outer.lanes,
              [&](Scope& scope, AxisIndex) { then(scope.builder); });
  };
  when(threaded, [&](Builder& then) {
    llvm::Type* arguments[] = {then.getPtrTy(), then.getInt64Ty(), then.getPtrTy(), then.getPtrTy()};
    llvm::Value* workers = lesser(then, parts, then.getInt64(nest.workers));
    then.CreateCall(llvm::FunctionType::get(then.getVoidTy(), arguments, false), emitter.entry.parallel_for,
                    {emitter.entry.context, workers, task, data});
  });
  when(b.CreateNot(threaded), [&](Builder& then) { then.CreateCall(task, {data, then.getInt64(0)}); });
}

void emit_in_parts(Scope& outer, const Nest& nest, Interval range, llvm::Value* granule, int64_t most,
                   const std::function<void(Scope&, Interval)>& body) {
  if (!outer.emitter.splits(nest)) return body(outer, range);
  Builder& b = outer.builder;
  llvm::Value* one = outer.number(1);
  llvm::Value* count = b.CreateSub(range.end, range.begin);
  llvm::Value* size = divided_up(b, count, emit_wanted_parts(outer.emitter, nest, most));
  size = b.CreateMul(divided_up(b, size, granule), granule);
  size = b.CreateSelect(b.CreateICmpSLT(size, one), one, size);
  llvm::Value* parts = divided_up(b, count, size);  // none is empty, but for the only one
  parts = b.CreateSelect(b.CreateICmpSLT(parts, one), one, parts);
  if (is_at_most_one(parts)) return body(outer, range);
  emit_parallel(outer, nest, parts, [&](Scope& scope, llvm::Value* part) {
    llvm::Value* begin = scope.builder.CreateAdd(range.begin, scope.builder.CreateMul(part, size));
    body(scope, {begin, lesser(scope.builder, scope.builder.CreateAdd(begin, size), range.end)});
  });
}

void emit_rows_in_parts(Scope& outer, const Nest& nest, const std::function<void(Scope&, Interval)>& body) {
  // Parts of a single axis begin where vectors do.
  const int64_t granule = nest.space.size() == 1 ? 64 : 1;
  emit_in_parts(outer, nest, outer.emitter.range(nest, 0), outer.number(granule), most_parts, body);
}

}  // namespace wengert
