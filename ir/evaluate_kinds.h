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
  /// Of an elementwise node.
  const Body& elementwise(const Graph& graph, uint32_t node);
  const Body& combine(const Op& op, Dtype dtype) { return of_two(op, op.combine, dtype); }
  const Body& better(const Op& op, Dtype dtype) { return of_two(op, op.better, dtype); }

 private:
  using TwoNumbers = std::function<Num(Arithmetic&, Num, Num)>;
  const Body& of_two(const Op& op, const TwoNumbers& step, Dtype dtype);

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

/// Puts the values of one node on its operands' values into `results`, of which there is one for each.
void evaluate_node(EvaluationContext& context, const Graph& graph, uint32_t id,
                   std::span<const Tensor* const> operands, std::span<Tensor> results);

/// The values of a graph while it is evaluated.
class ValueTable {
 public:
  explicit ValueTable(const Graph& graph) : graph_(graph), first_(graph.size()) {
    uint32_t count = 0;
    for (uint32_t id = 0; id < graph.size(); id++) {
      first_[id] = count;
      count += static_cast<uint32_t>(graph.node(id).types->size());
    }
    values_.resize(count);
  }
  Tensor& operator[](Value value) { return values_[first_[value.node] + value.result]; }
  /// All results of a node.
  std::span<Tensor> of(uint32_t id) { return {values_.data() + first_[id], graph_.node(id).types->size()}; }
  /// evaluate_node on the values in the table.
  void evaluate(EvaluationContext& context, uint32_t id);

 private:
  const Graph& graph_;
  std::vector<uint32_t> first_;
  std::vector<Tensor> values_;
  std::vector<const Tensor*> operands_;
};

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
