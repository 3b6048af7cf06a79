// Steps of optimisers as graph builders: from a parameter, its gradient and the state behind it to nodes for
// the new parameter and state. Operations are elementwise, so a parameter has any shape; the gradient and the
// state have its type. States begin at zeros. The other numbers are weak or scalar Exprs, so that a rate may
// be a kernel's input.
//
// The formulas are the ones of the papers named at each. θ parameter, g gradient, η rate.
#pragma once
#include "ir/expr.h"

namespace wengert {

/// θ - η g.
Expr gradient_descent(Expr parameter, Expr gradient, Operand rate);

struct VelocityStep {
  Expr parameter, velocity;
};

/// v' = μ v - η g; θ' = θ + v'. Polyak 1964, in the form of Sutskever, Martens, Dahl and Hinton 2013 (eq. 1
/// and 2).
VelocityStep momentum(Expr parameter, Expr gradient, Expr velocity, Operand rate, Operand decay = 0.9);

/// v' = μ v - η g; θ' = θ + μ v' - η g. Nesterov 1983, in the form of Sutskever et al. 2013 (eq. 3 and 4) at
/// the point where the gradient is taken: θ here is their θ + μ v (Bengio, Boulanger-Lewandowski and Pascanu
/// 2013, eq. 7).
VelocityStep nesterov(Expr parameter, Expr gradient, Expr velocity, Operand rate, Operand decay = 0.9);

struct AdagradStep {
  Expr parameter, squares;
};

/// s' = s + g²; θ' = θ - η g / (√s' + ε). Duchi, Hazan and Singer 2011 (diagonal form).
AdagradStep adagrad(Expr parameter, Expr gradient, Expr squares, Operand rate, Operand epsilon = 1e-10);

struct AdamStep {
  Expr parameter, first, second;
};

/// m' = β₁ m + (1-β₁) g; v' = β₂ v + (1-β₂) g²; θ' = θ - η (m' / (1-β₁ᵗ)) / (√(v' / (1-β₂ᵗ)) + ε).
/// Kingma and Ba 2015, algorithm 1. `step` is t, a scalar that counts from 1.
AdamStep adam(Expr parameter, Expr gradient, Expr first, Expr second, Expr step, Operand rate,
              Operand beta1 = 0.9, Operand beta2 = 0.999, Operand epsilon = 1e-8);

}  // namespace wengert
