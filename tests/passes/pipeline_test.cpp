// The runner, and the order of the pipeline: each stated need fails when the passes are exchanged.
#include "passes/pipeline.h"

#include <doctest/doctest.h>

#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/passes.h"

using namespace wengert;

namespace {

std::vector<const Pass*> named(std::initializer_list<const char*> names) {
  std::vector<const Pass*> out;
  for (const char* name : names) {
    REQUIRE(find_pass(name) != nullptr);
    out.push_back(find_pass(name));
  }
  return out;
}

// Value, gradient and Hessian product of logistic regression.
Program logistic_regression() {
  Program program;
  program.name = "logistic";
  Graph& graph = *program.graph;
  const Extent n = Extent::symbol("N"), d = Extent::symbol("D");
  const Expr w = graph.input("w", f64, {d}), x = graph.input("X", f64, {n, d}),
             y = graph.input("y", f64, {n});
  const Expr lambda = graph.input("lambda", f64), v = graph.input("v", f64, {d});
  const Expr loss = mean(softplus(-(y * matmul(x, w)))) + lambda * dot(w, w);
  program.outputs = {{"loss", loss.value()},
                     {"gradient", gradients({{loss}}, {{w}})[0].value()},
                     {"product", hvp(loss, w, v).value()}};
  return program;
}

bool has_op(const Program& program, std::string_view name) {
  for (uint32_t id = 0; id < program.graph->size(); id++)
    if (program.graph->node(id).op->name == name) return true;
  return false;
}

}  // namespace

TEST_CASE("the report says what each pass did, and only that") {
  const Program program = logistic_regression();
  std::vector<PassReport> report;
  RunOptions options;
  options.report = &report;
  std::string before = print(program);
  size_t seen = 0;
  options.after = [&](const Pass& pass, const Program& now) {
    // called for passes that changed something, in order
    while (seen < report.size() && !report[seen].changed) seen++;
    REQUIRE(seen < report.size());
    CHECK(report[seen].pass == pass.name);
    CHECK(print(now) != before);
    CHECK(report[seen].nodes_after == now.graph->size());
    before = print(now);
    seen++;
  };
  const Program out = optimize(program, options);
  CHECK(print(out) == before);
  REQUIRE(report.size() == pipeline().size());
  for (size_t i = 0; i < report.size(); i++) {
    CHECK(report[i].pass == pipeline()[i].name);
    CHECK(report[i].seconds >= 0);
    CHECK_FALSE(pipeline()[i].reason.empty());
    if (i > 0) CHECK(report[i].nodes_before == report[i - 1].nodes_after);
    if (report[i].nodes_before != report[i].nodes_after) CHECK(report[i].changed);
  }
  CHECK(report.front().nodes_before == program.graph->size());
  CHECK(out.graph->size() < program.graph->size());
}

TEST_CASE("the pipeline is content with what it made") {
  const Program once = optimize(logistic_regression());
  std::vector<PassReport> report;
  RunOptions options;
  options.report = &report;
  const Program twice = optimize(once, options);
  CHECK(print(twice) == print(once));
  for (const PassReport& line : report) {
    const std::string pass(line.pass);
    CAPTURE(pass);
    CHECK_FALSE(line.changed);
  }
}

TEST_CASE("skip and stop after") {
  const Program program = logistic_regression();
  std::vector<PassReport> report;
  RunOptions options;
  options.report = &report;
  options.skip = {"canonicalize", "simplify"};
  optimize(program, options);
  for (const PassReport& line : report) {
    CHECK(line.pass != "canonicalize");
    CHECK(line.pass != "simplify");
  }
  report.clear();
  options.skip = {};
  options.stop_after = 2;
  optimize(program, options);
  CHECK(report.size() == 2);
  report.clear();
  options.stop_after = 0;
  CHECK(print(optimize(program, options)) == print(program));
  CHECK(report.empty());
  options.skip = {"simplfy"};
  CHECK_THROWS_WITH_AS(
      optimize(program, options),
      "there is no pass 'simplfy' to skip; the passes are drop_gradient_marks, canonicalize, "
      "recognize_composites, expand_composites, join_pads, simplify, fold_constants, "
      "merge_common_subexpressions, remove_dead_nodes",
      Error);
  CHECK(find_pass("simplfy") == nullptr);
}

TEST_CASE("the runner notices a pass that changes the interface") {
  const Program program = parse("wengert 1\n%0 = input {name=\"x\", type=f64}\noutput y = %0\noutput z = %0");
  const Pass drops{"drops", "", [](const Program& p, const PassOptions&) -> std::optional<Program> {
                     Program out = bind(p, {});
                     out.outputs.pop_back();
                     return out;
                   }};
  CHECK_THROWS_WITH_AS(run_passes(program, {&drops}), "the pass drops changed the number of outputs", Error);
  const Pass adds{"adds", "", [](const Program& p, const PassOptions&) -> std::optional<Program> {
                    Program out = bind(p, {});
                    out.graph->input("more", f64);
                    return out;
                  }};
  CHECK_THROWS_WITH_AS(run_passes(program, {&adds}), "the pass adds changed the number of inputs", Error);
  const Pass retypes{"retypes", "", [](const Program& p, const PassOptions&) -> std::optional<Program> {
                       Program out = bind(p, {});
                       out.outputs[1].value = convert(out.expr(out.outputs[1].value), f32).value();
                       return out;
                     }};
  CHECK_THROWS_WITH_AS(run_passes(program, {&retypes}), "the pass retypes changed the output 'z'", Error);
  const Pass breaks{"breaks", "", [](const Program& p, const PassOptions&) -> std::optional<Program> {
                      Program out = bind(p, {});
                      out.outputs[1].value = {7, 0};
                      return out;
                    }};
  CHECK_THROWS_WITH_AS(run_passes(program, {&breaks}), "the output 'z' is %7.0, which is not in the program",
                       Error);
}

