#include "ir/program.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "ir/symbols.h"

namespace wengert {
namespace {

struct HashOfExtent {
  size_t operator()(const Extent& extent) const { return extent.hash(); }
};

}  // namespace

std::vector<bool> nodes_behind(std::span<const Expr> values, uint32_t first) {
  std::vector<bool> behind;
  for (const Expr& value : values) {
    const uint32_t id = value.value().node;
    if (id < first) continue;
    behind.resize(std::max<size_t>(behind.size(), id - first + size_t{1}));
    behind[id - first] = true;
  }
  for (size_t at = behind.size(); at-- > 0;)
    if (behind[at])
      for (Value input : values[0].graph().inputs(first + static_cast<uint32_t>(at)))
        if (input.node >= first) behind[input.node - first] = true;
  return behind;
}

std::vector<bool> Program::live_nodes() const {
  std::vector<Expr> values;
  for (const Output& output : outputs) values.push_back(expr(output.value));
  for (Value input : inputs()) values.push_back(expr(input));
  std::vector<bool> live = nodes_behind(values);
  live.resize(graph->size());
  return live;
}

std::vector<Check> Program::checks() const {
  std::vector<Check> out;
  std::unordered_set<Extent, HashOfExtent> known;
  std::unordered_set<const void*> seen;  // interned types already looked into
  std::vector<const Type*> operands;
  const std::vector<bool> live = live_nodes();
  for (uint32_t id = 0; id < graph->size(); id++) {
    const Node& node = graph->node(id);
    if (!live[id] || node.op->kind == Kind::input) continue;
    const auto add = [&](Check check) {
      if (check.not_negative.is_number() || !known.insert(check.not_negative).second) return;
      check.place = graph->place(id);
      out.push_back(std::move(check));
    };
    if (node.op->checks) {
      operands.clear();
      for (Value input : graph->inputs(id)) operands.push_back(&graph->type(input));
      for (Check& check : node.op->checks(Call{*node.op, operands, *node.attributes})) add(std::move(check));
    }
    if (!seen.insert(node.types).second) continue;
    for (const Type& type : *node.types)
      for (const Extent& extent : type.shape)
        if (!never_negative(extent))
          add({extent, fmt::format("an array {} has a negative extent", text(type))});
  }
  return out;
}

void check_sizes(const Program& program, const Bindings& bindings) {
  const Graph& graph = *program.graph;
  const std::vector<bool> live = program.live_nodes();
  const std::vector<Type>* last = nullptr;  // neighbours often have one type
  for (uint32_t id = 0; id < graph.size(); id++) {
    if (!live[id] || graph.node(id).types == last) continue;
    last = graph.node(id).types;
    for (const Type& type : *last) {
      const auto refuse = [&](const std::string& why) {
        std::vector<std::string> symbols;
        for (const Extent& extent : type.shape) extent.collect_symbols(symbols);
        throw Error(
            Code::size,
            fmt::format("an array {} is too large: {}{}", text(type), why, values_text(symbols, bindings)),
            graph.place(id));
      };
      auto bytes = static_cast<int64_t>(size_of(type.dtype));
      bool too_large = false, empty = false;
      for (const Extent& extent : type.shape) {
        std::optional<int64_t> number;
        try {
          number = extent.bind(bindings).number();
        } catch (const Error& e) { refuse(e.message()); }
        if (!number) continue;
        empty = empty || *number == 0;
        too_large = __builtin_mul_overflow(bytes, *number, &bytes) || too_large;
      }
      if (too_large && !empty) refuse("its bytes do not fit 64 bits");
    }
  }
}

std::vector<std::string> Program::symbols() const {
  std::vector<std::string> names;
  std::unordered_set<const void*> seen;  // interned types and attributes already looked into
  auto collect = [&](const Shape& shape) {
    for (const Extent& extent : shape) extent.collect_symbols(names);
  };
  auto collect_types = [&](const Node& node) {
    if (!seen.insert(node.types).second) return;
    for (const Type& type : *node.types) collect(type.shape);
  };
  for (Value input : graph->inputs()) collect_types(graph->node(input.node));
  for (uint32_t id = 0; id < graph->size(); id++) {
    const Node& node = graph->node(id);
    collect_types(node);
    if (node.attributes->empty() || !seen.insert(node.attributes).second) continue;
    for (const auto& [name, value] : node.attributes->entries()) {
      if (const Shape* shape = std::get_if<Shape>(&value)) collect(*shape);
      if (const Extent* extent = std::get_if<Extent>(&value)) extent->collect_symbols(names);
      if (const Type* type = std::get_if<Type>(&value)) collect(type->shape);
    }
  }
  return names;
}

}  // namespace wengert
