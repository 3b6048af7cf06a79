// Words of Python, NumPy, JAX and PyTorch that mean nothing here, and what to write instead: for messages
// alone.
#pragma once
#include <string_view>

namespace wengert::language {

/// What to do instead of using this word of Python's syntax: a whole sentence, or empty.
std::string_view instead_of(std::string_view word);
/// Whether functions are called through this name elsewhere: np, jax, linalg.
bool is_foreign_module(std::string_view name);
/// Whether this is a function elsewhere for which there is none here, however near another name is.
bool is_foreign_function(std::string_view name);
/// The name here of a type or a keyword argument: f64 for float64, axis for dim. Empty where there is none.
std::string_view name_here(std::string_view name);

}  // namespace wengert::language
