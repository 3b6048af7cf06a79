#include "ir/graph.h"

#include <algorithm>

#include <fmt/format.h>

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
  outer_ = graph_->set_current_place(graph_->intern_place(operand.at));
}
PlaceScope::~PlaceScope() {
  if (graph_) graph_->set_current_place(outer_);
}

size_t Graph::HashByContent::operator()(const std::vector<Type>& types) const {
  size_t h = types.size();
  for (const Type& type : types) h = (h ^ type.hash()) * 0x9E3779B97F4A7C15ull;
  return h;
}

Graph::Graph() : table_(64, Value::none), places_(1) {}
Graph::~Graph() = default;

Expr Graph::input(std::string_view name, Dtype dtype, Shape shape, std::source_location at) {
  for (Value have : inputs_)
    if (input_name(have) == name)
      throw Error(Code::name, fmt::format("there is already an input '{}'", name), at);
  const uint32_t outer = current_place_;
  if (outer == 0) current_place_ = intern_place(at);
  Expr made = make(ops::input, {}, {{"name", std::string(name)}, {"type", Type{dtype, std::move(shape)}}});
  current_place_ = outer;
  return made;
}

const std::string& Graph::input_name(Value input) const {
  return nodes_[input.node].attributes->get<std::string>("name");
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
  // Ids are small and neighbours: without a multiplication behind each part they would fall into one run of
  // the table.
  constexpr size_t odd = 0x9E3779B97F4A7C15ull;
  auto mix = [](size_t h, size_t part) {
    h = (h ^ part) * odd;
    return h ^ (h >> 32);
  };
  size_t h = mix(mix(0, reinterpret_cast<size_t>(op)), reinterpret_cast<size_t>(attributes));
  for (Value v : inputs) h = mix(h, v.node + (static_cast<size_t>(v.result) << 32));
  return h;
}

Expr Graph::make(const Op& op, std::span<const Value> inputs, Attributes attributes) {
  if (op.arity >= 0 && static_cast<size_t>(op.arity) != inputs.size())
    throw Error(Code::argument, fmt::format("{} takes {} operands, not {}", op.name, op.arity, inputs.size()),
                places_[current_place_]);
  return make_again(op, inputs, &*attributes_.insert(std::move(attributes)).first, nullptr);
}

Expr Graph::make_again(const Op& op, std::span<const Value> inputs, const Attributes* kept,
                       const std::vector<Type>* types) {
  size_t at = 0;
  if (op.interned) {
    if ((interned_ + 1) * 2 > table_.size()) grow_table();
    for (at = node_hash(&op, inputs, kept) & (table_.size() - 1); table_[at] != Value::none;
         at = (at + 1) & (table_.size() - 1)) {
      const Node& have = nodes_[table_[at]];
      if (have.op != &op || have.attributes != kept || have.input_count != inputs.size()) continue;
      if (!std::equal(inputs.begin(), inputs.end(), edges_.begin() + have.first_input)) continue;
      add_place(table_[at], current_place_);
      return Expr(*this, {table_[at], 0});
    }
  }
  const uint32_t id = append(op, inputs, kept, types ? types : checked_types(op, inputs, *kept));
  if (op.interned) {
    table_[at] = id;
    interned_++;
  }
  if (op.kind == Kind::input) inputs_.push_back({id, 0});
  return Expr(*this, {id, 0});
}

const std::vector<Type>* Graph::checked_types(const Op& op, std::span<const Value> inputs,
                                              const Attributes& attributes) {
  std::vector<const Type*> operands;
  operands.reserve(inputs.size());
  for (Value v : inputs) {
    if (v.node >= size())
      throw Error(Code::internal, fmt::format("{}: an operand comes after its user", op.name));
    operands.push_back(&type(v));
  }
  try {
    return &*types_.insert(op.type(Call{op, operands, attributes})).first;
  } catch (const Error& e) {
    if (e.place().known() || current_place_ == 0) throw;
    throw Error(e.code(), e.message(), places_[current_place_]);
  }
}

uint32_t Graph::append(const Op& op, std::span<const Value> inputs, const Attributes* attributes,
                       const std::vector<Type>* types) {
  if (size() >= Value::none - 1 || edges_.size() + inputs.size() >= Value::none)
    throw Error(Code::size, "the graph is full: 2^32 - 2 nodes or 2^32 - 1 edges");
  nodes_.push_back(
      {&op, attributes, types, static_cast<uint32_t>(edges_.size()), static_cast<uint32_t>(inputs.size())});
  edges_.insert(edges_.end(), inputs.begin(), inputs.end());
  node_places_.push_back(current_place_);
  return size() - 1;
}

void Graph::grow_table() {
  std::vector<uint32_t> old = std::move(table_);
  table_.assign(old.size() * 2, Value::none);
  for (uint32_t id : old) {
    if (id == Value::none) continue;
    size_t at = node_hash(nodes_[id].op, inputs(id), nodes_[id].attributes) & (table_.size() - 1);
    while (table_[at] != Value::none) at = (at + 1) & (table_.size() - 1);
    table_[at] = id;
  }
}

void Graph::add_place(uint32_t node, uint32_t place_id) {
  if (place_id == 0 || node_places_[node] == place_id) return;
  if (node_places_[node] == 0) {
    node_places_[node] = place_id;
    return;
  }
  std::vector<uint32_t>& more = more_places_[node];
  if (more.size() < 8 && std::find(more.begin(), more.end(), place_id) == more.end())
    more.push_back(place_id);
}

std::span<const uint32_t> Graph::more_place_ids(uint32_t node) const {
  const auto more = more_places_.find(node);
  return more == more_places_.end() ? std::span<const uint32_t>() : more->second;
}

std::vector<Place> Graph::places(uint32_t node) const {
  std::vector<Place> out;
  if (node_places_[node] != 0) out.push_back(places_[node_places_[node]]);
  if (auto more = more_places_.find(node); more != more_places_.end())
    for (uint32_t id : more->second) out.push_back(places_[id]);
  return out;
}

uint32_t Graph::intern_place(const Place& place) {
  if (!place.known()) return 0;
  auto [found, added] =
      place_ids_.try_emplace(fmt::format("{}:{}:{}", place.file, place.line, place.column), places_.size());
  if (added) places_.push_back(place);
  return found->second;
}

uint32_t Graph::intern_place(const std::source_location& at) {
  if (last_place_ != 0 && last_file_ == at.file_name() && last_line_ == at.line() &&
      last_column_ == at.column())
    return last_place_;
  last_file_ = at.file_name(), last_line_ = at.line(), last_column_ = at.column();
  return last_place_ = intern_place(Place(at));
}

void Call::fail(const std::string& why) const {
  std::string call(op.name);
  call += "(";
  for (size_t i = 0; i < operands.size(); i++) call += (i ? ", " : "") + text(*operands[i]);
  throw Error(Code::type, fmt::format("{}): {}", call, why));
}

}  // namespace wengert
