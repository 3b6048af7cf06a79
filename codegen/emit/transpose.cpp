#include "codegen/emit/transpose.h"

#include <numeric>

namespace wengert {

// Swaps each bit of an element's place with that of its row's number.
std::vector<llvm::Value*> transposed(Builder& builder, std::vector<llvm::Value*> rows) {
  const unsigned size = static_cast<unsigned>(rows.size());
  for (unsigned bit = 1; bit < size; bit *= 2) {
    std::vector<int> low(size), high(size);
    for (unsigned i = 0; i < size; i++) {
      const bool set = i & bit;
      low[i] = static_cast<int>(set ? size + (i ^ bit) : i);
      high[i] = static_cast<int>(set ? size + i : i | bit);
    }
    for (unsigned i = 0; i < size; i++) {
      if (i & bit) continue;
      llvm::Value *first = rows[i], *second = rows[i | bit];
      rows[i] = builder.CreateShuffleVector(first, second, low);
      rows[i | bit] = builder.CreateShuffleVector(first, second, high);
    }
  }
  return rows;
}

llvm::Value* joined_vectors(Builder& builder, std::vector<llvm::Value*> parts) {
  if (parts.size() > 1 && !parts[0]->getType()->isVectorTy()) {
    llvm::Value* out = llvm::PoisonValue::get(
        llvm::FixedVectorType::get(parts[0]->getType(), static_cast<unsigned>(parts.size())));
    for (size_t i = 0; i < parts.size(); i++) out = builder.CreateInsertElement(out, parts[i], i);
    return out;
  }
  while (parts.size() > 1) {
    const auto lanes = llvm::cast<llvm::FixedVectorType>(parts[0]->getType())->getNumElements();
    std::vector<int> all(2 * lanes);
    std::iota(all.begin(), all.end(), 0);
    for (size_t i = 0; i < parts.size() / 2; i++)
      parts[i] = builder.CreateShuffleVector(parts[2 * i], parts[2 * i + 1], all);
    parts.resize(parts.size() / 2);
  }
  return parts[0];
}

}  // namespace wengert
