#include "codegen/emit_extent.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>

#include "codegen/llvm_integers.h"
#include "ir/error.h"

namespace wengert {

using llvm::IRBuilderBase;
using llvm::Value;

static Value* checked(IRBuilderBase& builder, llvm::Intrinsic::ID id, Value* a, Value* b, Value*& overflow) {
  Value* both = builder.CreateBinaryIntrinsic(id, a, b);
  overflow = builder.CreateOr(overflow, builder.CreateExtractValue(both, 1));
  return builder.CreateExtractValue(both, 0);
}

Value* checked_multiply(IRBuilderBase& builder, Value* a, Value* b, Value*& overflow) {
  return checked(builder, llvm::Intrinsic::smul_with_overflow, a, b, overflow);
}
Value* checked_add(IRBuilderBase& builder, Value* a, Value* b, Value*& overflow) {
  return checked(builder, llvm::Intrinsic::sadd_with_overflow, a, b, overflow);
}

namespace {

/// Checks when `overflow` and `divides_by_zero` are given.
struct ExtentEmitter {
  IRBuilderBase& builder;
  const SymbolValues& symbols;
  Value** overflow = nullptr;
  Value** divides_by_zero = nullptr;

  Value* multiply(Value* a, Value* b) {
    return overflow ? checked_multiply(builder, a, b, *overflow) : builder.CreateMul(a, b);
  }
  Value* add(Value* a, Value* b) {
    return overflow ? checked_add(builder, a, b, *overflow) : builder.CreateAdd(a, b);
  }

  Value* floor_divide(Value* a, Value* b) {
    Value *zero = builder.getInt64(0), *by_zero = builder.CreateICmpEQ(b, zero);
    if (overflow) {
      *divides_by_zero = builder.CreateOr(*divides_by_zero, by_zero);
      Value* lowest = builder.CreateICmpEQ(a, builder.getInt64(INT64_MIN));
      Value* negated = builder.CreateICmpEQ(b, builder.getInt64(-1));
      *overflow = builder.CreateOr(*overflow, builder.CreateAnd(lowest, negated));
    }
    Value* quotient = emit_divide(builder, a, b);
    Value* rest = builder.CreateSub(a, builder.CreateMul(quotient, b));
    Value* opposed = builder.CreateICmpSLT(builder.CreateXor(rest, b), zero);
    Value* rounds_up = builder.CreateAnd(builder.CreateICmpNE(rest, zero), opposed);
    Value* floored = builder.CreateSub(quotient, builder.CreateZExt(rounds_up, builder.getInt64Ty()));
    return builder.CreateSelect(by_zero, zero, floored);
  }

  Value* atom(const Extent::Atom& atom) {
    switch (atom.kind) {
      case Extent::Atom::Kind::symbol: {
        const auto found = symbols.find(atom.text);
        if (found == symbols.end())
          throw Error(Code::internal, fmt::format("code generation: no value for the symbol {}", atom.text));
        return found->second;
      }
      case Extent::Atom::Kind::floor_divide: return floor_divide(extent(atom.a), extent(atom.b));
      case Extent::Atom::Kind::minimum:
        return builder.CreateBinaryIntrinsic(llvm::Intrinsic::smin, extent(atom.a), extent(atom.b));
      case Extent::Atom::Kind::maximum:
        return builder.CreateBinaryIntrinsic(llvm::Intrinsic::smax, extent(atom.a), extent(atom.b));
    }
    throw Error(Code::internal, "unknown kind of extent");
  }

  Value* extent(const Extent& extent) {
    Value* sum = nullptr;
    for (const Extent::Term& term : extent.terms()) {
      Value* product =
          term.coefficient == 1 && !term.atoms.empty() ? nullptr : builder.getInt64(term.coefficient);
      for (const Extent::AtomPtr& factor : term.atoms)
        product = product ? multiply(product, atom(*factor)) : atom(*factor);
      sum = sum ? add(sum, product) : product;
    }
    return sum ? sum : builder.getInt64(0);
  }
};

}  // namespace

Value* emit_extent(IRBuilderBase& builder, const Extent& extent, const SymbolValues& symbols) {
  return ExtentEmitter{builder, symbols}.extent(extent);
}

Value* emit_checked_extent(IRBuilderBase& builder, const Extent& extent, const SymbolValues& symbols,
                           Value*& overflow, Value*& divides_by_zero) {
  return ExtentEmitter{builder, symbols, &overflow, &divides_by_zero}.extent(extent);
}

}  // namespace wengert
