#include "random_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "ir/evaluate.h"

namespace wengert::testing {
namespace {

double any_float(std::mt19937_64& random) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double special[] = {
      0.0,   -0.0,   1.0,    -1.0, 0.5,   2.0, infinity, -infinity, std::numeric_limits<double>::quiet_NaN(),
      1e-40, -1e-40, 5e-324, 3e38, -1e308};
  std::uniform_real_distribution<double> ordinary(-3, 3);
  if (random() % 3 == 0) return special[random() % std::size(special)];
  return ordinary(random);
}

int64_t any_integer(std::mt19937_64& random) {
  constexpr int64_t special[] = {0,
                                 1,
                                 -1,
                                 std::numeric_limits<int64_t>::max(),
                                 std::numeric_limits<int64_t>::min(),
                                 std::numeric_limits<int32_t>::max(),
                                 std::numeric_limits<int32_t>::min()};
  if (random() % 4 == 0) return special[random() % std::size(special)];
  if (random() % 2 == 0) return static_cast<int64_t>(random());
  return static_cast<int64_t>(random() % 21) - 10;
}

Tensor element(const Tensor& whole, int64_t i) {
  Tensor out(whole.dtype, {});
  std::copy_n(whole.bytes.begin() + i * static_cast<int64_t>(out.bytes.size()), out.bytes.size(),
              out.bytes.begin());
  return out;
}

/// Of one element; an i64 with all of its digits.
std::string number(const Tensor& scalar) {
  return scalar.dtype == Dtype::i64 ? fmt::format("{}", *scalar.data<int64_t>())
                                    : fmt::format("{}", scalar.at(0));
}

}  // namespace

std::vector<Tensor> random_arguments(const Program& program, const Bindings& symbols, Draw draw,
                                     std::mt19937_64& random) {
  std::uniform_real_distribution<double> ordinary(draw.low, draw.high);
  std::vector<Tensor> out;
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    Tensor tensor(type.dtype, numbers(type.shape, symbols));
    for (int64_t i = 0; i < tensor.count(); i++) {
      switch (type.dtype) {
        case Dtype::boolean: tensor.data<uint8_t>()[i] = random() % 2; break;
        case Dtype::i32: tensor.data<int32_t>()[i] = static_cast<int32_t>(any_integer(random)); break;
        case Dtype::i64: tensor.data<int64_t>()[i] = any_integer(random); break;
        default: tensor.set(i, draw.anything ? any_float(random) : ordinary(random));
      }
    }
    out.push_back(std::move(tensor));
  }
  return out;
}

std::string different_bits(const Program& a, const Program& b, const std::vector<Tensor>& arguments,
                           const Bindings& symbols) {
  const Evaluation x = evaluate(a, arguments, symbols), y = evaluate(b, arguments, symbols);
  for (size_t k = 0; k < x.outputs.size(); k++) {
    if (x.outputs[k].same_bits(y.outputs[k])) continue;
    if (x.outputs[k].dtype != y.outputs[k].dtype || x.outputs[k].shape != y.outputs[k].shape)
      return fmt::format("output {}: another type or shape", a.outputs[k].name);
    for (int64_t i = 0;; i++) {
      const Tensor p = element(x.outputs[k], i), q = element(y.outputs[k], i);
      if (!p.same_bits(q))
        return fmt::format("output {} at {}: {} and {}", a.outputs[k].name, i, number(p), number(q));
    }
  }
  return (y.flags & ~x.flags) == 0 ? "" : fmt::format("flags {} and {}", x.flags, y.flags);
}

std::string far_apart(const Program& a, const Program& b, const std::vector<Tensor>& arguments,
                      const Bindings& symbols, double tolerance) {
  const Evaluation x = evaluate(a, arguments, symbols), y = evaluate(b, arguments, symbols);
  for (size_t k = 0; k < x.outputs.size(); k++) {
    if (x.outputs[k].dtype != y.outputs[k].dtype || x.outputs[k].shape != y.outputs[k].shape)
      return fmt::format("output {}: another type or shape", a.outputs[k].name);
    for (int64_t i = 0; i < x.outputs[k].count(); i++) {
      const double p = x.outputs[k].at(i), q = y.outputs[k].at(i);
      if ((std::isnan(p) && std::isnan(q)) || p == q ||
          std::fabs(p - q) <= tolerance * std::fmax(1, std::fabs(p)))
        continue;
      return fmt::format("output {} at {}: {} and {}", a.outputs[k].name, i, p, q);
    }
  }
  return "";
}

}  // namespace wengert::testing
