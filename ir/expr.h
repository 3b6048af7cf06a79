// Expr: a handle on a value of a graph, with operators. Users and derivative rules both write these.
//
//   Expr y = log(t) * (t + x) / 2;
//
// Operators and functions promote dtypes and broadcast shapes as NumPy and JAX do (docs/language.md); a C++
// number is weak: it takes the dtype of the other operand. Errors name the line of the call. An Expr is valid
// while its graph lives; building is not thread-safe, one thread a graph.
#pragma once
#include <compare>
#include <cstdint>
#include <source_location>

#include "ir/type.h"

namespace wengert {

class Graph;
struct Op;

/// Result number `result` of node `node`.
struct Value {
  static constexpr uint32_t none = 0xFFFFFFFF;
  uint32_t node = none;
  uint32_t result = 0;
  auto operator<=>(const Value&) const = default;
};

class Expr {
 public:
  Expr() = default;  ///< absent
  Expr(Graph& graph, Value value) : graph_(&graph), value_(value) {}
  bool present() const { return graph_ != nullptr; }
  bool absent() const { return graph_ == nullptr; }

  Graph& graph() const { return *graph_; }
  Value value() const { return value_; }
  const Type& type() const;
  Dtype dtype() const { return type().dtype; }
  const Shape& shape() const { return type().shape; }
  int64_t rank() const { return type().rank(); }
  const Op& op() const;
  bool same(const Expr& other) const { return graph_ == other.graph_ && value_ == other.value_; }

 private:
  Graph* graph_ = nullptr;
  Value value_;
};

/// An argument of an operator or function: an Expr or a weak number, and the place it was written at.
class Operand {
 public:
  Operand(Expr expr,
          std::source_location at = std::source_location::current())  // NOLINT: implicit on purpose
      : expr(expr), at(at) {}
  Operand(double number, std::source_location at = std::source_location::current())  // NOLINT
      : number(number), weak(Weak::floating), at(at) {}
  Operand(int64_t number, std::source_location at = std::source_location::current())  // NOLINT
      : number(static_cast<double>(number)), integer(number), weak(Weak::integer), at(at) {}
  Operand(int number, std::source_location at = std::source_location::current())  // NOLINT
      : Operand(static_cast<int64_t>(number), at) {}
  Operand(bool value, std::source_location at = std::source_location::current())  // NOLINT
      : number(value), integer(value), weak(Weak::boolean), at(at) {}

  enum class Weak : uint8_t { none, boolean, integer, floating };
  Expr expr;
  double number = 0;
  int64_t integer = 0;
  Weak weak = Weak::none;
  std::source_location at;
};

/// While it lives, nodes of the graph are placed at one place: the operand's call, unless an outer one is
/// open.
class PlaceScope {
 public:
  PlaceScope(Graph& graph, uint32_t place);     ///< replaces the outer scope
  explicit PlaceScope(const Operand& operand);  ///< keeps the outer scope, if there is one
  ~PlaceScope();
  PlaceScope(const PlaceScope&) = delete;
  PlaceScope& operator=(const PlaceScope&) = delete;

 private:
  Graph* graph_ = nullptr;
  uint32_t outer_ = 0;
};

}  // namespace wengert
