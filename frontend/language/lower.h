// From a parsed module to programs.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/language/parser.h"
#include "ir/program.h"

namespace wengert::language {

struct Named {
  std::string name;
  std::string type;  ///< as written: "f64[N, D]"; empty for a result without a stated type
};

/// A function as its first line states it.
struct Signature {
  std::string name;
  std::vector<Named> parameters;
  std::vector<Named> results;        ///< one without a name has the function's
  std::vector<std::string> symbols;  ///< extents, by first appearance
  Place place;
};
std::vector<Signature> signatures(const Module& module);

/// The program of one function: its inputs are the parameters, its outputs the results, named as in the
/// signature; a single unnamed result is named after the function (with a trailing _ where an input has that
/// name), the parts of an unnamed tuple NAME_0, NAME_1, …. `binds` gives numbers to extents. Throws
/// SourceError for what is wrong in the text, Error(name) for an unknown function or extent.
Program lower(const Module& module, std::string_view function, const Bindings& binds = {});

}  // namespace wengert::language
