// The body of several nodes that are computed together: what one computes another reads from a register, and
// what two of them compute alike is computed once (sine and cosine of one argument share its reduction).
#pragma once
#include <span>

#include "ir/body.h"
#include "ir/graph.h"

namespace wengert {

/// Its inputs are the elements of `streams`, its outputs those of the `unit`'s nodes for which `stored`
/// holds. Other operands are constants of rank 0.
Body joined_body(const Graph& graph, std::span<const uint32_t> unit, std::span<const uint32_t> streams,
                 std::span<const char> stored);

/// The same body with each value computed once.
Body merge_equal(const Body& body);

/// The bits of a rank-0 constant, in the low bytes.
uint64_t scalar_bits(const Graph& graph, uint32_t constant);

}  // namespace wengert
