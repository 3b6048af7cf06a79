#include "codegen/calling_convention.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/compiler.h"
#include "codegen/entry_checks.h"
#include "codegen/llvm_compat.h"
#include "codegen/llvm_types.h"
#include "ir/error.h"
#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

using llvm::IRBuilderBase;
using llvm::Value;

llvm::Function* add_function(Compilation& compilation, const std::string& name, llvm::Type* result,
                             const std::vector<llvm::Type*>& arguments) {
  if (compilation.module().getNamedValue(name))
    throw Error(Code::name, fmt::format("two functions of one object are called {}", name));
  auto* function = llvm::Function::Create(llvm::FunctionType::get(result, arguments, false),
                                          llvm::Function::ExternalLinkage, name, compilation.module());
  return function;
}

llvm::BasicBlock* add_block(llvm::Function* function, const char* name) {
  return llvm::BasicBlock::Create(function->getContext(), name, function);
}

bool by_value(const Argument& argument) { return argument.type.is_scalar(); }

std::vector<llvm::Type*> argument_types(llvm::LLVMContext& context, const Entry& entry) {
  llvm::Type* pointer = llvm::PointerType::get(context, 0);
  std::vector<llvm::Type*> types;
  for (const Argument& input : entry.inputs)
    types.push_back(by_value(input) ? memory_type(context, input.type.dtype) : pointer);
  types.insert(types.end(), entry.symbols.size(), llvm::Type::getInt64Ty(context));
  types.insert(types.end(), entry.outputs.size() - entry.donations.size() + 1, pointer);
  if (entry.threaded()) types.insert(types.end(), 2, pointer);
  return types;
}

/// Names, and what the ABI promises of each argument.
void describe_arguments(llvm::Function& function, const Entry& entry) {
  llvm::LLVMContext& context = function.getContext();
  const ArgumentNames names(entry);
  unsigned index = 0;
  auto pointer = [&](const std::string& name, size_t alignment) {
    llvm::Argument* argument = function.getArg(index++);
    argument->setName(name);
    // Inputs may overlap one another, but nothing that is written. parallel_for gets to see all of them.
    argument->addAttr(llvm::Attribute::NoAlias);
    if (!entry.threaded()) argument->addAttr(compat::no_capture(context));
    argument->addAttr(llvm::Attribute::getWithAlignment(context, llvm::Align(alignment)));
    return argument;
  };
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    const Dtype dtype = entry.inputs[i].type.dtype;
    if (!by_value(entry.inputs[i])) {
      llvm::Argument* array = pointer(names.inputs[i], size_of(dtype));
      if (!entry.output_of(i)) array->addAttr(llvm::Attribute::ReadOnly);
      continue;
    }
    llvm::Argument* argument = function.getArg(index++);
    argument->setName(names.inputs[i]);
    if (dtype == Dtype::boolean) argument->addAttr(llvm::Attribute::ZExt);
  }
  for (const std::string& symbol : names.symbols) function.getArg(index++)->setName(symbol);
  for (size_t i = 0; i < entry.outputs.size(); i++)
    if (!entry.donated_for(i)) pointer(names.outputs[i], size_of(entry.outputs[i].type.dtype));
  pointer("workspace", 1);
  if (!entry.threaded()) return;
  function.getArg(index++)->setName(parallel_for_name);
  function.getArg(index)->setName(context_name);
}

SymbolValues symbol_values(llvm::Function& function, const Entry& entry, unsigned first) {
  SymbolValues values;
  for (const std::string& symbol : entry.symbols) values[symbol] = function.getArg(first++);
  return values;
}

Value* is_null(IRBuilderBase& builder, Value* pointer) {
  return builder.CreateICmpEQ(pointer, llvm::ConstantPointerNull::get(builder.getPtrTy()));
}
Value* null_though(IRBuilderBase& builder, Value* pointer, Value* bytes) {
  return builder.CreateAnd(is_null(builder, pointer), builder.CreateICmpNE(bytes, builder.getInt64(0)));
}

