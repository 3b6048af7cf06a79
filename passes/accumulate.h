// What the two derivative drivers share: a derivative value with its guard, and how two of them join.
#pragma once
#include <initializer_list>
#include <map>
#include <source_location>
#include <span>
#include <string_view>
#include <vector>

#include "ir/op.h"

namespace wengert {

/// Adds a contribution to an entry of a derivative table. Guards join by or; one without a guard clears it.
void accumulate(Cotangent& entry, const Cotangent& contribution);

/// partial * g, structurally zero where the guard is false. A partial of 1 or -1 costs no product, a finite
/// constant no mask.
Expr scaled(Expr g, Expr guard, Expr partial);

/// Derivative values of the nodes of a graph from `first` on, below `end`.
class DerivativeTable {
 public:
  DerivativeTable(uint32_t first, uint32_t end) : start_(first), first_results_(end - first) {}
  bool covers(Value value) const {
    return value.node >= start_ && value.node - start_ < first_results_.size();
  }
  /// Of a value that it covers.
  Cotangent& operator[](Value value) {
    return value.result == 0 ? first_results_[value.node - start_] : more_[value];
  }
  /// A copy; absent where it does not cover the value.
  Cotangent find(Value value) { return covers(value) ? (*this)[value] : Cotangent{}; }

 private:
  uint32_t start_;
  std::vector<Cotangent> first_results_;
  std::map<Value, Cotangent> more_;
};

/// The graph of all of these: Error(argument) where the first list is empty, where one of `wanted` has an
/// absent entry, or where there are two graphs. Entries of `allowed` may be absent. Errors of this and the
/// next two name `at`, the user's call.
Graph& one_graph(std::initializer_list<std::span<const Expr>> wanted,
                 std::initializer_list<std::span<const Expr>> allowed, std::string_view what,
                 std::source_location at);
/// Throws Error unless x can be differentiated by: an input or a variable of a float dtype.
void require_variable(Expr x, std::string_view what, std::source_location at);
/// Throws Error(not_differentiable) unless it is a float.
void require_float(Expr y, std::string_view what, std::source_location at);

/// The cotangents of arbitrary values xs, without the checks of gradients(): absent where no y depends on an
/// x.
std::vector<Cotangent> pull_back(std::span<const Expr> ys, std::span<const Cotangent> seeds,
                                 std::span<const Expr> xs, std::span<const Expr> stops);
/// The tangents of ys when the arbitrary values xs have these: absent where they don't depend on them.
std::vector<Cotangent> push_forward(std::span<const Expr> ys, std::span<const Expr> xs,
                                    std::span<const Cotangent> seeds);

}  // namespace wengert
