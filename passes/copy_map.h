// Which value of a new graph stands for a value of an old one, while a program is copied node by node; places
// are carried over. The new graph is empty at first.
#pragma once
#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "ir/program.h"

namespace wengert {

class CopyMap {
 public:
  CopyMap(const Graph& from, Graph& to);

  /// The new value; it must have been set.
  Value operator[](Value old) const { return values_[at(old.node) + old.result]; }
  /// The new operands of an old node, valid until the next call.
  std::span<const Value> inputs(uint32_t old_node);
  /// The old node made again on its new operands (those of `inputs`), which have the types of the old ones.
  Expr again(uint32_t old_node, std::span<const Value> inputs);
  /// Announces again() of a node a little later; the more of its operands are set, the better.
  void expect(uint32_t old_node);
  /// The same as again() while no node was replaced: then the new graph has no equal one.
  Expr append(uint32_t old_node, std::span<const Value> inputs);
  /// Puts the results of one new node, or these values, for an old node.
  void set(uint32_t old_node, Expr made);
  void set(uint32_t old_node, std::span<const Expr> made);
  /// Nodes made from now on are placed where the old node is.
  void enter(uint32_t old_node) { to_.set_current_place(from_.place_id(old_node)); }
  /// Gives the new node the further places of the old one.
  void copy_places(uint32_t old_node, uint32_t new_node);

  /// The same outputs of the new graph.
  std::vector<Output> outputs(const std::vector<Output>& old) const;

 private:
  // Where a node's results begin in values_.
  size_t at(uint32_t old_node) const { return first_.empty() ? old_node : first_[old_node]; }
  const Attributes* attributes(const Attributes* old);
  const std::vector<Type>* types(const std::vector<Type>* old);

  const Graph& from_;
  Graph& to_;
  std::vector<Value> values_;
  std::vector<uint32_t> first_;  // empty when every node has one result
  std::vector<Value> inputs_;
  std::unordered_map<const Attributes*, const Attributes*> attributes_;
  std::unordered_map<const std::vector<Type>*, const std::vector<Type>*> types_;
  // Most nodes have the attributes and types of a node shortly before.
  std::array<std::pair<const Attributes*, const Attributes*>, 16> recent_attributes_ = {};
  std::pair<const std::vector<Type>*, const std::vector<Type>*> recent_types_ = {};
};

/// The same program in a graph of its own.
Program copy(const Program& program);
/// The same without the nodes that are not live.
Program copy_live(const Program& program, const std::vector<bool>& live);

}  // namespace wengert
