#include "codegen/plan/joined_body.h"

#include <cstring>
#include <map>
#include <numeric>

#include "codegen/plan/body_contents.h"
#include "ir/arithmetic.h"
#include "ir/op.h"

namespace wengert {

uint64_t scalar_bits(const Graph& graph, uint32_t constant) {
  const Tensor& literal = graph.node(constant).attributes->get<Tensor>("value");
  uint64_t bits = 0;
  std::memcpy(&bits, literal.bytes.data(), literal.bytes.size());
  return bits;
}

Body joined_body(const Graph& graph, std::span<const uint32_t> unit, std::span<const uint32_t> streams,
                 std::span<const char> stored) {
  std::vector<Dtype> dtypes;
  for (uint32_t stream : streams) dtypes.push_back(graph.type({stream, 0}).dtype);
  Arithmetic m(dtypes);
  std::map<uint32_t, Num> values;
  for (uint32_t i = 0; i < streams.size(); i++) values[streams[i]] = m.input(i);
  std::vector<Num> outputs;
  for (size_t k = 0; k < unit.size(); k++) {
    std::vector<Num> operands;
    for (Value input : graph.inputs(unit[k])) {
      const auto have = values.find(input.node);
      operands.push_back(have != values.end()
                             ? have->second
                             : m.constant_bits(graph.type(input).dtype, scalar_bits(graph, input.node)));
    }
    const Node& node = graph.node(unit[k]);
    values[unit[k]] = node.op->body(m, operands, *node.attributes);
    if (stored[k]) outputs.push_back(values[unit[k]]);
  }
  const Body joined = m.finish(outputs);
  return unit.size() == 1 ? joined : merge_equal(joined);
}

namespace {

// What an instruction computes, as words.
using Key = std::vector<uint64_t>;

}  // namespace

Body merge_equal(const Body& body) {
  Body out;
  out.inputs = body.inputs;
  std::vector<uint32_t> now(body.inputs.size());
  std::iota(now.begin(), now.end(), 0);
  std::map<Key, uint32_t> seen;
  for (Instruction in : body.code) {
    // Operands that a primitive does not have are number 0.
    for (uint32_t& operand : in.operands) operand = operand < now.size() ? now[operand] : 0;
    Key key{static_cast<uint64_t>(in.prim), static_cast<uint64_t>(in.type)};
    key.insert(key.end(), in.operands.begin(), in.operands.end());
    Region region;
    if (in.prim == Prim::table) {
      key.insert(key.end(), body.tables[in.bits].begin(), body.tables[in.bits].end());
    } else if (in.prim == Prim::region) {
      region = body.regions[in.bits];
      for (uint32_t& argument : region.arguments) argument = now[argument];
      add_contents(key, region);
    } else {
      key.push_back(in.bits);
    }
    const uint32_t next = static_cast<uint32_t>(out.inputs.size() + out.code.size());
    const auto [have, added] = seen.try_emplace(std::move(key), next);
    now.push_back(have->second);
    if (!added) continue;
    if (in.prim == Prim::table) {
      out.tables.push_back(body.tables[in.bits]);
      in.bits = out.tables.size() - 1;
    } else if (in.prim == Prim::region) {
      out.regions.push_back(std::move(region));
      in.bits = out.regions.size() - 1;
    }
    out.code.push_back(in);
  }
  for (uint32_t output : body.outputs) out.outputs.push_back(now[output]);
  return out;
}

}  // namespace wengert
