// Rows: the axis of arrays along which the nests of a tree run together. It is the first one that is not
// known to be small; where all are small, the first one.
#pragma once
#include "codegen/plan/plan.h"

namespace wengert {

/// The most elements of an axis that is small.
constexpr int64_t small_extent = 64;

/// What a root does with the rows of an array, how many there are, and, kept, along which axis of the result.
struct RowRole {
  Rows rows = Rows::none;
  Extent extent = 0;
  uint32_t axis = 0;
};
RowRole row_role(const Graph& graph, uint32_t root);
/// The axis of rows of an array.
uint32_t row_axis(const Shape& shape);
/// Whether it is a contraction of which both operands have axes of their own.
bool is_matrix_product(const Graph& graph, uint32_t node);

/// A stored value or scalar that a root reads through what it inlines.
struct Read {
  uint32_t node;  ///< behind views
  bool own_row;   ///< only ever at the reader's own row, which runs along the value's axis of rows
};
std::vector<Read> reads_of(const Plan& plan, uint32_t root);

}  // namespace wengert
