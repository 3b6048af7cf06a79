#include "cases.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "ir/registry.h"

namespace wengert::tests {

std::string Case::text() const {
  std::string out{op->name};
  for (size_t i = 0; i < operands.size(); i++) out += fmt::format("{}{}", i ? ", " : "(", name(operands[i]));
  if (const int64_t* n = attributes.find<int64_t>("exponent")) out += fmt::format(", exponent={}", *n);
  if (const int64_t* n = attributes.find<int64_t>("order")) out += fmt::format(", order={}", *n);
  if (const Type* to = attributes.find<Type>("to")) out += ", to=" + wengert::text(*to);
  return out + ")";
}

static std::vector<Attributes> attributes_of(const Op& op) {
  std::vector<Attributes> out;
  if (op.name == "integer_pow")
    for (int64_t n : {-3, -2, -1, 0, 1, 2, 3, 7}) out.push_back({{"exponent", n}});
  if (op.name == "polygamma")
    for (int64_t n : {0, 1, 2, 3, 6}) out.push_back({{"order", n}});
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

std::vector<Tensor> awkward_values(const Case& c) {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan_ = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<double>> pools;
  for (Dtype dtype : c.operands) {
    if (dtype == Dtype::boolean)
      pools.push_back({0, 1});
    else if (dtype == Dtype::f32 && c.operands.size() < 3)
      pools.push_back({0.0, -0.0, 1, -1, 0.5, -2.5, 3, 0x1p-149, -0x1p-126, 0x1p-70, 0x1.fffffep127, -1e30,
                       30, inf, -inf, nan_});
    else if (dtype == Dtype::f64 && c.operands.size() < 3)
      pools.push_back({0.0, -0.0, 1, -1, 0.5, -2.5, 3, 0x1p-1074, -0x1p-1022, 0x1p-600,
                       0x1.fffffffffffffp1023, -1e300, 30, inf, -inf, nan_});
    else if (is_float(dtype))
      pools.push_back({0.0, -0.0, 1.5, -2, inf, -inf, nan_});
    else
      pools.push_back({0, 1, -1, 7, -7, 3, -3, 31, 32, 63, 64, 1000, dtype == Dtype::i32 ? -0x1p31 : -0x1p63,
                       dtype == Dtype::i32 ? 0x1p31 - 1 : 0x1p62});
  }
  int64_t count = 1;
  for (const auto& pool : pools) count *= static_cast<int64_t>(pool.size());
  std::vector<Tensor> out;
  int64_t repeat = 1;
  for (size_t i = 0; i < pools.size(); i++) {
    Tensor t(c.operands[i], {count});
    for (int64_t k = 0; k < count; k++) t.set(k, pools[i][k / repeat % pools[i].size()]);
    repeat *= static_cast<int64_t>(pools[i].size());
    out.push_back(std::move(t));
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
