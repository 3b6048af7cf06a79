#include "codegen/llvm_tables.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include "codegen/llvm_types.h"
#include "codegen/target.h"

namespace wengert {
namespace {

using llvm::IRBuilderBase;
using llvm::Value;
namespace Intrinsic = llvm::Intrinsic;

constexpr const char* permuted_bits = "wengert.permuted_bits";

/// The table as a private constant of the module; the name finds an equal one that is there already.
llvm::Constant* table_constant(llvm::Module& module, llvm::Type* type, const std::vector<uint64_t>& entries) {
  std::vector<llvm::Constant*> elements;
  uint64_t hash = entries.size();
  for (uint64_t entry : entries) {
    elements.push_back(element_of_bits(type, entry));
    hash = (hash ^ entry) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  llvm::Constant* contents = llvm::ConstantArray::get(llvm::ArrayType::get(type, entries.size()), elements);
  const std::string name = fmt::format("table.{:016x}", hash);
  if (llvm::GlobalVariable* have = module.getGlobalVariable(name, true);
      have && have->getInitializer() == contents)
    return have;
  auto* made = new llvm::GlobalVariable(module, contents->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                        contents, name);
  made->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  made->setAlignment(llvm::Align(16));
  return made;
}

/// Looks tables up in registers of `bits` bits, one register of indices at a time.
class Permutation {
 public:
  Permutation(IRBuilderBase& builder, Dtype dtype, unsigned bits)
      : builder_(builder),
        wide_(size_of(dtype) == 8),
        big_(bits == 512),
        entry_(memory_type(builder.getContext(), dtype)),
        step_(bits / (wide_ ? 64 : 32)) {}

  unsigned step() const { return step_; }  ///< lanes of a register
  /// Entries that a few instructions find: two registers of 512 bits by one, four of 256 bits.
  size_t most() const { return big_ ? 2 * step_ : 4 * step_; }

  /// `index` has step() lanes of the element's width.
  Value* lookup(const std::vector<uint64_t>& entries, Value* index) {
    std::vector<Value*> parts;
    for (size_t first = 0; first < entries.size(); first += step_) parts.push_back(part(entries, first));
    if (!big_) return blended(parts, index);
    return parts.size() == 1 ? permute(parts[0], index) : permute(parts[0], parts[1], index);
  }

 private:
  /// One register of the table; entries beyond its end are never asked for.
  Value* part(const std::vector<uint64_t>& entries, size_t first) {
    std::vector<llvm::Constant*> elements;
    for (size_t i = first; i < first + step_; i++)
      elements.push_back(element_of_bits(entry_, entries[std::min(i, entries.size() - 1)]));
    return llvm::ConstantVector::get(elements);
  }

  llvm::Type* vector(llvm::Type* element, unsigned lanes) {
    return llvm::FixedVectorType::get(element, lanes);
  }
  Value* permute(Value* table, Value* index) {
    const Intrinsic::ID id =
        wide_ ? Intrinsic::x86_avx512_permvar_df_512 : Intrinsic::x86_avx512_permvar_sf_512;
    return entries_of(builder_.CreateIntrinsic(id, {}, {numbers_of(table), index}));
  }
  Value* permute(Value* low, Value* high, Value* index) {
    const Intrinsic::ID id =
        wide_ ? Intrinsic::x86_avx512_vpermi2var_pd_512 : Intrinsic::x86_avx512_vpermi2var_ps_512;
    return entries_of(builder_.CreateIntrinsic(id, {}, {numbers_of(low), index, numbers_of(high)}));
  }

  /// AVX2 permutes eight floats: a double is two of them. Registers are told apart by the
  /// bits above.
  Value* blended(std::vector<Value*> parts, Value* index) {
    llvm::Type* floats = vector(builder_.getFloatTy(), 8);
    Value* halves = index;
    if (wide_) {  // 2i in the lower half, 2i + 1 in the upper
      halves = builder_.CreateOr(builder_.CreateShl(index, 1), builder_.CreateShl(index, 33));
      halves = builder_.CreateOr(halves, llvm::ConstantInt::get(index->getType(), uint64_t{1} << 32));
      halves = builder_.CreateBitCast(halves, vector(builder_.getInt32Ty(), 8));
    }
    for (Value*& part : parts) {
      Value* found = builder_.CreateIntrinsic(Intrinsic::x86_avx2_permps, {},
                                              {builder_.CreateBitCast(part, floats), halves});
      part = builder_.CreateBitCast(found, part->getType());
    }
    for (unsigned bit = std::countr_zero(step_); parts.size() > 1; bit++) {
      Value* sign = builder_.CreateShl(index, (wide_ ? 63 : 31) - bit);  // a blend looks at signs
      Value* upper = builder_.CreateICmpSLT(sign, llvm::Constant::getNullValue(sign->getType()));
      std::vector<Value*> joined;
      for (size_t i = 0; i + 1 < parts.size(); i += 2)
        joined.push_back(builder_.CreateSelect(upper, parts[i + 1], parts[i]));
      if (parts.size() % 2 == 1) joined.push_back(parts.back());
      parts = std::move(joined);
    }
    return parts[0];
  }

  Value* numbers_of(Value* table) {
    llvm::Type* number = wide_ ? builder_.getDoubleTy() : builder_.getFloatTy();
    return builder_.CreateBitCast(table, vector(number, step_));
  }
  Value* entries_of(Value* numbers) { return builder_.CreateBitCast(numbers, vector(entry_, step_)); }

  IRBuilderBase& builder_;
  const bool wide_, big_;
  llvm::Type* entry_;
  const unsigned step_;
};

/// Cuts the lanes into registers, the last one filled up, and joins what was found.
Value* lookup_in_registers(IRBuilderBase& builder, Permutation permutation,
                           const std::vector<uint64_t>& entries, Value* index, unsigned lanes) {
  const unsigned step = permutation.step(), whole = (lanes + step - 1) / step * step;
  std::vector<Value*> found;
  for (unsigned first = 0; first < lanes; first += step) {
    std::vector<int> mask;
    for (unsigned i = first; i < first + step; i++) mask.push_back(static_cast<int>(std::min(i, lanes - 1)));
    found.push_back(
        permutation.lookup(entries, lanes == step ? index : builder.CreateShuffleVector(index, index, mask)));
  }
  for (size_t count = found.size(); count > 1; count = found.size()) {
    std::vector<Value*> joined;
    for (size_t i = 0; i + 1 < count; i += 2) {
      const unsigned each = llvm::cast<llvm::FixedVectorType>(found[i]->getType())->getNumElements();
      std::vector<int> mask(2 * each);
      for (unsigned k = 0; k < 2 * each; k++) mask[k] = static_cast<int>(k);
      joined.push_back(builder.CreateShuffleVector(found[i], found[i + 1], mask));
    }
    found = std::move(joined);
  }
  if (whole == lanes) return found[0];
  std::vector<int> mask;
  for (unsigned i = 0; i < lanes; i++) mask.push_back(static_cast<int>(i));
  return builder.CreateShuffleVector(found[0], found[0], mask);
}

}  // namespace

void set_table_lookups(llvm::Module& module, const Target& target) {
  if (llvm::Triple(target.triple).isX86() && target.vector_bits >= 256)
    module.addModuleFlag(llvm::Module::Error, permuted_bits, target.vector_bits);
}

Value* emit_table_lookup(IRBuilderBase& builder, Dtype dtype, const std::vector<uint64_t>& entries,
                         Value* index, unsigned lanes) {
  llvm::LLVMContext& context = builder.getContext();
  llvm::Module& module = *builder.GetInsertBlock()->getModule();
  const auto* bits = llvm::mdconst::extract_or_null<llvm::ConstantInt>(module.getModuleFlag(permuted_bits));
  if (lanes > 1 && std::has_single_bit(lanes) && bits && dtype != Dtype::boolean) {
    const Permutation permutation(builder, dtype, static_cast<unsigned>(bits->getZExtValue()));
    if (entries.size() <= permutation.most()) {
      llvm::Type* width = builder.getIntNTy(static_cast<unsigned>(8 * size_of(dtype)));
      index = builder.CreateZExtOrTrunc(index, llvm::FixedVectorType::get(width, lanes));
      return lookup_in_registers(builder, permutation, entries, index, lanes);
    }
  }
  llvm::Type* element = memory_type(context, dtype);
  const llvm::Align align(size_of(dtype));
  Value* address = builder.CreateInBoundsGEP(element, table_constant(module, element, entries), index);
  // A target without gathers, or with slow ones, makes loads of it.
  Value* loaded =
      lanes == 1 ? static_cast<Value*>(builder.CreateAlignedLoad(element, address, align))
                 : builder.CreateMaskedGather(llvm::FixedVectorType::get(element, lanes), address, align);
  return dtype == Dtype::boolean ? builder.CreateTrunc(loaded, register_type(context, dtype, lanes)) : loaded;
}

}  // namespace wengert
