// The Wengert list: an append-only arena of immutable nodes, each after its inputs. Building the same pure
// node twice gives one id. Nothing here recurses. Not thread-safe while nodes are made; reading is.
//
// Memory: about 70 bytes a node. Limits: 2^32 - 2 nodes, 2^32 - 1 edges (Error(size) beyond).
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/attribute.h"
#include "ir/error.h"
#include "ir/expr.h"
#include "ir/place_table.h"
#include "ir/type.h"
#include "ir/type_cache.h"

namespace wengert {

struct Node {
  const Op* op;
  const Attributes* attributes;    ///< never null; owned by the graph, interned
  const std::vector<Type>* types;  ///< of its results; owned by the graph, interned
  uint32_t first_input;
  uint32_t input_count;
};

class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// A parameter. Throws Error(name) when there is one of that name.
  Expr input(std::string_view name, Dtype dtype, Shape shape = {},
             std::source_location at = std::source_location::current());
  /// The parameters, in the order they were made.
  const std::vector<Value>& inputs() const { return inputs_; }
  const std::string& input_name(Value input) const;
  /// The parameter of that name, if there is one.
  std::optional<Value> find_input(std::string_view name) const;

  /// Makes a node, or finds the equal one: checks the call by the op's type rule. Throws Error(type) with the
  /// place, the op and the operand types.
  Expr make(const Op& op, std::span<const Value> inputs, Attributes attributes = {});
  Expr make(const Op& op, std::initializer_list<Expr> inputs, Attributes attributes = {});

  /// For passes that copy nodes: makes a node of another graph again, on operands of the same types, so that
  /// its op need not be asked. `attributes` and `types` are interned in this graph.
  const Attributes* intern(const Attributes& attributes) { return &*attributes_.insert(attributes).first; }
  const std::vector<Type>* intern(const std::vector<Type>& types) { return &*types_.insert(types).first; }
  Expr make_again(const Op& op, std::span<const Value> inputs, const Attributes* attributes,
                  const std::vector<Type>* types);
  /// The same for a node that this graph has no equal of: nothing is looked up.
  Expr append_again(const Op& op, std::span<const Value> inputs, const Attributes* attributes,
                    const std::vector<Type>* types);
  /// Fetches the part of the table that make_again() with the same arguments will look at: in large graphs
  /// waiting for memory is most of what it does.
  void expect(const Op& op, std::span<const Value> inputs, const Attributes* kept) const {
    if (!table_.empty()) __builtin_prefetch(&table_[node_hash(&op, inputs, kept) & (table_.size() - 1)], 1);
  }
  /// Room for a copy of `other`, and its places under the numbers they have there. The graph is still empty.
  void begin_copy(const Graph& other);

  uint32_t size() const { return static_cast<uint32_t>(nodes_.size()); }
  const Node& node(uint32_t id) const { return nodes_[id]; }
  std::span<const Value> inputs(uint32_t id) const {
    return {edges_.data() + nodes_[id].first_input, nodes_[id].input_count};
  }
  const Type& type(Value value) const { return (*nodes_[value.node].types)[value.result]; }

  /// Where a node comes from: the places of its builders, first one first.
  Place place(uint32_t node) const { return places_[node_places_[node]]; }
  Place place_of(uint32_t place_id) const { return places_[place_id]; }
  uint32_t place_id(uint32_t node) const { return node_places_[node]; }
  std::vector<Place> places(uint32_t node) const;
  /// The ids of the places after the first one.
  std::span<const uint32_t> more_place_ids(uint32_t node) const;
  /// Appends a place to a node's, unless it has it.
  void add_place(uint32_t node, uint32_t place_id);
  uint32_t intern_place(const Place& place) { return places_.intern(place); }
  /// Sets the place of nodes made from now on; 0 is unknown. Prefer PlaceScope.
  uint32_t set_current_place(uint32_t id) { return std::exchange(current_place_, id); }
  uint32_t current_place() const { return current_place_; }

 private:
  const std::vector<Type>* checked_types(const Op& op, std::span<const Value> inputs,
                                         const Attributes* attributes);
  void index_nodes();
  size_t node_hash(const Op* op, std::span<const Value> inputs, const Attributes* attributes) const;

  struct HashByContent {
    size_t operator()(const Attributes& a) const { return a.hash(); }
    size_t operator()(const std::vector<Type>& types) const;
  };
  std::vector<Node> nodes_;
  std::vector<Value> edges_;
  // Open addressing: nodes, with half of their hash, so that other nodes are hardly ever looked at. It has
  // the interned ones of the first indexed_ nodes; the rest joins when a node is made, so that a copy that is
  // only read needs no table.
  struct Slot {
    uint32_t node = Value::none;
    uint32_t hash = 0;
  };
  std::vector<Slot> table_;
  uint32_t indexed_ = 0;
  std::unordered_set<Attributes, HashByContent> attributes_;
  std::unordered_set<std::vector<Type>, HashByContent> types_;
  const Attributes* no_attributes_;
  TypeCache known_types_;
  std::vector<Value> inputs_;
  std::unordered_map<std::string_view, Value> inputs_by_name_;  // the names lie in attributes_
  PlaceTable places_;
  std::vector<uint32_t> node_places_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> more_places_;
  std::vector<bool> has_more_places_;  // as long as it must be
  uint32_t current_place_ = 0;
  friend class PlaceScope;
};

}  // namespace wengert
