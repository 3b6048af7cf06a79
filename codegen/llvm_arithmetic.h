// Translates the body of a scalar op (ir/body.h) to LLVM, one element or several lanes at a time. The meaning
// is the interpreter's (ir/interpret.cpp), bit for bit; any NaN stands for any other.
//
// Nothing emitted here traps, is poison, calls a library or carries fast-math flags. Tables become private
// constants, one a module for equal contents.
#pragma once
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codegen/llvm_forward.h"
#include "codegen/llvm_types.h"
#include "ir/body.h"

namespace wengert {

class SlowPaths;

/// The values that bodies have had at one place in the code, where each sees those before it: a body takes
/// from here what another has computed alike, slow paths included.
class BodyValues {
 public:
  /// The values of this key; empty: to be filled in.
  std::vector<llvm::Value*>& of(std::vector<uint64_t> key) { return known_[std::move(key)]; }

 private:
  std::map<std::vector<uint64_t>, std::vector<llvm::Value*>> known_;
};

/// The outputs of `body`. inputs[i] has register_type(body.inputs[i], lanes).
///
/// The builder stands at the end of a block; a body with regions adds blocks to the function and leaves the
/// builder at the end of the last one. `lanes` is a power of two. With `slow_paths`, code that hardly ever
/// runs is called. Of the builder's fast-math flags a body of one step has all but reassociation, a longer
/// one none.
std::vector<llvm::Value*> emit_body(llvm::IRBuilderBase& builder, const Body& body,
                                    std::span<llvm::Value* const> inputs, unsigned lanes,
                                    SlowPaths* slow_paths = nullptr, BodyValues* known = nullptr);

/// The body as an internal function that is never inlined: takes the inputs, and returns the output, or a
/// struct of several.
llvm::Function* emit_body_function(llvm::Module& module, const Body& body, unsigned lanes,
                                   const std::string& name, SlowPaths* slow_paths = nullptr);
/// Calls it. The outputs, one by one.
std::vector<llvm::Value*> call_body_function(llvm::IRBuilderBase& builder, llvm::Function* function,
                                             std::span<llvm::Value* const> inputs);

}  // namespace wengert
