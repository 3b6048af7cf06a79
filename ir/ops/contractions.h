// Sums of products: dot_general and what is spelled by it. Each step is one fused multiply-add by definition.
#pragma once
#include "ir/expr.h"
#include "ir/op.h"

namespace wengert {
namespace ops {
extern const Op dot_general;
}

/// Axis pairs of a dot_general. The result has the batch axes, then lhs's free axes, then rhs's.
struct Dimensions {
  Axes lhs_batch, rhs_batch, lhs_contract, rhs_contract;
};
Expr dot_general(Operand lhs, Operand rhs, const Dimensions& dimensions);
/// NumPy's matmul: 1-D and 2-D operands, or batches of matrices with broadcast batch axes.
Expr matmul(Operand a, Operand b);
/// Of two vectors their inner product; else as matmul for 2-D, NumPy's dot for others is refused.
Expr dot(Operand a, Operand b);
Expr outer(Operand a, Operand b);
/// Two operands, or one: "ij,jk->ik". Repeated letters in one operand are refused.
Expr einsum(std::string_view formula, Operand a, Operand b);
Expr einsum(std::string_view formula, Operand a);

}  // namespace wengert
