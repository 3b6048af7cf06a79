// The evaluator's loops, one for each kind (ir/op.h).
#pragma once
#include <map>
#include <span>
#include <string>

#include "ir/body.h"
#include "ir/graph.h"
#include "ir/op.h"
#include "ir/tensor.h"

namespace wengert {

/// Bodies by op, attributes and operand dtypes: made once, run often.
class BodyCache {
 public:
  const Body& elementwise(const Op& op, const Attributes& attributes, std::span<const Dtype> dtypes);
  const Body& combine(const Op& op, Dtype dtype);
  const Body& better(const Op& op, Dtype dtype);

 private:
  struct Key {
    const Op* op;
    const Attributes* attributes;
    uint64_t dtypes;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, Body> bodies_;
};

struct EvaluationContext {
  const Bindings& bindings;
  BodyCache bodies;
  int flags = 0;
};

/// The value of one node (with one result) on its operands' values.
Tensor evaluate_node(EvaluationContext& context, const Graph& graph, uint32_t id,
                     std::span<const Tensor* const> operands);

// One file each.
Tensor evaluate_reduction(EvaluationContext&, const Op&, const Attributes&, const Tensor& x,
                          const std::vector<int64_t>& shape);
Tensor evaluate_arg_reduction(EvaluationContext&, const Op&, const Attributes&, const Tensor& x,
                              const std::vector<int64_t>& shape);
Tensor evaluate_contraction(const Attributes&, const Tensor& a, const Tensor& b,
                            const std::vector<int64_t>& shape);

/// The bits of a reduction's initial value, in the low bytes.
uint64_t initial_bits(const Op& op, Dtype dtype);

/// Row-major strides in elements.
std::vector<int64_t> strides_of(const std::vector<int64_t>& shape);
/// Moves `index` to the next one in row-major order; false behind the last.
bool advance(std::vector<int64_t>& index, const std::vector<int64_t>& shape);

}  // namespace wengert