/// Leaves the function with the code of the first reason that holds.
void refuse_if(IRBuilderBase& builder, const std::vector<std::pair<Value*, int>>& reasons) {
  llvm::Function* function = builder.GetInsertBlock()->getParent();
  Value *any = builder.getFalse(), *code = builder.getInt32(0);
  for (const auto& [reason, value] : reasons) any = builder.CreateOr(any, reason);
  if (any == builder.getFalse()) return;
  llvm::BasicBlock *refuse = add_block(function, "refuse"), *body = add_block(function, "body");
  builder.CreateCondBr(any, refuse, body,
                       llvm::MDBuilder(builder.getContext()).createUnlikelyBranchWeights());
  builder.SetInsertPoint(refuse);
  for (auto reason = reasons.rbegin(); reason != reasons.rend(); ++reason)
    code = builder.CreateSelect(reason->first, builder.getInt32(reason->second), code);
  builder.CreateRet(code);
  builder.SetInsertPoint(body);
}

void add_workspace_function(Compilation& compilation, const Entry& entry) {
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* function =
      add_function(compilation, entry.symbol + "_workspace", builder.getInt64Ty(),
                   std::vector<llvm::Type*>(entry.symbols.size(), builder.getInt64Ty()));
  builder.SetInsertPoint(add_block(function, "entry"));
  const SizeChecks checks = emit_size_checks(builder, entry, symbol_values(*function, entry, 0));
  Value* bad = builder.CreateOr(checks.bad_symbol, builder.CreateOr(checks.bad_extent, checks.overflow));
  Value* padded = builder.CreateAdd(checks.workspace, builder.getInt64(WENGERT_WORKSPACE_ALIGNMENT - 1));
  Value* none = builder.CreateICmpEQ(checks.workspace, builder.getInt64(0));
  Value* bytes = builder.CreateSelect(none, builder.getInt64(0), padded);
  builder.CreateRet(builder.CreateSelect(bad, builder.getInt64(UINT64_MAX), bytes));
}

void add_packed_workspace_function(Compilation& compilation, const Entry& entry) {
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* function = add_function(compilation, entry.symbol + "_packed_workspace",
                                          builder.getInt64Ty(), {builder.getPtrTy()});
  builder.SetInsertPoint(add_block(function, "entry"));
  std::vector<Value*> symbols;
  for (size_t i = 0; i < entry.symbols.size(); i++)
    symbols.push_back(
        builder.CreateLoad(builder.getInt64Ty(),
                           builder.CreateConstInBoundsGEP1_64(builder.getInt64Ty(), function->getArg(0), i)));
  builder.CreateRet(
      builder.CreateCall(compilation.module().getFunction(entry.symbol + "_workspace"), symbols));
}

void add_packed_function(Compilation& compilation, const Entry& entry, llvm::Function* callee) {
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Type* pointer = builder.getPtrTy();
  const std::vector<llvm::Type*> types(entry.threaded() ? 6 : 4, pointer);
  llvm::Function* function = add_function(compilation, entry.symbol + "_packed", builder.getInt32Ty(), types);
  builder.SetInsertPoint(add_block(function, "entry"));
  auto element = [&](unsigned list, llvm::Type* type, size_t index) {
    return builder.CreateLoad(type, builder.CreateConstInBoundsGEP1_64(type, function->getArg(list), index));
  };
  std::vector<Value*> arguments;
  Value* missing = builder.getFalse();
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    arguments.push_back(element(0, pointer, i));
    if (by_value(entry.inputs[i])) missing = builder.CreateOr(missing, is_null(builder, arguments[i]));
  }
  refuse_if(builder, {{missing, WENGERT_NULL_INPUT}});
  for (size_t i = 0; i < entry.inputs.size(); i++)
    if (by_value(entry.inputs[i])) {
      const Dtype dtype = entry.inputs[i].type.dtype;
      arguments[i] = builder.CreateAlignedLoad(memory_type(builder.getContext(), dtype), arguments[i],
                                               llvm::Align(size_of(dtype)));
    }
  for (size_t i = 0; i < entry.symbols.size(); i++) arguments.push_back(element(1, builder.getInt64Ty(), i));
  for (size_t i = 0; i < entry.outputs.size(); i++)
    if (!entry.donated_for(i)) arguments.push_back(element(2, pointer, i));
  for (unsigned i = 3; i < types.size(); i++) arguments.push_back(function->getArg(i));
  llvm::CallInst* call = builder.CreateCall(callee, arguments);
  call->setAttributes(callee->getAttributes());
  builder.CreateRet(call);
  // Where scalars lie, and they themselves as arguments.
  function->addFnAttr(frame_limit, std::to_string(WENGERT_MOST_FRAME_BYTES + 16 * arguments.size()));
}

}  // namespace

