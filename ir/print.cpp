#include "ir/print.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/text_words.h"

namespace wengert {
namespace {

using Buffer = fmt::memory_buffer;

void append(Buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

void append_value(Buffer& out, Value value) {
  fmt::format_to(std::back_inserter(out), "%{}", value.node);
  if (value.result != 0) fmt::format_to(std::back_inserter(out), ".{}", value.result);
}

void append_float(Buffer& out, double x) {
  if (std::isnan(x)) return append(out, "nan");
  if (std::isinf(x)) return append(out, x < 0 ? "-inf" : "inf");
  fmt::format_to(std::back_inserter(out), "{:a}", x);
}

void append_element(Buffer& out, const Tensor& tensor, int64_t i) {
  switch (tensor.dtype) {
    case Dtype::boolean: append(out, tensor.data<uint8_t>()[i] ? "true" : "false"); break;
    case Dtype::i32: fmt::format_to(std::back_inserter(out), "{}", tensor.data<int32_t>()[i]); break;
    case Dtype::i64: fmt::format_to(std::back_inserter(out), "{}", tensor.data<int64_t>()[i]); break;
    default: append_float(out, tensor.at(i));
  }
}

struct AppendAttribute {
  Buffer& out;

  void operator()(int64_t x) const { fmt::format_to(std::back_inserter(out), "{}", x); }
  void operator()(const std::string& x) const { append(out, in_quotes(x)); }
  void operator()(const Axes& x) const {
    append(out, "[");
    for (size_t i = 0; i < x.size(); i++)
      fmt::format_to(std::back_inserter(out), "{}{}", i ? ", " : "", x[i]);
    append(out, "]");
  }
  void operator()(const Shape& x) const {
    append(out, "<");
    for (size_t i = 0; i < x.size(); i++) {
      if (i) append(out, ", ");
      append(out, x[i].text());
    }
    append(out, ">");
  }
  void operator()(const Extent& x) const {
    append(out, "(");
    append(out, x.text());
    append(out, ")");
  }
  void operator()(const Type& x) const { append(out, text(x)); }
  void operator()(const Tensor& x) const {
    append(out, text(Type{x.dtype, Shape(x.shape.begin(), x.shape.end())}));
    append(out, "(");
    for (int64_t i = 0; i < x.count(); i++) {
      if (i) append(out, ", ");
      append_element(out, x, i);
    }
    append(out, ")");
  }
};

// Hex floats are exact but unreadable: short literals are repeated in decimal behind the line.
void append_decimal_comment(Buffer& out, const Node& node) {
  constexpr int64_t longest = 8;
  for (const auto& [name, value] : node.attributes->entries()) {
    const Tensor* tensor = std::get_if<Tensor>(&value);
    if (!tensor || !is_float(tensor->dtype) || tensor->count() == 0 || tensor->count() > longest) continue;
    append(out, "  #");
    for (int64_t i = 0; i < tensor->count(); i++) {
      if (tensor->dtype == Dtype::f32)
        fmt::format_to(std::back_inserter(out), " {}", tensor->data<float>()[i]);
      else
        fmt::format_to(std::back_inserter(out), " {}", tensor->at(i));
    }
  }
}

void append_node(Buffer& out, const Graph& graph, uint32_t id, const PrintOptions& options) {
  const Node& node = graph.node(id);
  append_value(out, {id, 0});
  append(out, " = ");
  append(out, node.op->name);
  const std::span<const Value> inputs = graph.inputs(id);
  for (size_t i = 0; i < inputs.size(); i++) {
    append(out, i ? ", " : " ");
    append_value(out, inputs[i]);
  }
  if (!node.attributes->empty()) {
    const char* separator = " {";
    for (const auto& [name, value] : node.attributes->entries()) {
      append(out, separator);
      append(out, name);
      append(out, "=");
      std::visit(AppendAttribute{out}, value);
      separator = ", ";
    }
    append(out, "}");
  }
  const char* separator = " : ";
  for (const Type& type : *node.types) {
    append(out, separator);
    append(out, text(type));
    separator = ", ";
  }
  append_decimal_comment(out, node);
  if (options.locations)
    for (const Place& place : graph.places(id))
      fmt::format_to(std::back_inserter(out), "  # {}:{}:{}", place.file, place.line, place.column);
  append(out, "\n");
}

}  // namespace

std::string print(const Program& program, const PrintOptions& options) {
  Buffer out;
  append(out, "wengert 1\nprogram " + word_or_quoted(program.name) + "\n");
  for (uint32_t id = 0; id < program.graph->size(); id++) append_node(out, *program.graph, id, options);
  for (const Output& output : program.outputs) {
    append(out, "output " + word_or_quoted(output.name) + " = ");
    append_value(out, output.value);
    append(out, "\n");
  }
  return {out.data(), out.size()};
}

}  // namespace wengert
