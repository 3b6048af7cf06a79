// Each pass: the text it gives, that it reports change honestly, and that running it again changes nothing.
#include "passes/passes.h"

#include <doctest/doctest.h>

#include <cmath>

#include "ir/evaluate.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/gradients.h"
#include "passes/rebuild.h"
#include "random_values.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

// The pass gives the expected list, keeps the bits, and is content with what it made.
void check(PassFunction* pass, const std::string& before, const std::string& after) {
  const Program program = parse("wengert 1\n" + before), expected = parse("wengert 1\n" + after);
  const std::optional<Program> changed = pass(program, {});
  CHECK(changed.has_value() == (print(program) != print(expected)));
  const Program made = run_pass(pass, program);
  CHECK(print(made) == print(expected));
  verify(made);
  CHECK(print(run_pass(pass, made)) == print(run_pass(remove_dead_nodes, made)));
  std::mt19937_64 random(1);
  for (int i = 0; i < 20; i++)
    CHECK(different_bits(program, made, random_arguments(program, {}, Draw(), random), {}) == "");
}

const char* const x3 = "%0 = input {name=\"x\", type=f64[3]}\n";

}  // namespace

TEST_CASE("remove_dead_nodes keeps what outputs reach, and every input") {
  check(remove_dead_nodes,
        "%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"unused\", type=f64}\n%2 = add %0, %0\n%3 = "
        "negate %2\n"
        "%4 = square %2\noutput y = %4",
        "%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"unused\", type=f64}\n%2 = add %0, %0\n%3 = "
        "square %2\n"
        "output y = %3");
}

TEST_CASE("merge_common_subexpressions sees through the order of operands") {
  check(
      merge_common_subexpressions,
      "%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"y\", type=f64}\n%2 = add %0, %1\n%3 = add %1, "
      "%0\n"
      "%4 = less %0, %1\n%5 = less %1, %0\n%6 = multiply %2, %3\noutput y = %6\noutput a = %4\noutput b = %5",
      "%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"y\", type=f64}\n%2 = add %0, %1\n%3 = less %0, "
      "%1\n"
      "%4 = less %1, %0\n%5 = multiply %2, %2\noutput y = %5\noutput a = %3\noutput b = %4");
}

TEST_CASE("canonicalize puts constants last and earlier nodes first") {
  check(canonicalize,
        std::string("%0 = constant {value=f64(3)}\n%1 = input {name=\"x\", type=f64}\n%2 = exponential %1\n"
                    "%3 = multiply %0, %2\n%4 = add %3, %1\noutput y = %4"),
        "%0 = constant {value=f64(3)}\n%1 = input {name=\"x\", type=f64}\n%2 = exponential %1\n%3 = multiply "
        "%2, %0\n"
        "%4 = add %1, %3\noutput y = %4");
}

static size_t count(const Program& program, const Op& op) {
  const Program live = run_pass(remove_dead_nodes, program);
  size_t out = 0;
  for (uint32_t id = 0; id < live.graph->size(); id++) out += live.graph->node(id).op == &op;
  return out;
}

TEST_CASE("join_pads: a sum of parts is their concatenation, negative zeros included") {
  const auto sum_of = [](std::initializer_list<std::pair<int, int>> parts, int others) {
    Program program;
    Expr sum;
    const auto add = [&](Expr e) { sum = sum.absent() ? e : sum + e; };
    for (auto [begin, end] : parts) {
      const Expr part = program.graph->input("p" + std::to_string(begin), f64, {2, end - begin});
      add(pad(part, 0.0, {0, begin}, {0, 9 - end}, {0, 0}));
    }
    for (int i = 0; i < others; i++) add(program.graph->input("y" + std::to_string(i), f64, {2, 9}));
    program.outputs = {{"sum", sum.value()}};
    return program;
  };
  const auto joined = [](const Program& before) {
    const Program after = run_pass(join_pads, before);
    std::mt19937_64 random(1);
    for (int i = 0; i < 20; i++)
      CHECK(different_bits(before, after, random_arguments(before, {}, Draw(), random), {}) == "");
    std::vector<Tensor> zeros;
    for (Value input : before.inputs()) {
      const Shape& shape = before.graph->type(input).shape;
      Tensor& t = zeros.emplace_back(f64, std::vector<int64_t>{2, *shape[1].number()});
      for (int64_t k = 0; k < t.count(); k++) t.data<double>()[k] = -0.0;
    }
    CHECK(different_bits(before, after, zeros, {}) == "");
    CHECK(print(run_pass(join_pads, after)) == print(run_pass(remove_dead_nodes, after)));
    return count(after, ops::pad) == 0 && count(after, ops::concatenate) == 1;
  };
  CHECK(joined(sum_of({{5, 7}, {0, 1}, {1, 3}}, 0)));
  CHECK(joined(sum_of({{2, 3}, {4, 9}}, 1)));
  CHECK_FALSE(joined(sum_of({{2, 5}, {4, 9}}, 0)));  // they overlap
  CHECK_FALSE(joined(sum_of({{2, 3}, {4, 9}}, 2)));  // the order of the others' sum would change
  CHECK_FALSE(joined(sum_of({{2, 3}}, 1)));
}

