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
  /// What its nodes want of the symbols, each condition once, with places in the messages.
  std::vector<Check> checks() const;
};

}  // namespace wengert
