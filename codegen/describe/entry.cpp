#include "codegen/describe/entry.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "codegen/describe/standard_names.h"
#include "codegen/plan/workspace.h"
#include "ir/error.h"

namespace wengert {
namespace {

/// Keywords of C23, C++20 and Python 3, types of the headers that emitted headers include, predefined macros
/// of GNU C, and the names that the wrappers use themselves.
const std::set<std::string, std::less<>>& reserved() {
  static const std::set<std::string, std::less<>> words{"alignas",
                                                        "alignof",
                                                        "and",
                                                        "and_eq",
                                                        "as",
                                                        "asm",
                                                        "assert",
                                                        "async",
                                                        "auto",
                                                        "await",
                                                        "bitand",
                                                        "bitor",
                                                        "bool",
                                                        "break",
                                                        "case",
                                                        "catch",
                                                        "char",
                                                        "char16_t",
                                                        "char32_t",
                                                        "char8_t",
                                                        "class",
                                                        "co_await",
                                                        "co_return",
                                                        "co_yield",
                                                        "compl",
                                                        "concept",
                                                        "const",
                                                        "const_cast",
                                                        "consteval",
                                                        "constexpr",
                                                        "constinit",
                                                        "continue",
                                                        "decltype",
                                                        "def",
                                                        "default",
                                                        "del",
                                                        "delete",
                                                        "do",
                                                        "double",
                                                        "dynamic_cast",
                                                        "elif",
                                                        "else",
                                                        "enum",
                                                        "except",
                                                        "explicit",
                                                        "export",
                                                        "extern",
                                                        "false",
                                                        "finally",
                                                        "float",
                                                        "for",
                                                        "friend",
                                                        "from",
                                                        "global",
                                                        "goto",
                                                        "if",
                                                        "import",
                                                        "in",
                                                        "inline",
                                                        "int",
                                                        "is",
                                                        "lambda",
                                                        "long",
                                                        "mutable",
                                                        "namespace",
                                                        "new",
                                                        "noexcept",
                                                        "nonlocal",
                                                        "not",
                                                        "not_eq",
                                                        "nullptr",
                                                        "operator",
                                                        "or",
                                                        "or_eq",
                                                        "pass",
                                                        "private",
                                                        "protected",
                                                        "public",
                                                        "raise",
                                                        "register",
                                                        "reinterpret_cast",
                                                        "requires",
                                                        "restrict",
                                                        "return",
                                                        "short",
                                                        "signed",
                                                        "sizeof",
                                                        "static",
                                                        "static_assert",
                                                        "static_cast",
                                                        "struct",
                                                        "switch",
                                                        "template",
                                                        "this",
                                                        "thread_local",
                                                        "throw",
                                                        "true",
                                                        "try",
                                                        "typedef",
                                                        "typeid",
                                                        "typename",
                                                        "typeof",
                                                        "typeof_unqual",
                                                        "union",
                                                        "unsigned",
                                                        "using",
                                                        "virtual",
                                                        "void",
                                                        "volatile",
                                                        "wchar_t",
                                                        "while",
                                                        "with",
                                                        "xor",
                                                        "xor_eq",
                                                        "yield",
                                                        "False",
                                                        "None",
                                                        "True",
                                                        "NULL",
                                                        "int32_t",
                                                        "int64_t",
                                                        "uint8_t",
                                                        "size_t",
                                                        "ptrdiff_t",
                                                        "linux",
                                                        "unix",
                                                        "workspace",
                                                        "floordiv",
                                                        "min",
                                                        "max"};
  return words;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string identifier(std::string_view name) {
  std::string out;
  for (char c : name) out += is_letter(c) || is_digit(c) ? c : '_';
  if (out.empty() || is_digit(out[0])) out.insert(out.begin(), 'x');
  // A leading underscore may be the implementation's, or one of the wrapper's own names.
  if (out[0] == '_') out.insert(out.begin(), 'x');
  return out;
}

std::string spell_extent(const Extent& extent, const std::function<std::string(const std::string&)>& rename) {
  using Kind = Extent::Atom::Kind;
  std::string out;
  for (const Extent::Term& term : extent.terms()) {
    const bool negative = term.coefficient < 0;
    out += out.empty() ? (negative ? "-" : "") : (negative ? " - " : " + ");
    const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(term.coefficient) : term.coefficient;
    std::string product = magnitude == 1 && !term.atoms.empty() ? "" : std::to_string(magnitude);
    for (const Extent::AtomPtr& atom : term.atoms) {
      if (!product.empty()) product += '*';
      if (atom->kind == Kind::symbol)
        product += rename(atom->text);
      else
        product += fmt::format("{}({}, {})",
                               atom->kind == Kind::floor_divide ? "floordiv"
                               : atom->kind == Kind::minimum    ? "min"
                                                                : "max",
                               spell_extent(atom->a, rename), spell_extent(atom->b, rename));
    }
    out += product;
  }
  return out.empty() ? "0" : out;
}

void check_symbols(const Entry& entry, const Extent& extent) {
  std::vector<std::string> used;
  extent.collect_symbols(used);
  for (const std::string& symbol : used)
    if (std::find(entry.symbols.begin(), entry.symbols.end(), symbol) == entry.symbols.end())
      throw Error(Code::argument,
                  fmt::format("the kernel {} has the extent {} but no argument for the symbol {}",
                              entry.symbol, extent.text(), symbol));
}

}  // namespace

ArgumentNames::ArgumentNames(const Entry& entry) {
  std::set<std::string, std::less<>> taken = reserved();
  taken.insert(entry.symbol);
  if (entry.threaded()) taken.insert({parallel_for_name, context_name, parallel_for_type});
  auto take = [&](std::string_view name) {
    std::string out = identifier(name);
    while (is_standard_macro(out) || !taken.insert(out).second) out += '_';
    return out;
  };
  for (const Argument& input : entry.inputs) inputs.push_back(take(input.name));
  for (const std::string& symbol : entry.symbols) symbols.push_back(take(symbol));
  for (const Argument& output : entry.outputs) outputs.push_back(take(output.name));
}

std::optional<uint32_t> Entry::output_of(size_t input) const {
  for (const Donation& donation : donations)
    if (donation.input == input) return donation.output;
  return std::nullopt;
}

std::optional<uint32_t> Entry::donated_for(size_t output) const {
  for (const Donation& donation : donations)
    if (donation.output == output) return donation.input;
  return std::nullopt;
}

std::string ArgumentNames::spell(const Entry& entry, const Extent& extent) const {
  return spell_extent(extent, [&](const std::string& symbol) {
    const auto found = std::find(entry.symbols.begin(), entry.symbols.end(), symbol);
    return symbols[found - entry.symbols.begin()];
  });
}

std::string ArgumentNames::spell(const Entry& entry, const Type& type) const {
  std::string out(wengert::name(type.dtype));
  for (size_t i = 0; i < type.shape.size(); i++) out += (i ? ", " : "[") + spell(entry, type.shape[i]);
  return type.is_scalar() ? out : out + "]";
}

void check_entry(const Entry& entry) {
  if (identifier(entry.symbol) != entry.symbol || reserved().contains(entry.symbol) ||
      entry.symbol == parallel_for_type)
    throw Error(Code::name,
                fmt::format("'{}' cannot be the name of a kernel: a name of C, C++ and Python is wanted, "
                            "letters first, then letters, digits and _, and no keyword",
                            entry.symbol));
  if (is_standard_macro(entry.symbol) || is_standard_function(entry.symbol))
    throw Error(Code::name, fmt::format("a kernel cannot be called '{}': a C program has another one of that "
                                        "name; choose a different name (build: --name)",
                                        entry.symbol));
  for (const auto* list : {&entry.inputs, &entry.outputs})
    for (const Argument& argument : *list)
      for (const Extent& extent : argument.type.shape) check_symbols(entry, extent);
  for (const Extent& extent : entry.not_negative) check_symbols(entry, extent);
  check_symbols(entry, entry.workspace);
}

std::string_view c_type(Dtype dtype) {
  constexpr std::string_view names[] = {"uint8_t", "int32_t", "int64_t", "float", "double"};
  return names[static_cast<int>(dtype)];
}

std::string workspace_text(const Entry& entry, const ArgumentNames& names) {
  return names.spell(entry, with_alignment(entry.workspace)) + " bytes";
}

}  // namespace wengert