// --- order: what each line of the pipeline says it needs ---

TEST_CASE("marks are dropped before rows look for patterns") {
  Program program;
  const Expr x = program.graph->input("x", f64);
  program.outputs = {{"y", log(stop_gradient(1 + x)).value()}};
  CHECK(has_op(run_passes(program, named({"drop_gradient_marks", "simplify"})), "log_plus_one"));
  CHECK_FALSE(has_op(run_passes(program, named({"simplify", "drop_gradient_marks"})), "log_plus_one"));
}

TEST_CASE("canonicalize comes before simplify") {
  Program program;
  const Expr x = program.graph->input("x", f64);
  program.outputs = {{"y", (exp(x) - 1.0).value()}};
  CHECK(has_op(run_passes(program, named({"canonicalize", "simplify"})), "exponential_minus_one"));
  CHECK_FALSE(has_op(run_passes(program, named({"simplify", "canonicalize"})), "exponential_minus_one"));
}

TEST_CASE("canonicalize comes before recognize_composites") {
  Program program;
  const Expr length = norm(program.graph->input("x", f64, {3}));
  program.outputs = {{"y", program.graph->make(ops::multiply, {length, length}).value()}};
  CHECK_FALSE(has_op(run_passes(program, named({"canonicalize", "recognize_composites"})), "norm"));
  CHECK(has_op(run_passes(program, named({"recognize_composites", "canonicalize"})), "norm"));
}

TEST_CASE("recognize_composites comes before expand_composites, and not after") {
  Program program;
  const Expr x = program.graph->input("x", f64, {3});
  program.outputs = {{"y", program.graph->make(ops::square, {norm(x)}).value()},
                     {"z", log(sum(exp(x))).value()}};
  const Program right = run_passes(program, named({"recognize_composites", "expand_composites"}));
  CHECK_FALSE(has_op(right, "sqrt"));
  CHECK_FALSE(has_op(right, "logsumexp"));
  CHECK(has_op(right, "reduce_max"));
  const Program wrong = run_passes(program, named({"expand_composites", "recognize_composites"}));
  CHECK(has_op(wrong, "sqrt"));
  CHECK(has_op(wrong, "logsumexp"));
}

TEST_CASE("expand_composites comes before the second drop_gradient_marks and before simplify") {
  Program program;
  const Expr x = program.graph->input("x", f64, {3, 1});
  program.outputs = {{"y", logsumexp(x, Axes{1}).value()}};
  CHECK_FALSE(
      has_op(run_passes(program, named({"expand_composites", "drop_gradient_marks"})), "stop_gradient"));
  CHECK(has_op(run_passes(program, named({"drop_gradient_marks", "expand_composites"})), "stop_gradient"));
  CHECK_FALSE(has_op(run_passes(program, named({"expand_composites", "simplify"})), "reduce_max"));
  CHECK(has_op(run_passes(program, named({"simplify", "expand_composites"})), "reduce_max"));
}

TEST_CASE("simplify comes before fold_constants, and again after it") {
  Program program;
  const Expr x = program.graph->input("x", f64, {2});
  // simplify brings 2000 broadcast literals down to one, which can be folded; its value, 1, is a factor that
  // goes
  const Expr one = exp(broadcast_to(constant(*program.graph, f64, 0.0), {2000}));
  program.outputs = {{"y", (x * slice_axis(one, 0, 0, 2)).value()}};
  const Program right =
      run_passes(program, named({"simplify", "fold_constants", "simplify", "remove_dead_nodes"}));
  CHECK(right.outputs[0].value == right.inputs()[0]);
  CHECK_FALSE(
      run_passes(program, named({"simplify", "fold_constants", "remove_dead_nodes"})).outputs[0].value ==
      right.inputs()[0]);
  CHECK(
      has_op(run_passes(program, named({"fold_constants", "simplify", "remove_dead_nodes"})), "exponential"));
}

TEST_CASE("remove_dead_nodes comes after fold_constants") {
  Program program;
  const Expr x = program.graph->input("x", f64);
  program.outputs = {{"y", (x + exp(constant(*program.graph, f64, 1.0))).value()}};
  CHECK(run_passes(program, named({"fold_constants", "remove_dead_nodes"})).graph->size() == 3);
  CHECK(run_passes(program, named({"remove_dead_nodes", "fold_constants"})).graph->size() == 4);
}

TEST_CASE("the pipeline keeps that order") {
  auto first = [](std::string_view name) {
    for (size_t i = 0; i < pipeline().size(); i++)
      if (pipeline()[i].name == name) return i;
    return pipeline().size();
  };
  auto last = [](std::string_view name) {
    size_t at = 0;
    for (size_t i = 0; i < pipeline().size(); i++)
      if (pipeline()[i].name == name) at = i;
    return at;
  };
  CHECK(first("drop_gradient_marks") == 0);
  CHECK(first("canonicalize") < first("recognize_composites"));
  CHECK(last("recognize_composites") < first("expand_composites"));
  CHECK(first("expand_composites") < last("drop_gradient_marks"));
  CHECK(last("drop_gradient_marks") < first("join_pads"));
  CHECK(first("join_pads") < first("simplify"));
  CHECK(first("simplify") < first("fold_constants"));
  CHECK(last("fold_constants") < last("canonicalize"));
  CHECK(last("canonicalize") < last("simplify"));
  CHECK(last("simplify") < first("merge_common_subexpressions"));
  CHECK(last("remove_dead_nodes") == pipeline().size() - 1);
}
