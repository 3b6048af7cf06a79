// The syntax tree of the text language. Its expressions are a list themselves: children stand before parents
// and each expression is a contiguous range that ends with its root, so nothing recurses over a long chain,
// and an expression is evaluated by one loop from first to last.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/language/source.h"
#include "ir/dtype.h"

namespace wengert::language {

/// The position of an expression in Module::nodes.
using Id = uint32_t;
inline constexpr Id no_id = 0xFFFFFFFF;

enum class Form : uint8_t {
  integer,    ///< 3
  floating,   ///< 1e-3
  text,       ///< "ij,jk->ik"
  constant,   ///< true, false, None, ...
  name,       ///< x
  function,   ///< the name that is called in f(x)
  unary,      ///< text is - ~ + not; one part
  binary,     ///< text is the operator; two parts
  call,       ///< parts: what is called, the arguments
  index,      ///< parts: the array, the indices
  range,      ///< a:b:c in an index; three parts, absent ones no_id
  attribute,  ///< x.T: one part, the text is the attribute
  list,       ///< [a, b]
  tuple,      ///< (a, b), or (p = a, q = b) with names
  lambda      ///< |x| { … }: kept for control flow; no parts
};

struct Syntax {
  Form form;
  Span span;
  uint32_t focus = 0;  ///< where a caret points: the operator, the name
  std::string_view text = {};
  std::vector<Id> parts = {};
  std::vector<std::string_view> names = {};  ///< of keyword arguments and named parts; empty: positional
};

/// The nodes from `first` up to the root.
struct Expression {
  Id first = no_id;
  Id root = no_id;
  bool present() const { return root != no_id; }
};

struct TypeSyntax {
  Span span;
  Dtype dtype = Dtype::f64;
  std::vector<Expression> extents;
};

struct NamedType {
  std::string_view name;  ///< empty for the single result of `-> f64`
  Span span;
  TypeSyntax type;
};

struct Let {
  std::vector<std::string_view> names;
  std::vector<Span> spans;
  bool unpacks = false;  ///< let (a, b) = …
  std::optional<TypeSyntax> type;
  Expression value;
};

struct FunctionSyntax {
  std::string_view name;
  Span span;  ///< of the name
  std::vector<NamedType> parameters;
  bool states_results = false;
  bool several = false;  ///< -> (a: f64, b: f64)
  std::vector<NamedType> results;
  std::vector<Let> lets;
  Expression body;
  Id begin = 0, end = 0;  ///< all its nodes
};

/// A parsed text. Views point into the source.
struct Module {
  std::shared_ptr<const Source> source;
  std::vector<Syntax> nodes;
  std::vector<FunctionSyntax> functions;

  /// Null when there is none.
  const FunctionSyntax* find(std::string_view name) const;
  /// Throws Error(name) that lists the nearest.
  const FunctionSyntax& function(std::string_view name) const;
  std::vector<std::string> function_names() const;
};

}  // namespace wengert::language
