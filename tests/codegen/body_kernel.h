// Compiles bodies to functions over arrays, for comparison with the interpreter.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "codegen/compiler.h"
#include "ir/body.h"
#include "runtime/kernel.h"

namespace wengert::test {

struct BodyCase {
  std::string name;
  Body body;
};

/// Each primitive on each type that takes it, tables, regions and the functions of ir/math.
std::vector<BodyCase> body_cases();

/// Adds `void name(const void *const *inputs, void *const *outputs, int64_t count)`; count is a multiple of
/// lanes.
void add_body_function(Compilation& compilation, const BodyCase& body, unsigned lanes);
using BodyFunction = void(const void* const* inputs, void* const* outputs, int64_t count);

/// The object of all cases.
std::vector<char> compile_bodies(const std::vector<BodyCase>& cases, const Target& target, Tier tier,
                                 unsigned lanes);

}  // namespace wengert::test
