// The elementwise ops of the registry, each with the attributes and operand types it is tested with. A new op
// is among them without a line here, unless it has attributes of its own.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "ir/op.h"
#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert::tests {

struct Case {
  const Op* op;
  Attributes attributes;
  std::vector<Dtype> operands;
  Dtype result;

  std::string text() const;  ///< "maximum(f64, f64)"
  bool floating() const { return is_float(result); }
};

/// Every elementwise record with every combination of operand types that its type rule takes: all of one
/// type, or a bool and then all of one type.
std::vector<Case> elementwise_cases();

/// `count` numbers from the sampling range of operand i, rounded to the operand's type.
Tensor samples(const Case& c, size_t operand, int64_t count, std::mt19937_64& random);

/// Every combination of the awkward numbers of each operand's type.
std::vector<Tensor> awkward_values(const Case& c);

/// A program in the making: inputs x0, x1, … of one shape for the operands of a case.
struct Bench {
  Program program;
  std::vector<Expr> operands;
  std::vector<Expr> floats;  ///< those of them that can be differentiated by

  Bench(const Case& c, const Shape& shape);
  Graph& graph() { return *program.graph; }
  Expr call(const Case& c) { return call(c, operands); }
  Expr call(const Case& c, const std::vector<Expr>& x);
  void output(Expr e);
};

}  // namespace wengert::tests
