// Errors and warnings as a compiler prints them: place, message, the line and a caret.
#pragma once
#include <string>
#include <string_view>

#include "ir/error.h"

namespace wengert::tool {

/// Remembers a text that is no file, so that errors in it can be quoted: a literal argument.
void remember_source(const std::string& name, std::string_view text);

/// Prints to stderr:
///   loss.wg:3:12: error: multiply(f64[N], f64[D]): the shapes do not broadcast
///      3 |   let a = w * x
///         |             ^
void print_error(const Error& error);
void print_warning(std::string_view message);

/// The line of `place` in `text` with a caret under its column; empty when there is no such line. A long line
/// is cut to the part around the caret.
std::string excerpt(std::string_view text, const Place& place);

}  // namespace wengert::tool
