// Builds the graph of a function: walks its statements once, top to bottom. Calls of functions are inlined.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontend/language/builtins.h"
#include "frontend/language/datum.h"
#include "frontend/language/syntax.h"
#include "ir/graph.h"

namespace wengert::language {

/// How deep functions may call functions.
inline constexpr size_t call_depth_limit = 200;

/// A function being built: what its names mean.
struct Frame {
  const FunctionSyntax& function;
  std::map<std::string, Extent, std::less<>> extents = {};
  std::unordered_map<std::string_view, Datum> locals = {};
};

/// The arguments of a call as they stand in the text. Element i of each vector is about argument i.
struct CallSite {
  Span span;
  uint32_t focus = 0;
  std::vector<Datum> data = {};
  std::vector<std::string_view> names = {};  ///< empty: positional
  std::vector<const Syntax*> syntax = {};    ///< null where the argument isn't written out
  Span span_of(size_t i) const { return syntax[i] ? syntax[i]->span : span; }
};

class Builder {
 public:
  Builder(const Module& module, Graph& graph) : module_(module), source_(*module.source), graph_(graph) {}
  Graph& graph() { return graph_; }
  const Source& source() const { return source_; }
  const Syntax& syntax(Id id) const { return module_.nodes[id]; }

  /// The parts of an expression in order, by a loop.
  Datum evaluate(const Expression& expression, Frame& frame);
  /// The lets and the body; the results are checked and come in the order of the signature.
  Datum run(Frame& frame);
  /// As run, of the function that a program is made of.
  Datum run_entry(Frame& frame);
  Datum call(const Callable& callable, CallSite site, Frame& frame);
  /// The type in the frame's extents.
  Type type(const TypeSyntax& syntax, Frame& frame);
  /// The names that the function differentiates by.
  const std::set<std::string_view>& targets(const FunctionSyntax& function);
  /// Refuses a name with two meanings in the signature, and what the language keeps for control flow.
  void check_function(const FunctionSyntax& function) const;

  /// Runs `build`; an Error of the graph becomes one that quotes the source at `focus`.
  template <class F>
  auto located(Span span, uint32_t focus, F build) {
    PlaceScope scope(graph_, graph_.intern_place(source_.place(focus)));
    try {
      return build();
    } catch (const SourceError&) { throw; } catch (const Error& e) {
      relocate(e, span, focus);
    }
  }

 private:
  [[noreturn]] void relocate(const Error& e, Span span, uint32_t focus) const;
  Datum node(const Syntax& syntax, std::vector<Datum>& values, Id first, Frame& frame);
  Datum named(const Syntax& syntax, const Frame& frame) const;
  Datum function_named(const Syntax& syntax, const Frame& frame) const;
  std::string no_function(std::string_view name) const;  ///< a message
  void refuse_as_prefix(const Syntax& prefix) const;
  Datum attribute(const Syntax& syntax, const Datum& of);
  Datum inlined(const FunctionSyntax& function, const CallSite& site);
  Datum mapped(const Callable& callable, CallSite site, Frame& frame);
  void bind(std::string_view name, Datum datum, Frame& frame);
  Datum checked(Datum datum, const TypeSyntax& type, const std::string& what, Span span, Frame& frame);
  Datum results(Datum datum, Span span, Frame& frame);

  const Module& module_;
  const Source& source_;
  Graph& graph_;
  std::vector<const FunctionSyntax*> calls_;
  std::map<const FunctionSyntax*, std::set<std::string_view>> targets_;
};

/// x[…] as in NumPy; `spans` of the indices, for errors.
Datum build_index(Builder& builder, const Datum& array, std::span<const Datum> indices,
                  const std::vector<Span>& spans);

/// Indices into an axis of that extent, where literals are resolved: negative ones count from the end, and
/// those outside are an error. A number or a list may hold them; all else stays as it is.
Datum resolve_literals(const Datum& indices, const Extent& extent);

/// The extents that a function's parameters mention, by first appearance.
std::vector<std::string> symbols_of(const Module& module, const FunctionSyntax& function);
/// Binds the symbols that stand alone as an extent of a parameter's type to the argument's extents.
void bind_symbols(const Module& module, const TypeSyntax& type, const Shape& shape, Frame& frame);
/// Solves what is left (2*N + 1) and compares. What differs, or nothing.
std::string compare_extents(Builder& builder, const Module& module, const TypeSyntax& type,
                            const Shape& shape, Frame& frame);

}  // namespace wengert::language
