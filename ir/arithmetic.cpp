#include "ir/arithmetic.h"

#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "ir/error.h"

namespace wengert {

static void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::internal, fmt::format("op body: {}", what));
}

Arithmetic::Arithmetic(std::span<const Dtype> inputs) { body_.inputs.assign(inputs.begin(), inputs.end()); }

Num Arithmetic::input(uint32_t index) {
  require(index < body_.inputs.size(), "no such input");
  return {this, index, body_.inputs[index]};
}

Num Arithmetic::append(Instruction instruction) {
  body_.code.push_back(instruction);
  return {this, static_cast<uint32_t>(body_.inputs.size() + body_.code.size() - 1), instruction.type};
}

Num Arithmetic::constant(Dtype type, double value) {
  switch (type) {
    case Dtype::boolean: return constant_bits(type, value != 0);
    case Dtype::i32: return constant_bits(type, static_cast<uint32_t>(static_cast<int32_t>(value)));
    case Dtype::i64: return constant_bits(type, static_cast<uint64_t>(static_cast<int64_t>(value)));
    case Dtype::f32: return constant_bits(type, std::bit_cast<uint32_t>(static_cast<float>(value)));
    case Dtype::f64: return constant_bits(type, std::bit_cast<uint64_t>(value));
  }
  throw Error(Code::internal, "op body: unknown dtype");
}

Num Arithmetic::constant_bits(Dtype type, uint64_t bits) {
  for (uint32_t i = 0; i < body_.code.size(); i++) {
    const Instruction& have = body_.code[i];
    if (have.prim == Prim::constant && have.type == type && have.bits == bits)
      return {this, static_cast<uint32_t>(body_.inputs.size() + i), type};
  }
  return append({Prim::constant, type, {}, bits});
}

Num Arithmetic::emit(Prim prim, Num a) { return append({prim, a.type, {a.id}}); }

Num Arithmetic::emit(Prim prim, Num a, Num b) {
  require(a.type == b.type, "operands of two types");
  return append({prim, a.type, {a.id, b.id}});
}

Num Arithmetic::compare(Prim prim, Num a, Num b) {
  require(a.type == b.type, "comparison of two types");
  return append({prim, Dtype::boolean, {a.id, b.id}});
}

Num Arithmetic::fma(Num a, Num b, Num c) {
  require(a.type == b.type && b.type == c.type && is_float(a.type), "fma wants three floats of one type");
  return append({Prim::fma, a.type, {a.id, b.id, c.id}});
}

Num Arithmetic::mul_add(Num a, Num b, Num c) { return fma(a, b, c); }

Num Arithmetic::select(Num mask, Num if_true, Num if_false) {
  require(mask.type == Dtype::boolean && if_true.type == if_false.type,
          "select wants a mask and two of one type");
  return append({Prim::select, if_true.type, {mask.id, if_true.id, if_false.id}});
}

Num Arithmetic::convert(Num a, Dtype to) { return a.type == to ? a : append({Prim::convert, to, {a.id}}); }

Num Arithmetic::bitcast(Num a, Dtype to) {
  require(size_of(a.type) == size_of(to), "bitcast between widths");
  return a.type == to ? a : append({Prim::bitcast, to, {a.id}});
}

Num Arithmetic::table(Dtype type, std::span<const double> entries, Num index) {
  std::vector<uint64_t> bits;
  for (double entry : entries)
    bits.push_back(type == Dtype::f32 ? std::bit_cast<uint32_t>(static_cast<float>(entry))
                                      : std::bit_cast<uint64_t>(entry));
  require(is_float(type), "table of doubles for an integer type");
  return table_bits(type, bits, index);
}

Num Arithmetic::table_bits(Dtype type, std::span<const uint64_t> entries, Num index) {
  require(is_integer(index.type), "table index is not an integer");
  std::vector<uint64_t> wanted(entries.begin(), entries.end());
  uint64_t which = 0;
  while (which < body_.tables.size() && body_.tables[which] != wanted) which++;
  if (which == body_.tables.size()) body_.tables.push_back(std::move(wanted));
  return append({Prim::table, type, {index.id}, which});
}

std::vector<Num> Arithmetic::region(Region region, std::span<const Dtype> types) {
  body_.regions.push_back(std::move(region));
  Num whole = append({Prim::region, Dtype::boolean, {}, body_.regions.size() - 1});
  std::vector<Num> results;
  for (uint64_t i = 0; i < types.size(); i++)
    results.push_back(append({Prim::result, types[i], {whole.id}, i}));
  return results;
}

