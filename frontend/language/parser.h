// Parses the text language (docs/language.md has the grammar).
#pragma once
#include <string>

#include "frontend/language/syntax.h"

namespace wengert::language {

/// How deep parentheses, brackets, prefix operators and ** may nest. Chains such as a + b + c + … may be any
/// length.
inline constexpr int nesting_limit = 500;

/// Throws SourceError(syntax), or SourceError(name) for a function or parameter named twice.
Module parse_module(std::string text, const std::string& filename = "<text>");

}  // namespace wengert::language
