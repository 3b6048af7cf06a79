#include "tools/wengert/picture/diagram.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/op.h"

namespace wengert::tool {
namespace {

/// Marks what the outputs of one kind reach; ids rise, so one loop downwards does.
std::vector<bool> reached(const Program& program, const std::vector<bool>& is_derivative, bool derivative) {
  std::vector<bool> live(program.graph->size(), false);
  for (size_t i = 0; i < program.outputs.size(); i++)
    if (is_derivative[i] == derivative) live[program.outputs[i].value.node] = true;
  for (uint32_t id = program.graph->size(); id-- > 0;)
    if (live[id])
      for (const Value input : program.graph->inputs(id)) live[input.node] = true;
  return live;
}

/// Axes, numbers and words among the attributes, in short.
std::string brief(const Attributes& attributes) {
  std::string out;
  const auto add = [&](const std::string& text) { out += fmt::format("{}{}", out.empty() ? "" : " ", text); };
  for (const auto& [name, value] : attributes.entries()) {
    if (const auto* axes = std::get_if<Axes>(&value)) {
      if (!axes->empty()) add(fmt::format("[{}]", fmt::join(*axes, ",")));
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      add(fmt::format("{}={}", name, *number));
    } else if (const auto* extent = std::get_if<Extent>(&value)) {
      add(extent->text());
    } else if (const auto* word = std::get_if<std::string>(&value)) {
      if (name != "order") add(*word);
    }
  }
  constexpr size_t longest = 40;
  return out.size() <= longest ? out : out.substr(0, longest) + "...";
}

class Maker {
 public:
  Maker(const Program& program, const std::vector<bool>& is_derivative)
      : graph_(*program.graph),
        forward_(reached(program, is_derivative, false)),
        adjoint_(reached(program, is_derivative, true)),
        boxes_(graph_.size(), none),
        inlined_(graph_.size()) {
    for (const Value input : graph_.inputs()) forward_[input.node] = true;
    std::vector<bool> is_output(graph_.size(), false);
    for (const Output& output : program.outputs) is_output[output.value.node] = true;
    for (uint32_t id = 0; id < graph_.size(); id++)
      if ((forward_[id] || adjoint_[id]) && (is_output[id] || !inline_constant(id))) add(id);
    for (const Output& output : program.outputs)
      diagram_.boxes[boxes_[output.value.node]].outputs.push_back(output.name);
    auto& edges = diagram_.edges;
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  Diagram take() { return std::move(diagram_); }

 private:
  static constexpr uint32_t none = Value::none;

  /// A scalar constant, or one broadcast, is a word in its users' labels.
  bool inline_constant(uint32_t id) {
    const Node& node = graph_.node(id);
    if (node.op->kind == Kind::constant) {
      const Tensor* value = node.attributes->find<Tensor>("value");
      if (!value || !value->shape.empty()) return false;
      inlined_[id] = fmt::format("{:.6g}", value->at(0));
      return true;
    }
    if (node.op->kind != Kind::movement || node.input_count != 1) return false;
    inlined_[id] = inlined_[graph_.inputs(id)[0].node];
    return !inlined_[id].empty();
  }

  void add(uint32_t id) {
    const Node& node = graph_.node(id);
    const auto index = static_cast<uint32_t>(diagram_.boxes.size());
    boxes_[id] = index;
    Box box;
    std::vector<std::string> operands;
    bool has_constant = false;
    for (const Value input : graph_.inputs(id)) {
      const bool constant = boxes_[input.node] == none;
      has_constant |= constant;
      operands.push_back(constant ? inlined_[input.node] : "·");
      if (!constant) diagram_.edges.push_back({boxes_[input.node], index});
    }
    if (node.op->kind == Kind::input) {
      box.label = graph_.input_name({id, 0});
      box.role = Role::input;
    } else {
      box.label = std::string(node.op->name);
      if (has_constant) box.label += fmt::format("({})", fmt::join(operands, ", "));
      if (const std::string attributes = brief(*node.attributes); !attributes.empty())
        box.label += " " + attributes;
      box.role = forward_[id] ? Role::forward : Role::adjoint;
    }
    box.type = text((*node.types)[0]);
    if (const Place place = graph_.place(id); place.known())
      box.place = fmt::format("{}:{}:{}", place.file, place.line, place.column);
    diagram_.boxes.push_back(std::move(box));
  }

  const Graph& graph_;
  std::vector<bool> forward_, adjoint_;
  std::vector<uint32_t> boxes_;
  std::vector<std::string> inlined_;
  Diagram diagram_;
};

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

Diagram make_diagram(const Program& program, const std::vector<bool>& is_derivative, std::string caption) {
  Diagram diagram = Maker(program, is_derivative).take();
  diagram.caption = std::move(caption);
  return diagram;
}

std::string to_dot(const std::vector<Diagram>& diagrams) {
  constexpr std::string_view fills[] = {"#dbeafe", "#f3f4f6", "#ffedd5"};
  std::string out =
      "digraph wengert {\n  node [shape=box, style=filled, fontname=\"sans-serif\", fontsize=10];\n";
  const auto to = std::back_inserter(out);
  for (size_t d = 0; d < diagrams.size(); d++) {
    fmt::format_to(to, "  subgraph cluster_{} {{\n    label={};\n", d, dot_string(diagrams[d].caption));
    for (size_t i = 0; i < diagrams[d].boxes.size(); i++) {
      const Box& box = diagrams[d].boxes[i];
      std::string label = box.label + "\n" + box.type;
      for (const std::string& output : box.outputs) label += "\n→ " + output;
      fmt::format_to(to, "    n{}_{} [label={}, fillcolor=\"{}\", penwidth={}];\n", d, i, dot_string(label),
                     fills[static_cast<size_t>(box.role)], box.outputs.empty() ? 1 : 3);
    }
    for (const Edge& edge : diagrams[d].edges)
      fmt::format_to(to, "    n{}_{} -> n{}_{};\n", d, edge.from, d, edge.to);
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace wengert::tool
