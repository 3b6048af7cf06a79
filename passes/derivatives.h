// Derivatives built of gradients, jvp and vectorize. All nest, in any mix, to any order.
// Wrong arguments are reported at the line of the call.
#pragma once
#include <source_location>
#include <span>
#include <utility>
#include <vector>

#include "ir/expr.h"

namespace wengert {

/// Σ cotangentᵀ ∂ys/∂xs, one for each x.
std::vector<Expr> vjp(std::span<const Expr> ys, std::span<const Expr> xs, std::span<const Expr> cotangents,
                      std::source_location at = std::source_location::current());
/// ∇((∇y)ᵀ v) for a scalar y: the product of the Hessian in xs with vs. The vs are taken as constants, so
/// hvp(f, w, w) is H·w.
std::vector<Expr> hvp(Expr y, std::span<const Expr> xs, std::span<const Expr> vs,
                      std::source_location at = std::source_location::current());
inline Expr hvp(Expr y, Expr x, Expr v, std::source_location at = std::source_location::current()) {
  return hvp(y, std::span(&x, 1), std::span(&v, 1), at)[0];
}
/// ∂y/∂x, of shape y.shape + x.shape.
Expr jacobian(Expr y, Expr x, std::source_location at = std::source_location::current());
/// ∂²y/∂x² for a scalar y, of shape x.shape + x.shape.
Expr hessian(Expr y, Expr x, std::source_location at = std::source_location::current());

}  // namespace wengert