TEST_CASE("join_pads: the guards of parts are joined as the parts are") {
  Program program;
  const auto part = [&](const char* name, int64_t begin, int64_t end) {
    const Expr x = program.graph->input(name, boolean, {end - begin});
    return pad(x, constant(*program.graph, boolean, 0.0), {begin}, {9 - end}, {0});
  };
  const Expr other = program.graph->input("other", boolean, {9});
  program.outputs = {{"any", (part("p", 4, 6) | part("q", 0, 3) | other).value()}};
  const Program after = run_pass(join_pads, program);
  CHECK(count(after, ops::pad) == 0);
  CHECK(count(after, ops::concatenate) == 1);
  std::mt19937_64 random(1);
  for (int i = 0; i < 20; i++)
    CHECK(different_bits(program, after, random_arguments(program, {}, Draw(), random), {}) == "");
}

TEST_CASE("drop_gradient_marks") {
  check(drop_gradient_marks,
        std::string(x3) +
            "%1 = stop_gradient %0\n%2 = variable %1\n%3 = add %2, %1\noutput y = %3\noutput z = %2",
        std::string(x3) + "%1 = add %0, %0\noutput y = %1\noutput z = %0");
}

TEST_CASE("fold_constants evaluates what has only literals") {
  check(fold_constants,
        std::string(x3) +
            "%1 = constant {value=f64[3](1, 4, 9)}\n%2 = sqrt %1\n%3 = constant {value=f64(2)}\n"
            "%4 = broadcast_in_dim %3 {dimensions=[], shape=<3>}\n%5 = multiply %2, %4\n%6 = add %0, %5\n"
            "%7 = reduce_sum %4 {axes=[0], order=\"lanes\"}\noutput y = %6\noutput z = %7",
        // the operands of what was folded are left behind for remove_dead_nodes
        std::string(x3) +
            "%1 = constant {value=f64[3](1, 4, 9)}\n%2 = constant {value=f64[3](1, 2, 3)}\n%3 = constant "
            "{value=f64(2)}\n"
            "%4 = broadcast_in_dim %3 {dimensions=[], shape=<3>}\n%5 = constant {value=f64[3](2, 4, 6)}\n"
            "%6 = add %0, %5\n%7 = constant {value=f64(6)}\noutput y = %6\noutput z = %7");
}

TEST_CASE("fold_constants keeps repeated values as broadcasts, and large ones for run time") {
  const Program program = parse(
      "wengert 1\n%0 = constant {value=f64(2)}\n%1 = broadcast_in_dim %0 {dimensions=[], shape=<1000>}\n"
      "%2 = exponential %1\n%3 = broadcast_in_dim %0 {dimensions=[], shape=<2000>}\n%4 = exponential %3\n"
      "%5 = broadcast_in_dim %0 {dimensions=[], shape=<N>}\n%6 = exponential %5\noutput a = %2\noutput b = "
      "%4\noutput c = %6");
  const Program folded = run_pass(remove_dead_nodes, run_pass(fold_constants, program));
  CHECK(folded.expr(folded.outputs[0].value).op().name == "broadcast_in_dim");
  CHECK(folded.expr(folded.outputs[1].value).op().name == "exponential");
  CHECK(folded.expr(folded.outputs[2].value).op().name == "exponential");
}

TEST_CASE("fold_constants does not take no elements of a symbol's axis for known") {
  const std::string text =
      "wengert 1\n%0 = constant {value=f64(2)}\n%1 = broadcast_in_dim %0 {dimensions=[], shape=<0, N>}\n"
      "%2 = exponential %1\noutput y = %2";
  const Program program = parse(text);
  CHECK_FALSE(fold_constants(program, {}).has_value());
}

TEST_CASE("fold_constants leaves what raises a flag to run time") {
  const std::string text =
      "%0 = constant {value=f64[2](1, 2)}\n%1 = constant {value=i64[2](0, 5)}\n%2 = gather %0, %1 {axis=0, "
      "fill=\"nan\"}\n"
      "output y = %2";
  check(fold_constants, text, text);
}

TEST_CASE("expand_composites leaves no composite") {
  const Program program = parse(
      "wengert 1\n%0 = input {name=\"x\", type=f64[3, 4]}\n%1 = logsumexp %0 {axes=[1]}\n"
      "%2 = norm %0 {axes=[0]}\noutput y = %1\noutput z = %2");
  const Program expanded = run_pass(expand_composites, program);
  for (uint32_t id = 0; id < expanded.graph->size(); id++)
    CHECK(expanded.graph->node(id).op->kind != Kind::composite);
  CHECK_FALSE(expand_composites(expanded, {}).has_value());
  std::mt19937_64 random(2);
  for (int i = 0; i < 20; i++)
    CHECK(different_bits(program, expanded, random_arguments(program, {}, Draw(), random), {}) == "");
}

