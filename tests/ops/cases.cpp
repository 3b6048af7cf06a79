#include "cases.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/registry.h"

namespace wengert::tests {

std::string Case::text() const {
  std::string out{op->name};
  for (size_t i = 0; i < operands.size(); i++) out += fmt::format("{}{}", i ? ", " : "(", name(operands[i]));
  if (const int64_t* n = attributes.find<int64_t>("exponent")) out += fmt::format(", exponent={}", *n);
  if (const Type* to = attributes.find<Type>("to")) out += ", to=" + wengert::text(*to);
  return out + ")";
}

static std::vector<Attributes> attributes_of(const Op& op) {
  std::vector<Attributes> out;
  if (op.name == "integer_pow")
    for (int64_t n : {-3, -2, -1, 0, 1, 2, 3, 7}) out.push_back({{"exponent", n}});
  if (op.name == "convert")
    for (Dtype to : all_dtypes) out.push_back({{"to", Type{to, {}}}});
  if (out.empty()) out.emplace_back();
  return out;
}

static std::optional<Dtype> result_of(const Op& op, const std::vector<Dtype>& operands,
                                      const Attributes& attributes) {
  std::vector<Type> types;
  for (Dtype dtype : operands) types.push_back({dtype, {}});
  std::vector<const Type*> pointers;
  for (const Type& type : types) pointers.push_back(&type);
  try {
    return op.type(Call{op, pointers, attributes}).at(0).dtype;
  } catch (const Error& error) {
    if (error.code() == Code::type) return std::nullopt;
    throw;
  }
}

std::vector<Case> elementwise_cases() {
  std::vector<Case> out;
  for (const Op* op : all_ops()) {
    if (op->kind != Kind::elementwise) continue;
    const auto count = static_cast<size_t>(op->arity);
    for (const Attributes& attributes : attributes_of(*op))
      for (Dtype dtype : all_dtypes)
        for (bool masked : {false, true}) {
          std::vector<Dtype> operands(count, dtype);
          if (masked && (count == 1 || dtype == Dtype::boolean)) continue;
          if (masked) operands[0] = Dtype::boolean;
          if (const std::optional<Dtype> result = result_of(*op, operands, attributes))
            out.push_back({op, attributes, operands, *result});
        }
  }
  return out;
}

Tensor samples(const Case& c, size_t operand, int64_t count, std::mt19937_64& random) {
  const std::vector<Range>& ranges = c.op->samples;
  const Range range = ranges.empty() ? Range{} : ranges[std::min(operand, ranges.size() - 1)];
  Tensor out(c.operands[operand], {count});
  for (int64_t i = 0; i < count; i++) {
    if (out.dtype == Dtype::boolean)
      out.set(i, static_cast<double>(random() & 1));
    else
      out.set(i, range.low + (range.high - range.low) * static_cast<double>(random() >> 11) * 0x1p-53);
  }
  return out;
}

Bench::Bench(const Case& c, const Shape& shape) {
  for (size_t i = 0; i < c.operands.size(); i++) {
    operands.push_back(graph().input(fmt::format("x{}", i), c.operands[i], shape));
    if (is_float(c.operands[i])) floats.push_back(operands.back());
  }
}

Expr Bench::call(const Case& c, const std::vector<Expr>& x) {
  std::vector<Value> values;
  for (const Expr& e : x) values.push_back(e.value());
  return graph().make(*c.op, values, c.attributes);
}

void Bench::output(Expr e) {
  program.outputs.push_back({fmt::format("y{}", program.outputs.size()), e.value()});
}

}  // namespace wengert::tests
