// A program: a graph with named outputs. Passes turn one program into another.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/op.h"

namespace wengert {

struct Output {
  std::string name;
  Value value;
};

struct Program {
  std::string name = "program";
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::vector<Output> outputs;

  Expr expr(Value value) const { return Expr(*graph, value); }
  const std::vector<Value>& inputs() const { return graph->inputs(); }
  /// The symbols its inputs mention, by first appearance, then those only other nodes mention.
  std::vector<std::string> symbols() const;
  /// What its live nodes want of the symbols, each condition once, with the place of its first node: what
  /// their ops check, and that the extents of their results are not negative. What the inputs want is left to
  /// those who see the arguments.
  std::vector<Check> checks() const;
  /// For each node, whether an output is made of it. Inputs count as live.
  std::vector<bool> live_nodes() const;
};

/// Throws Error(size), with the place, for a live node that is too large for these symbols, or for all values
/// of those that have none: its bytes do not fit 64 bits.
void check_sizes(const Program& program, const Bindings& bindings = {});

/// For each node from `first` up to the last of these values of one graph, whether one of them is made of it.
std::vector<bool> nodes_behind(std::span<const Expr> values, uint32_t first = 0);

}  // namespace wengert
