#include "ir/graph.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "ir/hash.h"
#include "ir/op.h"
#include "ir/ops/leaves.h"

namespace wengert {

const Type& Expr::type() const { return graph_->type(value_); }
const Op& Expr::op() const { return *graph_->node(value_.node).op; }

PlaceScope::PlaceScope(Graph& graph, uint32_t place)
    : graph_(&graph), outer_(graph.set_current_place(place)) {}
PlaceScope::PlaceScope(const Operand& operand) {
  if (operand.expr.absent() || operand.expr.graph().current_place() != 0) return;
  graph_ = &operand.expr.graph();
  outer_ = graph_->set_current_place(graph_->places_.intern(operand.at));
}
PlaceScope::~PlaceScope() {
  if (graph_) graph_->set_current_place(outer_);
}

size_t Graph::HashByContent::operator()(const std::vector<Type>& types) const {
  size_t h = types.size();
  for (const Type& type : types) h = mixed(h, type.hash());
  return h;
}

Graph::Graph() : no_attributes_(intern(Attributes())) {}
Graph::~Graph() = default;

Expr Graph::input(std::string_view name, Dtype dtype, Shape shape, std::source_location at) {
  if (find_input(name)) throw Error(Code::name, fmt::format("there is already an input '{}'", name), at);
  const PlaceScope place(*this, current_place_ ? current_place_ : places_.intern(at));
  return make(ops::input, {}, {{"name", std::string(name)}, {"type", Type{dtype, std::move(shape)}}});
}

const std::string& Graph::input_name(Value input) const {
  return nodes_[input.node].attributes->get<std::string>("name");
}

std::optional<Value> Graph::find_input(std::string_view name) const {
  const auto found = inputs_by_name_.find(name);
  return found == inputs_by_name_.end() ? std::nullopt : std::optional(found->second);
}

Expr Graph::make(const Op& op, std::initializer_list<Expr> inputs, Attributes attributes) {
  Value values[8];
  if (inputs.size() > std::size(values)) throw Error(Code::internal, "make: more than 8 operands in a list");
  size_t n = 0;
  for (const Expr& expr : inputs) {
    if (expr.absent() || &expr.graph() != this)
      throw Error(Code::argument, fmt::format("{}: an operand is {}", op.name,
                                              expr.present() ? "of another graph" : "absent"));
    values[n++] = expr.value();
  }
  return make(op, std::span<const Value>(values, n), std::move(attributes));
}

size_t Graph::node_hash(const Op* op, std::span<const Value> inputs, const Attributes* attributes) const {
  size_t h = mixed(mixed(0, op), attributes);
  for (Value v : inputs) h = mixed(h, v.node + (static_cast<size_t>(v.result) << 32));
  return h;
}

Expr Graph::make(const Op& op, std::span<const Value> inputs, Attributes attributes) {
  if (op.arity >= 0 && static_cast<size_t>(op.arity) != inputs.size())
    throw Error(Code::argument, fmt::format("{} takes {} operands, not {}", op.name, op.arity, inputs.size()),
                places_[current_place_]);
  const Attributes* kept =
      attributes.empty() ? no_attributes_ : &*attributes_.insert(std::move(attributes)).first;
  return make_again(op, inputs, kept, nullptr);
}

Expr Graph::make_again(const Op& op, std::span<const Value> inputs, const Attributes* kept,
                       const std::vector<Type>* types) {
  if (!op.interned) return append_again(op, inputs, kept, types ? types : checked_types(op, inputs, kept));
  index_nodes();
  const size_t hash = node_hash(&op, inputs, kept), last = table_.size() - 1;
  const auto half = static_cast<uint32_t>(hash >> 32);
  size_t at = hash & last;
  for (; table_[at].node != Value::none; at = (at + 1) & last) {
    if (table_[at].hash != half) continue;
    const uint32_t id = table_[at].node;
    const Node& have = nodes_[id];
    if (have.op != &op || have.attributes != kept || have.input_count != inputs.size()) continue;
    if (!std::equal(inputs.begin(), inputs.end(), edges_.begin() + have.first_input)) continue;
    add_place(id, current_place_);
    return Expr(*this, {id, 0});
  }
  const Expr made = append_again(op, inputs, kept, types ? types : checked_types(op, inputs, kept));
  table_[at] = {made.value().node, half};
  indexed_ = size();
  return made;
}

const std::vector<Type>* Graph::checked_types(const Op& op, std::span<const Value> inputs,
                                              const Attributes* attributes) {
  constexpr size_t few = 8;
  const Type* short_list[few];
  std::vector<const Type*> long_list(inputs.size() > few ? inputs.size() : 0);
  const Type** first = inputs.size() > few ? long_list.data() : short_list;
  for (size_t i = 0; i < inputs.size(); i++) {
    if (inputs[i].node >= size())
      throw Error(Code::internal, fmt::format("{}: an operand comes after its user", op.name));
    first[i] = &type(inputs[i]);
  }
  const std::span<const Type* const> operands(first, inputs.size());
  if (const std::vector<Type>* known = known_types_.find(op, attributes, operands)) return known;
  try {
    const std::vector<Type>* types = intern(op.type(Call{op, operands, *attributes}));
    known_types_.add(op, attributes, operands, types);
    return types;
  } catch (const Error& e) {
    if (e.place().known() || current_place_ == 0) throw;
    throw Error(e.code(), e.message(), places_[current_place_]);
  }
}

Expr Graph::append_again(const Op& op, std::span<const Value> inputs, const Attributes* attributes,
                         const std::vector<Type>* types) {
  if (size() >= Value::none - 1 || edges_.size() + inputs.size() >= Value::none)
    throw Error(Code::size, "the graph is full: 2^32 - 2 nodes or 2^32 - 1 edges");
  const Value made{size(), 0};
  nodes_.push_back(
      {&op, attributes, types, static_cast<uint32_t>(edges_.size()), static_cast<uint32_t>(inputs.size())});
  edges_.insert(edges_.end(), inputs.begin(), inputs.end());
  node_places_.push_back(current_place_);
  if (op.kind == Kind::input) {
    inputs_.push_back(made);
    if (const std::string* name = attributes->find<std::string>("name"))
      inputs_by_name_.try_emplace(*name, made);
  }
  return Expr(*this, made);
}

void Graph::begin_copy(const Graph& other) {
  nodes_.reserve(other.nodes_.size());
  edges_.reserve(other.edges_.size());
  node_places_.reserve(other.node_places_.size());
  places_ = other.places_;
}

void Graph::index_nodes() {
  const size_t wanted = std::bit_ceil(2 * std::max<size_t>(32, nodes_.capacity()));
  if (wanted > table_.size()) {
    table_.assign(wanted, Slot{});
    indexed_ = 0;
  }
  const size_t last = table_.size() - 1;
  constexpr uint32_t ahead = 16;
  while (indexed_ < size()) {
    // The slots are fetched together: one after another, each would be waited for.
    const uint32_t begin = indexed_, end = std::min(size(), begin + ahead);
    size_t hashes[ahead];
    for (uint32_t id = begin; id < end; id++) {
      hashes[id - begin] = node_hash(nodes_[id].op, inputs(id), nodes_[id].attributes);
      __builtin_prefetch(&table_[hashes[id - begin] & last], 1);
    }
    for (; indexed_ < end; indexed_++) {
      if (!nodes_[indexed_].op->interned) continue;
      const size_t hash = hashes[indexed_ - begin];
      size_t at = hash & last;
      while (table_[at].node != Value::none) at = (at + 1) & last;
      table_[at] = {indexed_, static_cast<uint32_t>(hash >> 32)};
    }
  }
}

void Graph::add_place(uint32_t node, uint32_t place_id) {
  if (place_id == 0 || node_places_[node] == place_id) return;
  if (node_places_[node] == 0) {
    node_places_[node] = place_id;
    return;
  }
  if (has_more_places_.size() <= node) has_more_places_.resize(nodes_.capacity());
  has_more_places_[node] = true;
  std::vector<uint32_t>& more = more_places_[node];
  if (more.size() < 8 && std::find(more.begin(), more.end(), place_id) == more.end())
    more.push_back(place_id);
}

std::span<const uint32_t> Graph::more_place_ids(uint32_t node) const {
  if (has_more_places_.size() <= node || !has_more_places_[node]) return {};
  return more_places_.find(node)->second;
}

std::vector<Place> Graph::places(uint32_t node) const {
  std::vector<Place> out;
  if (node_places_[node] != 0) out.push_back(places_[node_places_[node]]);
  for (uint32_t id : more_place_ids(node)) out.push_back(places_[id]);
  return out;
}

void Call::fail(const std::string& why) const {
  std::string call(op.name);
  call += "(";
  for (size_t i = 0; i < operands.size(); i++) call += (i ? ", " : "") + text(*operands[i]);
  throw Error(Code::type, fmt::format("{}): {}", call, why));
}

}  // namespace wengert