std::vector<Num> Arithmetic::repeat(uint32_t limit, std::span<const Num> state,
                                    std::span<const Num> constants, const Step& step) {
  Region made{Region::Kind::repeat, limit, static_cast<uint32_t>(state.size()), {}, {}};
  std::vector<Dtype> types, state_types;
  for (Num n : state) state_types.push_back(n.type);
  for (auto part : {state, constants})
    for (Num n : part) types.push_back(n.type), made.arguments.push_back(n.id);
  Arithmetic inner(types);
  std::vector<Num> inputs;
  for (uint32_t i = 0; i < types.size(); i++) inputs.push_back(inner.input(i));
  std::vector<Num> outputs = step(inner, inputs);
  require(outputs.size() == state.size() + 1, "repeat: step gives the state and done");
  for (size_t i = 0; i < state.size(); i++)
    require(outputs[i].type == state[i].type, "repeat: state changes type");
  require(outputs.back().type == Dtype::boolean, "repeat: done is not bool");
  made.body.push_back(inner.finish(outputs));
  return region(std::move(made), state_types);
}

std::vector<Num> Arithmetic::rarely(Num mask, std::span<const Num> fast, std::span<const Num> arguments,
                                    const Step& slow) {
  require(mask.type == Dtype::boolean, "rarely: mask is not bool");
  Region made{Region::Kind::rarely, 1, static_cast<uint32_t>(fast.size()), {mask.id}, {}};
  std::vector<Dtype> types, fast_types;
  for (Num n : fast) fast_types.push_back(n.type), made.arguments.push_back(n.id);
  for (Num n : arguments) types.push_back(n.type), made.arguments.push_back(n.id);
  Arithmetic inner(types);
  std::vector<Num> inputs;
  for (uint32_t i = 0; i < types.size(); i++) inputs.push_back(inner.input(i));
  std::vector<Num> outputs = slow(inner, inputs);
  require(outputs.size() == fast.size(), "rarely: slow gives as many results as fast");
  for (size_t i = 0; i < fast.size(); i++)
    require(outputs[i].type == fast[i].type, "rarely: result changes type");
  made.body.push_back(inner.finish(outputs));
  return region(std::move(made), fast_types);
}

static int operand_count(Prim prim) {
  switch (prim) {
    case Prim::constant:
    case Prim::region: return 0;
    case Prim::negate:
    case Prim::absolute:
    case Prim::square_root:
    case Prim::floor:
    case Prim::ceil:
    case Prim::truncate:
    case Prim::round_even:
    case Prim::bit_not:
    case Prim::population_count:
    case Prim::leading_zeros:
    case Prim::convert:
    case Prim::bitcast:
    case Prim::table:
    case Prim::result: return 1;
    case Prim::fma:
    case Prim::select: return 3;
    default: return 2;
  }
}

Body Arithmetic::finish(std::span<const Num> outputs) {
  const uint32_t base = static_cast<uint32_t>(body_.inputs.size());
  std::vector<char> live(base + body_.code.size(), 0);
  for (Num n : outputs) live[n.id] = 1;
  for (size_t i = body_.code.size(); i-- > 0;) {
    if (!live[base + i]) continue;
    const Instruction& at = body_.code[i];
    for (int k = 0; k < operand_count(at.prim); k++) live[at.operands[k]] = 1;
    if (at.prim == Prim::region)
      for (uint32_t argument : body_.regions[at.bits].arguments) live[argument] = 1;
  }
  Body out;
  out.inputs = body_.inputs;
  out.tables = body_.tables;
  std::vector<uint32_t> moved(live.size());
  for (uint32_t i = 0; i < base; i++) moved[i] = i;
  for (size_t i = 0; i < body_.code.size(); i++) {
    if (!live[base + i]) continue;
    Instruction at = body_.code[i];
    for (int k = 0; k < operand_count(at.prim); k++) at.operands[k] = moved[at.operands[k]];
    if (at.prim == Prim::region) {
      Region region = body_.regions[at.bits];
      for (uint32_t& argument : region.arguments) argument = moved[argument];
      at.bits = out.regions.size();
      out.regions.push_back(std::move(region));
    }
    moved[base + i] = base + static_cast<uint32_t>(out.code.size());
    out.code.push_back(at);
  }
  for (Num n : outputs) out.outputs.push_back(moved[n.id]);
  return out;
}

}  // namespace wengert
