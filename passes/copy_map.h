// Which value of a new graph stands for a value of an old one, while a program is copied node by node; places
// are carried over.
#pragma once
#include <span>
#include <unordered_map>
#include <vector>

#include "ir/program.h"

namespace wengert {

class CopyMap {
 public:
  CopyMap(const Graph& from, Graph& to);

  /// The new value; it must have been set.
  Value operator[](Value old) const { return values_[first_[old.node] + old.result]; }
  /// The new operands of an old node, valid until the next call.
  std::span<const Value> inputs(uint32_t old_node);
  /// The old node made again on its new operands, which have the types of the old ones.
  Expr again(uint32_t old_node);
  /// Puts the results of one new node, or these values, for an old node.
  void set(uint32_t old_node, Expr made);
  void set(uint32_t old_node, std::span<const Expr> made);
  /// Nodes made from now on are placed where the old node is.
  void enter(uint32_t old_node);
  /// Gives the new node the further places of the old one.
  void copy_places(uint32_t old_node, uint32_t new_node);

  /// The same outputs of the new graph.
  std::vector<Output> outputs(const std::vector<Output>& old) const;

 private:
  uint32_t place(uint32_t old_id);

  const Graph& from_;
  Graph& to_;
  std::vector<uint32_t> first_;  // of each old node's results in values_
  std::vector<Value> values_;
  std::vector<uint32_t> places_;  // by old id; 0 is not known yet
  std::vector<Value> inputs_;
  std::unordered_map<const Attributes*, const Attributes*> attributes_;
  std::unordered_map<const std::vector<Type>*, const std::vector<Type>*> types_;
};

/// For each node, whether an output reaches it. Inputs count as reached.
std::vector<bool> live_nodes(const Program& program);

}  // namespace wengert
