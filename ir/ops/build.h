// What the functions that build nodes share: weak numbers, promotion, broadcasting, and common type rules.
#pragma once
#include <source_location>
#include <span>
#include <utility>

#include "ir/op.h"

namespace wengert::build {

/// The operand as an Expr of its own dtype; a weak number takes `weak_type`. Error(argument) where it is
/// absent.
Expr expr_of(const Operand& x, Graph& graph, Dtype weak_type);
/// The graph of the operands; Error(argument) when there is none or there are two.
Graph& graph_of(std::initializer_list<const Operand*> operands, std::string_view what);
/// The one to place a call by: the first that is an expression.
inline const Operand& placed(const Operand& a, const Operand& b) {
  return a.weak == Operand::Weak::none ? a : b;
}
/// Where the nodes of x's graph are placed now: an open scope's place, else x's.
Place place_of(const Operand& x);
/// normalize_axes(axes, rank of x + added, what), whose errors name place_of(x).
Axes axes_of(const Operand& x, Axes axes, std::string_view what, int64_t added = 0);
/// The graph of a list of operands; errors name the graph's place, else `at`.
Graph& graph_of(std::span<const Expr> operands, std::string_view what, std::source_location at);
/// Error(type) where one of them is a number, Error(argument) where one is absent.
void require_arrays(std::initializer_list<const Operand*> operands, std::string_view what);
/// A float as it is; integers and bool as f64. `what` is named where the operand is none.
Expr float_of(const Operand& x, std::string_view what);
/// All operands converted to their common dtype (weak numbers give way) and broadcast to a common shape.
std::vector<Expr> promoted(std::initializer_list<const Operand*> operands, std::string_view what);
/// As promoted, and integers become f64.
std::vector<Expr> promoted_floats(std::initializer_list<const Operand*> operands, std::string_view what);

/// An elementwise op of one operand.
Expr unary(const Op& op, const Operand& x);
/// The same; integers and bools are converted to f64 first.
Expr float_unary(const Op& op, const Operand& x);
/// An elementwise op of two operands with promotion and broadcasting; float_: integers become f64.
Expr binary(const Op& op, const Operand& a, const Operand& b);
Expr float_binary(const Op& op, const Operand& a, const Operand& b);

// Type rules of elementwise ops.
std::vector<Type> same_type(const Call& call);          ///< all operands of one type, which is the result's
std::vector<Type> same_float_type(const Call& call);    ///< … a float
std::vector<Type> same_number_type(const Call& call);   ///< … not bool
std::vector<Type> same_integer_type(const Call& call);  ///< … an integer
std::vector<Type> same_bits_type(const Call& call);     ///< … an integer or bool
std::vector<Type> compared_type(const Call& call);      ///< all of one type; bool of their shape
/// Refuses a shape that has a negative number.
void require_extents(const Call& call, const Shape& shape);

}  // namespace wengert::build
