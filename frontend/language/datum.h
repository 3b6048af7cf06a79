// What an expression of the text language means while its function is being built: a value of the graph, or
// something known without one (a literal, an extent, a tuple, a function).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/expr.h"
#include "ir/ops/reductions.h"

namespace wengert::language {

struct Builtin;
struct FunctionSyntax;
struct Datum;

/// A value of the graph. A weak one is made of literals and extents alone and takes the dtype of what it
/// meets.
struct Array {
  Expr expr;
  bool weak = false;
};

/// A number that is written in the text, or made of such by arithmetic. Weak.
struct Literal {
  Operand::Weak kind = Operand::Weak::integer;
  double number = 0;
  int64_t integer = 0;
  static Literal of(double value) { return {Operand::Weak::floating, value, 0}; }
  static Literal of(int64_t value) { return {Operand::Weak::integer, static_cast<double>(value), value}; }
  static Literal of(bool value) { return {Operand::Weak::boolean, double(value), value}; }
  Operand operand() const;
};

/// A list [a, b], or a tuple (a, b) whose parts may have names.
struct Sequence {
  bool list = false;
  std::vector<Datum> parts;
  std::vector<std::string> names = {};
};

struct Nothing {};  ///< None
struct Dots {};     ///< ...
struct Range {      ///< a:b:c in an index; Nothing where absent
  std::vector<Datum> bounds;
};
struct Text {
  std::string text;
};

/// A function as a value.
struct Callable {
  const FunctionSyntax* function = nullptr;
  const Builtin* builtin = nullptr;
  // vmap(mapped, in_axes, out_axes)
  std::shared_ptr<const Callable> mapped = {};
  std::vector<std::optional<int64_t>> in_axes =
      {};  ///< empty: axis 0 of every argument; one entry serves all
  int64_t out_axis = 0;
  std::string name() const;
};

struct Datum {
  using Meaning = std::variant<Nothing, Array, Literal, Extent, Sequence, Dots, Range, Text, Dtype,
                               std::shared_ptr<const Callable>>;
  Meaning meaning;

  Datum() = default;
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Datum>)
  Datum(T&& value) : meaning(std::forward<T>(value)) {}  // NOLINT: implicit on purpose
  Datum(Expr expr) : meaning(Array{expr, false}) {}      // NOLINT

  template <class T>
  const T* as() const {
    return std::get_if<T>(&meaning);
  }
  bool is_nothing() const { return as<Nothing>() != nullptr; }
  bool is_integer_literal() const { return as<Literal>() && as<Literal>()->kind == Operand::Weak::integer; }
  /// Made of literals and extents alone.
  bool is_weak() const;
  /// An extent or a whole number that can be one.
  std::optional<Extent> extent() const;
};

/// What it is, for messages: "f64[N]", "the number 3", "a tuple of 2".
std::string describe(const Datum& datum);

/// As a value of the graph; lists are stacked. Weak numbers take f64, i64 or bool. Throws Error(type) for
/// what has no value.
Array array_of(Graph& graph, const Datum& datum);
/// A weak array in the dtype it takes beside `other`; others as they are.
Expr beside(const Array& array, std::optional<Dtype> other);
/// Operands for a function of ir/ops: weak ones adapted to the strong ones. At least one has an Expr.
std::vector<Operand> operands_of(Graph& graph, const std::vector<const Datum*>& data);
/// An array of exactly that dtype: weak ones are converted where they fit, else empty.
std::optional<Expr> in_dtype(Graph& graph, const Datum& datum, Dtype dtype);

/// The operators of the language on anything; `symbol` as in the text.
Datum apply_unary(Graph& graph, std::string_view symbol, const Datum& x);
Datum apply_binary(Graph& graph, std::string_view symbol, const Datum& a, const Datum& b);

}  // namespace wengert::language
