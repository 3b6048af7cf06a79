// Code of an entry as internal functions: what several threads do at once, and nests that would make the
// frame and the registers of one function those of all.
#pragma once
#include "codegen/emit/scope.h"

namespace wengert {

struct Outline {
  enum Kind {
    nest,  ///< called where it stands; no arguments of its own
    part,  ///< of work that is shared; its own arguments are the part's number and the worker's, both i64
  };
  llvm::Function* function;            ///< arguments: the captures, then its own
  std::vector<llvm::Value*> captures;  ///< of the function around it
};

/// Emits body as a function of its own. The body is given the function while that has its own arguments only,
/// and may use every value that is there now, but keeps what it makes to itself, save flags and memory.
Outline outline(Scope& outer, Outline::Kind kind, const std::function<void(Scope&, llvm::Function&)>& body);

/// Of so many nests the code may stand in one function; of more, each in its own.
constexpr size_t most_nests_together = 6;
/// Emits body as a function of its own, and the call.
void emit_apart(Scope& outer, const std::function<void(Scope&)>& body);

/// A function of the module that returns nothing.
llvm::Function* add_internal_function(Emitter& emitter, const char* what,
                                      const std::vector<llvm::Type*>& arguments);

}  // namespace wengert
