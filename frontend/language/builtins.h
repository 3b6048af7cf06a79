// The functions that the language has: name, signature, and how a call is built of ir/ops. One table a
// subject, in a file of its own.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/language/datum.h"

namespace wengert::language {

class Arguments;

struct Builtin {
  std::string_view name;
  std::string_view signature;  ///< "(x, axis=None, keepdims=false)"
  std::function<Datum(Arguments&)> run;

  struct Parameter {
    std::string_view name;
    bool required;
  };
  std::vector<Parameter> parameters() const;
};

/// Null when there is none.
const Builtin* find_builtin(std::string_view name);
/// All of them, sorted by name.
const std::vector<const Builtin*>& all_builtins();

// The tables.
std::span<const Builtin> elementwise_builtins();
std::span<const Builtin> reduction_builtins();
std::span<const Builtin> creation_builtins();
std::span<const Builtin> shape_builtins();
std::span<const Builtin> product_builtins();
std::span<const Builtin> loss_builtins();
std::span<const Builtin> derivative_builtins();

}  // namespace wengert::language
