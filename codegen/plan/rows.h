// Rows: the outermost axis of arrays, along which the nests of a tree run together.
#pragma once
#include "codegen/plan/plan.h"

namespace wengert {

/// What a root does with the rows of an array, and how many there are.
struct RowRole {
  Rows rows = Rows::none;
  Extent extent = 0;
};
RowRole row_role(const Graph& graph, uint32_t root);
/// Whether it is a contraction of which both operands have axes of their own.
bool is_matrix_product(const Graph& graph, uint32_t node);

/// A stored value or scalar that a root reads through what it inlines.
struct Read {
  uint32_t node;  ///< behind views
  bool own_row;   ///< only ever at the reader's own row, which is the value's first axis
};
std::vector<Read> reads_of(const Plan& plan, uint32_t root);

}  // namespace wengert
