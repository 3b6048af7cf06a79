#include "body_kernel.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/llvm_arithmetic.h"

namespace wengert::test {

void add_body_function(Compilation& compilation, const BodyCase& test, unsigned lanes) {
  llvm::LLVMContext& context = compilation.context();
  llvm::IRBuilder<> builder(context);
  llvm::Type *pointer = builder.getPtrTy(), *count_type = builder.getInt64Ty();
  auto* function = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {pointer, pointer, count_type}, false),
      llvm::Function::ExternalLinkage, test.name, compilation.module());
  auto* entry = llvm::BasicBlock::Create(context, "entry", function);
  auto* loop = llvm::BasicBlock::Create(context, "loop", function);
  auto* end = llvm::BasicBlock::Create(context, "end", function);
  builder.SetInsertPoint(entry);
  builder.CreateBr(loop);
  builder.SetInsertPoint(loop);
  llvm::PHINode* index = builder.CreatePHI(count_type, 2);
  index->addIncoming(builder.getInt64(0), entry);
  auto element = [&](unsigned argument, size_t which, Dtype dtype) {
    llvm::Value* base = builder.CreateLoad(
        pointer, builder.CreateConstInBoundsGEP1_64(pointer, function->getArg(argument), which));
    return builder.CreateInBoundsGEP(memory_type(context, dtype), base, index);
  };
  std::vector<llvm::Value*> inputs;
  for (size_t i = 0; i < test.body.inputs.size(); i++)
    inputs.push_back(load_elements(builder, test.body.inputs[i], element(0, i, test.body.inputs[i]), lanes));
  const std::vector<llvm::Value*> outputs = emit_body(builder, test.body, inputs, lanes);
  for (size_t i = 0; i < outputs.size(); i++) {
    const Dtype dtype = test.body.type(test.body.outputs[i]);
    store_elements(builder, dtype, outputs[i], element(1, i, dtype), lanes);
  }
  llvm::Value* next = builder.CreateAdd(index, builder.getInt64(lanes));
  index->addIncoming(next, builder.GetInsertBlock());
  builder.CreateCondBr(builder.CreateICmpSLT(next, function->getArg(2)), loop, end);
  builder.SetInsertPoint(end);
  builder.CreateRetVoid();
}

std::vector<char> compile_bodies(const std::vector<BodyCase>& cases, const Target& target, Tier tier,
                                 unsigned lanes) {
  Compilation compilation(target, {.tier = tier}, "bodies");
  for (const BodyCase& test : cases) add_body_function(compilation, test, lanes);
  return compilation.emit_object();
}

}  // namespace wengert::test
