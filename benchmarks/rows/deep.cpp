// Graphs of many scalar operations, built with the C++ API. The same nodes as C, for the C compiler, with a
// reverse sweep by the rules of the trade: what is compared is both compile time and run time.
#include <fmt/format.h>

#include "benchmarks/harness/c_code.h"
#include "benchmarks/harness/kernel.h"
#include "benchmarks/rows/dag.h"
#include "benchmarks/rows/rows.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"

namespace wengert::benchmarks {

static std::string input_name(int i) { return "x" + std::to_string(i); }

Program build_program(const Dag& dag, bool scalars) {
  using Op = Dag::Op;
  Program program;
  program.name = "dag";
  const Expr x = scalars ? Expr() : program.graph->input("x", f64, {dag.inputs});
  std::vector<Expr> values;
  values.reserve(dag.size());
  for (int i = 0; i < dag.inputs; i++)
    values.push_back(scalars ? program.graph->input(input_name(i), f64) : index_axis(x, 0, i));
  for (const Dag::Node& node : dag.nodes) {
    const Expr &a = values[node.a], &b = values[node.b];
    Expr value;
    switch (node.op) {
      case Op::add: value = a + b; break;
      case Op::subtract: value = a - b; break;
      case Op::multiply: value = a * b; break;
      case Op::quotient: value = a / (2.0 + cos(b)); break;
      case Op::sine: value = sin(a); break;
      case Op::cosine: value = cos(a); break;
      case Op::exponential: value = exp(a); break;
      case Op::tangent: value = tanh(a); break;
      case Op::root: value = sqrt(1.0 + a * a); break;
    }
    values.push_back(value);
  }
  Expr sum;
  for (int sink : dag.sinks) sum = sum.absent() ? values[sink] : sum + values[sink];
  program.outputs = {{"dag", sum.value()}};
  return program;
}

static Dag dag_of(Deep kind, int nodes) {
  switch (kind) {
    case Deep::wide: return wide_dag(nodes);
    case Deep::narrow: return narrow_dag(nodes, nodes / 5);
    case Deep::repeated: return repeated_dag(100, nodes / 100);
  }
  return {};
}

Row deep_row(const Context& context, const std::string& name, Deep kind, int nodes, bool scalars) {
  Row row{.name = name};
  const auto dag = std::make_shared<const Dag>(dag_of(kind, nodes));
  const Array x(f64, {dag->inputs});
  std::copy(dag->x.begin(), dag->x.end(), x.f64());
  const Array whole(f64, {dag->inputs}), sum(f64, {});
  double *value = sum.f64(), *gradient = whole.f64();
  row.outputs = {sum};
  Derivatives derivatives;
  auto part = [&](const Array& array, int i) { return scalars ? Array::view(array, i, {}) : array; };
  for (int i = 0; i < (scalars ? dag->inputs : 1); i++) {
    derivatives.grad.push_back(scalars ? input_name(i) : "x");
    row.inputs.emplace_back(derivatives.grad.back(), part(x, i));
    row.outputs.push_back(part(whole, i));
  }
  expect(row, context, [&](std::vector<Array>& expected) {
    const Array answer(f64, {dag->inputs});
    Interpreter interpreter(*dag);
    expected[0].f64()[0] = interpreter(x.f64(), answer.f64());
    for (size_t i = 1; i < expected.size(); i++) expected[i] = part(answer, static_cast<int>(i) - 1);
  });

  Task task;
  task.program = [=] { return build_program(*dag, scalars); };
  task.derivatives = std::move(derivatives);
  task.quick = true;
  add_wengert(row, context, task);
  if (context.only_wengert) return row;
  const bool large = nodes > 10000;
  if (!context.c_compiler.empty() && (!large || context.slow)) {
    // One function as long as the compiler can bear it, then functions of a thousand statements.
    const CFunction function = compile_c(context, write_c(*dag, large ? 1000 : 0), "-O1", "dag");
    auto* entry = reinterpret_cast<double (*)(const double*, double*)>(function.address);
    row.facts["compile C"] = function.seconds;
    row.contenders.push_back({"C compiler", each([=] { *value = entry(x.f64(), gradient); }), row.answers()});
  }
  row.contenders.push_back({"interpreter", each([=, sweep = std::make_shared<Interpreter>(*dag), kept = dag] {
                              *value = (*sweep)(x.f64(), gradient);
                            }),
                            row.answers()});
  return row;
}

}  // namespace wengert::benchmarks
