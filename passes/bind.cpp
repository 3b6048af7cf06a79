// bind: the program with numbers for some of its symbols.
#include <algorithm>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/ops/leaves.h"
#include "passes/copy_map.h"
#include "passes/pipeline.h"

namespace wengert {
namespace {

Shape bound(Shape shape, const Bindings& bindings) {
  for (Extent& extent : shape) {
    extent = extent.bind(bindings);
    if (extent.is_number() && *extent.number() < 0)
      throw Error(Code::size, fmt::format("an extent becomes negative: {}", extent.text()));
  }
  return shape;
}

struct BindAttribute {
  const Bindings& bindings;
  template <class T>
  AttributeValue operator()(const T& value) const {
    return value;
  }
  AttributeValue operator()(const Extent& value) const { return value.bind(bindings); }
  AttributeValue operator()(const Shape& value) const { return bound(value, bindings); }
  AttributeValue operator()(const Type& value) const { return value.with(bound(value.shape, bindings)); }
};

Attributes bound(const Attributes& attributes, const Bindings& bindings) {
  std::vector<Attributes::Entry> entries;
  for (const auto& [name, value] : attributes.entries())
    entries.emplace_back(name, std::visit(BindAttribute{bindings}, value));
  return Attributes(std::move(entries));
}

void check_names(const Program& program, const Bindings& bindings) {
  const std::vector<std::string> symbols = program.symbols();
  for (const auto& [name, value] : bindings) {
    if (std::find(symbols.begin(), symbols.end(), name) == symbols.end())
      throw Error(Code::name,
                  fmt::format("the program {} has no symbol {}{}", program.name, name,
                              symbols.empty() ? "" : fmt::format("; it has {}", fmt::join(symbols, ", "))));
    if (value < 0) throw Error(Code::size, fmt::format("the symbol {} cannot be {}", name, value));
  }
}

}  // namespace

Program bind(const Program& program, const Bindings& bindings) {
  if (bindings.empty()) return copy(program);
  check_names(program, bindings);
  const Graph& from = *program.graph;
  Program out;
  out.name = program.name;
  Graph& to = *out.graph;
  CopyMap copies(from, to);
  for (uint32_t id = 0; id < from.size(); id++) {
    const Node& node = from.node(id);
    copies.enter(id);
    try {
      Expr made;
      if (node.op == &ops::extent_value) {
        made = extent_value(to, node.attributes->get<Extent>("extent").bind(bindings));
      } else {
        made = to.make(*node.op, copies.inputs(id), bound(*node.attributes, bindings));
      }
      copies.set(id, made);
      copies.copy_places(id, made.value().node);
    } catch (const Error& e) {
      if (e.place().known()) throw;
      throw Error(e.code(), e.message(), from.place(id));
    }
  }
  to.set_current_place(0);
  out.outputs = copies.outputs(program.outputs);
  return out;
}

}  // namespace wengert
