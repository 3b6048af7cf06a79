// A function is made where the builder stands, as if it were a loop's body. Then the values that it uses from
// outside become its arguments, but for sizes and addresses, which it computes again from the entry's
// arguments: so they take no place in the frame around it, and it can be seen which array an address is of.
#include "codegen/emit/outline.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <llvm/IR/Module.h>

namespace wengert {
namespace {

// The values that a function uses and another one has.
class Captures {
 public:
  /// `setup`: the block of the entry that computes sizes.
  Captures(llvm::Function& function, const llvm::BasicBlock* setup) : function_(function), setup_(setup) {
    for (llvm::BasicBlock& block : function)
      for (llvm::Instruction& instruction : block)
        for (llvm::Value* operand : instruction.operands()) collect(operand);
  }

  const std::vector<llvm::Value*>& values() const { return values_; }

  /// Puts arguments from number 0 on, and what is computed again of them, in the place of the values.
  void replace(llvm::Function& with) {
    for (size_t i = 0; i < values_.size(); i++) inside_[values_[i]] = with.getArg(static_cast<unsigned>(i));
    llvm::Instruction* first = &*with.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    for (llvm::Instruction* instruction : again_) {
      llvm::Instruction* copy = instruction->clone();
      copy->insertBefore(first->getIterator());
      rename(*copy);
      inside_[instruction] = copy;
    }
    for (llvm::BasicBlock& block : with)
      for (llvm::Instruction& instruction : block) rename(instruction);
  }

 private:
  bool outside(llvm::Value* value) const {
    if (auto* instruction = llvm::dyn_cast<llvm::Instruction>(value))
      return instruction->getFunction() != &function_;
    auto* argument = llvm::dyn_cast<llvm::Argument>(value);
    return argument && argument->getParent() != &function_;
  }

  // Sizes, and the whole numbers that addresses are made of.
  bool is_computed_again(const llvm::Instruction& instruction) const {
    switch (instruction.getOpcode()) {
      case llvm::Instruction::GetElementPtr: return true;
      case llvm::Instruction::Add:
      case llvm::Instruction::Sub:
      case llvm::Instruction::Mul:
      case llvm::Instruction::ICmp:
      case llvm::Instruction::Select:
        return instruction.getType()->isIntegerTy() || instruction.getParent() == setup_;
      default:
        return instruction.getParent() == setup_ &&
               (llvm::isa<llvm::BinaryOperator>(instruction) || llvm::isa<llvm::CastInst>(instruction));
    }
  }

  // Goes as deep as the expression of a size or an address.
  void collect(llvm::Value* value) {
    if (!outside(value) || !seen_.insert(value).second) return;
    auto* instruction = llvm::dyn_cast<llvm::Instruction>(value);
    if (!instruction || !is_computed_again(*instruction)) return values_.push_back(value);
    for (llvm::Value* operand : instruction->operands()) collect(operand);
    again_.push_back(instruction);  // behind what it is made of
  }

  void rename(llvm::Instruction& instruction) {
    for (llvm::Use& use : instruction.operands())
      if (auto found = inside_.find(use.get()); found != inside_.end()) use.set(found->second);
  }

