#include "codegen/load/kernel_key.h"

#include <bit>
#include <cstring>
#include <unordered_map>

#include "ir/op.h"
#include "ir/registry.h"

namespace wengert {
namespace {

class Writer {
 public:
  explicit Writer(KernelKey& key) : key_(key) {}

  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) key_.bytes += static_cast<char>(value | 0x80);
    key_.bytes += static_cast<char>(value);
  }
  void string(std::string_view text) {
    number(text.size());
    key_.bytes += text;
  }
  void op(const Op* op) {
    if (!first(op)) return;
    string(op->name);
    if (is_built_in(*op)) return;
    key_.portable = false;  // another process may have another op of this name
    number(reinterpret_cast<uintptr_t>(op));
  }
  void attributes(const Attributes* attributes) {
    if (!first(attributes)) return;
    number(attributes->entries().size());
    for (const auto& [name, value] : attributes->entries()) {
      string(name);
      number(value.index());
      std::visit(*this, value);
    }
  }
  void types(const std::vector<Type>* types) {
    if (!first(types)) return;
    number(types->size());
    for (const Type& type : *types) string(text(type));
  }

  // The kinds of attributes.
  void operator()(int64_t x) { number(static_cast<uint64_t>(x)); }
  void operator()(const std::string& x) { string(x); }
  void operator()(const Axes& x) {
    number(x.size());
    for (int64_t axis : x) number(static_cast<uint64_t>(axis));
  }
  void operator()(const Shape& x) { string(text(x)); }
  void operator()(const Extent& x) { string(x.text()); }
  void operator()(const Type& x) { string(text(x)); }
  void operator()(const Tensor& x) {
    number(static_cast<uint64_t>(x.dtype));
    (*this)(x.shape);
    string({reinterpret_cast<const char*>(x.bytes.data()), x.bytes.size()});
  }

 private:
  /// Writes the number of what is interned; whether its content is still to be written.
  bool first(const void* interned) {
    const auto [place, added] = numbers_.try_emplace(interned, numbers_.size());
    number(place->second);
    return added;
  }
  KernelKey& key_;
  std::unordered_map<const void*, uint64_t> numbers_;
};

}  // namespace

KernelKey kernel_key(const Program& program, std::string settings) {
  const Graph& graph = *program.graph;
  KernelKey key;
  Writer out(key);
  out.string(settings);
  out.number(graph.size());
  for (uint32_t id = 0; id < graph.size(); id++) {
    const Node& node = graph.node(id);
    out.op(node.op);
    out.attributes(node.attributes);
    out.types(node.types);
    out.number(node.input_count);
    for (Value input : graph.inputs(id)) {
      out.number(id - input.node);
      out.number(input.result);
    }
  }
  out.number(program.outputs.size());
  for (const Output& output : program.outputs) {
    out.number(output.value.node);
    out.number(output.value.result);
  }
  return key;
}

Digest digest(std::string_view bytes) {
  constexpr uint64_t a = 0x9e3779b97f4a7c15, b = 0xc2b2ae3d27d4eb4f;
  Digest out{bytes.size() * a, ~(bytes.size() * b)};
  const auto mix = [](uint64_t x) {
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    return x ^ (x >> 29);
  };
  for (size_t at = 0; at < bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
    out.first = std::rotl((out.first ^ word) * a, 29);
    out.second = mix(out.second + word) * b;
  }
  return {mix(out.first ^ std::rotl(out.second, 17)), mix(out.second + out.first)};
}

}  // namespace wengert