EntryPoint begin_entry(Compilation& compilation, const Entry& entry, IRBuilderBase& builder) {
  check_entry(entry);
  llvm::LLVMContext& context = compilation.context();
  EntryPoint point;
  point.function = add_function(compilation, entry.symbol, llvm::Type::getInt32Ty(context),
                                argument_types(context, entry));
  llvm::Function& function = *point.function;
  describe_arguments(function, entry);
  builder.SetInsertPoint(add_block(&function, "entry"));
  const unsigned first_symbol = static_cast<unsigned>(entry.inputs.size());
  unsigned next = first_symbol + static_cast<unsigned>(entry.symbols.size());
  point.symbols = symbol_values(function, entry, first_symbol);
  const SizeChecks checks = emit_size_checks(builder, entry, point.symbols);
  Value *null_input = builder.getFalse(), *null_output = builder.getFalse();
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    Value* argument = function.getArg(static_cast<unsigned>(i));
    if (!by_value(entry.inputs[i]))
      null_input = builder.CreateOr(null_input, null_though(builder, argument, checks.input_bytes[i]));
    else if (entry.inputs[i].type.dtype == Dtype::boolean)
      argument = builder.CreateICmpNE(argument, builder.getInt8(0));
    point.inputs.push_back(argument);
  }
  for (size_t i = 0; i < entry.outputs.size(); i++) {
    if (const std::optional<uint32_t> input = entry.donated_for(i)) {
      point.outputs.push_back(point.inputs[*input]);
      continue;
    }
    point.outputs.push_back(function.getArg(next++));
    null_output =
        builder.CreateOr(null_output, null_though(builder, point.outputs[i], checks.output_bytes[i]));
  }
  Value* workspace = function.getArg(next);
  if (entry.threaded()) {
    point.parallel_for = function.getArg(next + 1);
    point.context = function.getArg(next + 2);
  }
  refuse_if(builder, {{checks.bad_symbol, WENGERT_BAD_SYMBOL},
                      {checks.bad_extent, WENGERT_BAD_EXTENT},
                      {checks.overflow, WENGERT_SIZE_OVERFLOW},
                      {null_input, WENGERT_NULL_INPUT},
                      {null_output, WENGERT_NULL_OUTPUT},
                      {null_though(builder, workspace, checks.workspace), WENGERT_NULL_WORKSPACE}});
  point.workspace = workspace;
  if (!entry.workspace.is(0)) {
    Value* shifted =
        builder.CreateConstGEP1_64(builder.getInt8Ty(), workspace, WENGERT_WORKSPACE_ALIGNMENT - 1);
    point.workspace =
        builder.CreateIntrinsic(llvm::Intrinsic::ptrmask, {shifted->getType(), builder.getInt64Ty()},
                                {shifted, builder.getInt64(-WENGERT_WORKSPACE_ALIGNMENT)});
  }
  return point;
}

void end_entry(Compilation& compilation, const Entry& entry, IRBuilderBase& builder, Value* flags) {
  builder.CreateRet(flags ? flags : builder.getInt32(WENGERT_OK));
  add_workspace_function(compilation, entry);
  add_packed_workspace_function(compilation, entry);
  add_packed_function(compilation, entry, compilation.module().getFunction(entry.symbol));
}

}  // namespace wengert