  llvm::Function& function_;
  const llvm::BasicBlock* setup_;
  std::set<llvm::Value*> seen_;
  std::vector<llvm::Value*> values_;
  std::vector<llvm::Instruction*> again_;
  std::map<llvm::Value*, llvm::Value*> inside_;
};

const char* name_of(Outline::Kind kind) { return kind == Outline::part ? "part" : "nest"; }

void pass_flags(Emitter& emitter, Builder& builder, llvm::Value* own, Outline::Kind kind) {
  llvm::Type* type = builder.getInt32Ty();
  llvm::Value *flags = emitter.make_flags(), *raised = builder.CreateLoad(type, own);
  if (kind == Outline::part)
    builder.CreateAtomicRMW(llvm::AtomicRMWInst::Or, flags, raised, llvm::MaybeAlign(4),
                            llvm::AtomicOrdering::Monotonic);
  else
    builder.CreateStore(builder.CreateOr(builder.CreateLoad(type, flags), raised), flags);
}

// The body as a function of its own arguments, in which values of the entry stand as they are.
llvm::Function* emit_body(Scope& outer, Outline::Kind kind,
                          const std::function<void(Scope&, llvm::Function&)>& body) {
  Emitter& emitter = outer.emitter;
  const std::vector<llvm::Type*> own(kind == Outline::part ? 2 : 0, outer.builder.getInt64Ty());
  llvm::Function* function = add_internal_function(emitter, name_of(kind), own);
  llvm::BasicBlock* setup = llvm::BasicBlock::Create(outer.builder.getContext(), "setup", function);
  llvm::BasicBlock* start = llvm::BasicBlock::Create(outer.builder.getContext(), "start", function);
  Builder local(setup);
  local.SetInsertPoint(local.CreateBr(start));
  llvm::Value* worker = kind == Outline::part ? function->getArg(1) : emitter.worker();
  emitter.enter({.function = function, .worker = worker, .local = &local});
  Scope inner(emitter, &outer, outer.lanes, start);
  body(inner, *function);
  llvm::Value* flags = emitter.flags();
  emitter.leave();
  if (flags) pass_flags(emitter, inner.builder, flags, kind);
  inner.builder.CreateRetVoid();
  return function;
}

// The same with the captures as arguments in front.
llvm::Function* with_arguments(Emitter& emitter, llvm::Function* made, Outline::Kind kind,
                               Captures& captures) {
  std::vector<llvm::Type*> types;
  for (llvm::Value* value : captures.values()) types.push_back(value->getType());
  for (llvm::Argument& argument : made->args()) types.push_back(argument.getType());
  llvm::Function* function = add_internal_function(emitter, name_of(kind), types);
  function->splice(function->begin(), made);
  const auto count = static_cast<unsigned>(captures.values().size());
  for (unsigned i = 0; i < made->arg_size(); i++)
    made->getArg(i)->replaceAllUsesWith(function->getArg(count + i));
  captures.replace(*function);
  made->eraseFromParent();
  function->addFnAttr(llvm::Attribute::NoInline);
  llvm::LLVMContext& context = function->getContext();
  for (unsigned i = 0; i < count; i++) {
    llvm::Value* value = captures.values()[i];
    if (value == emitter.entry.workspace) function->getArg(i)->addAttr(llvm::Attribute::NoAlias);
    if (auto* argument = llvm::dyn_cast<llvm::Argument>(value))
      function->addParamAttrs(
          i, llvm::AttrBuilder(context,
                               argument->getParent()->getAttributes().getParamAttrs(argument->getArgNo())));
  }
  return function;
}

}  // namespace

llvm::Function* add_internal_function(Emitter& emitter, const char* what,
                                      const std::vector<llvm::Type*>& arguments) {
  llvm::Module& module = emitter.compilation.module();
  llvm::Type* none = llvm::Type::getVoidTy(module.getContext());
  return llvm::Function::Create(llvm::FunctionType::get(none, arguments, false),
                                llvm::Function::InternalLinkage,
                                fmt::format("{}.{}", emitter.entry.function->getName().str(), what), module);
}

Outline outline(Scope& outer, Outline::Kind kind, const std::function<void(Scope&, llvm::Function&)>& body) {
  Emitter& emitter = outer.emitter;
  llvm::Function* made = emit_body(outer, kind, body);
  Captures captures(*made, emitter.setup().GetInsertBlock());
  return {with_arguments(emitter, made, kind, captures), captures.values()};
}

void emit_apart(Scope& outer, const std::function<void(Scope&)>& body) {
  const auto [function, captures] =
      outline(outer, Outline::nest, [&](Scope& inner, llvm::Function&) { body(inner); });
  outer.builder.CreateCall(function, captures);
}

}  // namespace wengert
