// Reverse mode: appends adjoint nodes to the graph through one table of cotangents (grad_table), in O(edges).
// The chores are the driver's: accumulation, absent cotangents, guards, staying on the path from xs to ys.
#pragma once
#include <source_location>
#include <span>
#include <vector>

#include "ir/expr.h"

namespace wengert {

/// What an x that no y depends on gives.
enum class Unconnected { zeros, none, error };

struct GradientOptions {
  /// Cotangents of the ys, of their types; absent ones mean ones. Empty: all ones.
  std::vector<Expr> grad_ys = {};
  /// Predicates of grad_ys (bool, same shapes): where false the cotangent is structurally zero. Empty: none.
  std::vector<Expr> grad_guards = {};
  /// Values that are taken as constants.
  std::vector<Expr> stop_gradients = {};
  Unconnected unconnected = Unconnected::zeros;
};

/// d sum(ys · grad_ys) / d xs, one Expr for each x, of its type (absent with Unconnected::none). Each x must
/// be an input or a variable(…); an alias stands for all equal nodes. Throws Error(not_differentiable) for an
/// integer x or y, Error(no_rule) naming op and mode, Error(argument) for an x that is neither input nor
/// variable; wrong arguments are reported at the line of the call.
std::vector<Expr> gradients(std::span<const Expr> ys, std::span<const Expr> xs,
                            const GradientOptions& options = {},
                            std::source_location at = std::source_location::current());

}  // namespace wengert