namespace {
extern const Op endless;
const Op endless{
    .name = "endless",
    .summary = "expands to itself",
    .kind = Kind::composite,
    .type = [](const Call& call) -> std::vector<Type> { return {call[0]}; },
    .expand = [](std::span<const Expr> x, const Attributes&) -> std::vector<Expr> {
      return {x[0].graph().make(endless, {-x[0]})};
    },
};
}  // namespace

TEST_CASE("a composite that expands to itself is refused") {
  Program program;
  const Expr x = program.graph->input("x", f64);
  program.outputs = {{"y", program.graph->make(endless, {x}).value()}};
  CHECK_THROWS_WITH_AS(expand_composites(program, {}),
                       "the composite op endless still expands to composites after 64 levels", Error);
}

TEST_CASE("recognize_composites makes log(sum(exp(x))) and its gradient finite") {
  Program program;
  const Expr x = program.graph->input("x", f64, {2});
  const Expr y = log(sum(exp(x)));
  program.outputs = {{"y", y.value()}, {"g", gradients({{y}}, {{x}})[0].value()}};
  const Tensor large = Tensor::vector({1000, 1000});
  const Evaluation before = evaluate(program, {{large}});
  CHECK(std::isinf(before.outputs[0].at(0)));
  const Evaluation after = evaluate(optimize(program), {{large}});
  CHECK(after.outputs[0].at(0) == doctest::Approx(1000.6931471805599).epsilon(1e-15));
  CHECK(after.outputs[1].at(0) == 0.5);
  CHECK(after.outputs[1].at(1) == 0.5);
  const Evaluation as_written = evaluate(optimize(program, {{.stable = false}}), {{large}});
  CHECK(std::isinf(as_written.outputs[0].at(0)));
}

TEST_CASE("a long chain of concatenations is spread out in pieces, not over and over") {
  Program program;
  const Expr x = program.graph->input("x", f64, {1});
  Expr y = x;
  constexpr int length = 3000;
  for (int i = 1; i < length; i++) {
    const Expr parts[] = {y, x * static_cast<double>(i)};
    y = concatenate(parts, 0);
  }
  program.outputs = {{"y", y.value()}};
  const Program made = run_pass(simplify, program);
  const std::vector<Tensor> at = {Tensor::vector({0.5})};
  CHECK(evaluate(made, at).outputs[0].same_bits(evaluate(program, at).outputs[0]));
  int concatenations = 0;
  for (uint32_t id = 0; id < made.graph->size(); id++)
    concatenations += made.graph->node(id).op == &ops::concatenate;
  CHECK(concatenations < length / 20);
}

TEST_CASE("conditions on symbols: each once, and none of what no output reads") {
  const std::string list =
      "wengert 1\n%0 = input {name=\"x\", type=f64[N]}\n%1 = slice %0 {starts=<0>, limits=<5>, steps=[1]}\n"
      "%2 = slice %0 {starts=<1>, limits=<5>, steps=[2]}\n%3 = negate %0\n";
  const Program dead = parse(list + "output y = %3"),
                live = parse(list + "output y = %3\noutput a = %1\noutput b = %2");
  CHECK(dead.checks().empty());
  REQUIRE(live.checks().size() == 1);
  CHECK(live.checks()[0].not_negative.text() == "N - 5");
  const std::vector<Tensor> three = {Tensor::vector({1, 2, 3})};
  CHECK(evaluate(dead, three).outputs[0].at(2) == -3);
  CHECK_THROWS_AS(evaluate(live, three), Error);
}

TEST_CASE("rebuild carries places over, and refuses a value of another type") {
  Program program;
  Graph& graph = *program.graph;
  const Expr x = graph.input("x", f64, {3});
  graph.set_current_place(graph.intern_place(Place("a.wg", 3, 4)));
  const Expr y = x * x;
  graph.set_current_place(graph.intern_place(Place("a.wg", 9, 1)));
  CHECK((x * x).same(y));
  program.outputs = {{"y", y.value()}};
  const Program copy = run_pass(remove_dead_nodes, program);
  CHECK(copy.graph->places(copy.outputs[0].value.node) == std::vector<Place>{{"a.wg", 3, 4}, {"a.wg", 9, 1}});
  const auto to_scalar = [](const Program&, uint32_t, Graph& to,
                            std::span<const Value>) -> std::vector<Expr> { return {constant(to, f64, 1.0)}; };
  const auto all = [](const Program&, uint32_t) { return true; };
  CHECK_THROWS_WITH_AS(rebuild(program, all, to_scalar),
                       "a.wg:3:4: a value of type f64 was put for multiply, which gives f64[3]", Error);
}
