// Square blocks of elements turned in registers.
#pragma once
#include <vector>

#include "codegen/llvm_builder.h"

namespace wengert {

/// As many vectors as each has lanes, a power of two, more than 1: vector i of the result has element i of
/// each.
std::vector<llvm::Value*> transposed(Builder& builder, std::vector<llvm::Value*> rows);
/// One vector of all elements of these, which are vectors or scalars of one type; as many as a power of two.
llvm::Value* joined_vectors(Builder& builder, std::vector<llvm::Value*> parts);

}  // namespace wengert
