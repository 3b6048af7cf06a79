// An entry: what one exported function of an object takes and gives. The emitter, the C header, the JSON
// description and the Python wrapper all work from it, so they agree. docs/abi.md is the description for
// users.
//
// Order of the arguments: inputs, symbols as int64_t, outputs, void *workspace, and for threaded kernels
// parallel_for and its context. Rank-0 inputs go by value, all else by pointer; bool is uint8_t. A donated
// input's pointer is the output's too, which has no argument of its own. Beside NAME
// there are NAME_workspace(symbols...) and, with arrays for the arguments, NAME_packed(inputs, symbols,
// outputs, workspace) and NAME_packed_workspace(symbols).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/plan/donation.h"
#include "codegen/target.h"
#include "ir/type.h"

namespace wengert {

struct Argument {
  std::string name;
  Type type;
};

/// One exported function. Names are the user's; ArgumentNames makes them fit the languages.
struct Entry {
  std::string symbol;   ///< NAME, an identifier
  std::string summary;  ///< one line for people
  std::vector<Argument> inputs;
  std::vector<std::string> symbols;  ///< in order; every symbol of the types and extents here
  std::vector<Argument> outputs;
  Extent workspace = 0;                   ///< bytes the body uses; room to align them is added to it
  std::vector<Extent> not_negative = {};  ///< more extents checked at entry, as those of the types are
  std::vector<Shape> loops = {};  ///< extents of loops: their products must fit int64, as those of arrays
  uint32_t threads = 1;           ///< workers at most; above 1 the entry takes a parallel_for
  bool threaded() const { return threads > 1; }
  std::vector<Donation> donations = {};
  /// The output that an input becomes.
  std::optional<uint32_t> output_of(size_t input) const;
  /// The input that an output is given in.
  std::optional<uint32_t> donated_for(size_t output) const;
};

/// The arguments of threaded entries, and the type of the first.
constexpr const char *parallel_for_name = "parallel_for", *context_name = "context",
                     *parallel_for_type = "wengert_parallel_for";

/// An object file with all that its descriptions say.
struct ObjectDescription {
  std::string name;  ///< NAME.o, NAME.h ...
  Target target;
  std::vector<Entry> entries;
  std::vector<std::string> external = {};  ///< C functions the object needs from the user
};

/// Identifiers of C, C++ and Python for the arguments of an entry: distinct and no keywords; those that clash
/// have a
/// `_` behind them.
struct ArgumentNames {
  std::vector<std::string> inputs, symbols, outputs;
  explicit ArgumentNames(const Entry& entry);
  /// The extent as an expression of C and Python (with functions floordiv, min, max).
  std::string spell(const Entry& entry, const Extent& extent) const;
  /// The type for people: "f64[N, 30]".
  std::string spell(const Entry& entry, const Type& type) const;
};

/// Throws Error(name) for a symbol that is no identifier of C, C++ and Python, and Error(argument) for a
/// symbol in some extent that entry.symbols lacks.
void check_entry(const Entry& entry);

/// The type of an element in C: "double", "uint8_t" ...
std::string_view c_type(Dtype dtype);
/// What NAME_workspace() returns, in words: "0 bytes", "8*N + 63 bytes".
std::string workspace_text(const Entry& entry, const ArgumentNames& names);

}  // namespace wengert
