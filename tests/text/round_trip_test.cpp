// What is printed parses back to the same list, for every kind of attribute and literal.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/registry.h"
#include "ir/verify.h"

using namespace wengert;

namespace {

// Two results and an attribute of every kind, so that the text form is tried without the help of real ops.
const Op probe{
    .name = "text_test_probe",
    .summary = "takes anything",
    .kind = Kind::composite,
    .arity = -1,
    .type = [](const Call& call) -> std::vector<Type> { return {call[0], {Dtype::i64, {}}}; },
    .expand = [](std::span<const Expr> x, const Attributes&) -> std::vector<Expr> { return {x[0], x[0]}; },
    .derivative = Derivative::zero,
};
void same_list(const Graph& a, const Graph& b) {
  REQUIRE(a.size() == b.size());
  for (uint32_t id = 0; id < a.size(); id++) {
    CAPTURE(id);
    CHECK(a.node(id).op == b.node(id).op);
    CHECK(*a.node(id).attributes == *b.node(id).attributes);
    CHECK(*a.node(id).types == *b.node(id).types);
    CHECK(std::ranges::equal(a.inputs(id), b.inputs(id)));
  }
  CHECK(a.inputs() == b.inputs());
}

Program round_trip(const Program& program) {
  const std::string text = print(program);
  CAPTURE(text);
  Program again = parse(text);
  same_list(*program.graph, *again.graph);
  CHECK(print(again) == text);
  CHECK(again.name == program.name);
  REQUIRE(again.outputs.size() == program.outputs.size());
  for (size_t i = 0; i < program.outputs.size(); i++) {
    CHECK(again.outputs[i].name == program.outputs[i].name);
    CHECK(again.outputs[i].value == program.outputs[i].value);
  }
  verify(again);
  return again;
}

Tensor literal(Dtype dtype, std::vector<int64_t> shape, std::initializer_list<double> values) {
  Tensor out(dtype, std::move(shape));
  int64_t i = 0;
  for (double value : values) out.set(i++, value);
  return out;
}

}  // namespace

TEST_CASE("the text of a small program") {
  Program program;
  program.name = "loss";
  Graph& graph = *program.graph;
  const Expr w = graph.input("w", f64, {Extent::symbol("D")});
  const Expr y = w * w;
  constant(graph, f64, 3.0);
  program.outputs = {{"value", y.value()}};
  CHECK(print(program) ==
        "wengert 1\n"
        "program loss\n"
        "%0 = input {name=\"w\", type=f64[D]} : f64[D]\n"
        "%1 = multiply %0, %0 : f64[D]\n"
        "%2 = constant {value=f64(0x1.8p+1)} : f64  # 3\n"
        "output value = %1\n");
  round_trip(program);
}

TEST_CASE("floating-point literals keep their bits") {
  Program program;
  const double inf = std::numeric_limits<double>::infinity();
  for (double x :
       {0.0, -0.0, 1.0, -1.5, 0.1, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, inf, -inf})
    constant(*program.graph, f64, x);
  for (float x : {0.0f, -0.0f, 0.1f, 1e-45f, 3.4028235e38f}) constant(*program.graph, f32, x);
  const Program again = round_trip(program);
  CHECK(std::signbit(again.graph->node(1).attributes->get<Tensor>("value").at(0)));
  CHECK_FALSE(std::signbit(again.graph->node(0).attributes->get<Tensor>("value").at(0)));
}

TEST_CASE("NaNs are one literal") {
  Program program;
  const Expr a = constant(*program.graph, f64, std::nan("1")),
             b = constant(*program.graph, f64, -std::nan("2"));
  CHECK(a.same(b));
  CHECK(print(program).find("f64(nan)") != std::string::npos);
  round_trip(program);
}

TEST_CASE("integer and bool literals, limits included") {
  Program program;
  Graph& graph = *program.graph;
  constant(graph, i64, std::numeric_limits<int64_t>::min());
  constant(graph, i64, std::numeric_limits<int64_t>::max());
  constant(graph, i64, (int64_t{1} << 53) + 1);
  constant(graph, i32, int64_t{-2147483647 - 1});
  constant(graph, boolean, 1.0);
  constant(graph, boolean, 0.0);
  round_trip(program);
}

TEST_CASE("literals of several axes, of every dtype, and empty ones") {
  Program program;
  Graph& graph = *program.graph;
  for (Dtype dtype : all_dtypes) {
    constant(graph, literal(dtype, {2, 3}, {0, 1, 2, 3, -4, 5}));
    constant(graph, literal(dtype, {1, 1, 1}, {1}));
    constant(graph, literal(dtype, {4}, {1, 0, 0, 1}));
    constant(graph, literal(dtype, {0}, {}));
    constant(graph, literal(dtype, {3, 0, 2}, {}));
  }
  round_trip(program);
}

TEST_CASE("symbols, polynomials, floordiv, min and max in extents") {
  Program program;
  const Extent n = Extent::symbol("N"), d = Extent::symbol("D_1");
  const Extent odd =
      Extent::floor_divide(n * n - d, d + 2) * 3 - Extent::minimum(n, d * 2) + Extent::maximum(n - 7, d);
  program.graph->input("a", f32, {n, d, 3});
  program.graph->input("b", i32, {odd, n * 2 + 1});
  program.graph->input("c", boolean, {n * d - n, Extent::floor_divide(n - 1, Extent::minimum(d, 4))});
  extent_value(*program.graph, odd * n);
  round_trip(program);
  CHECK(program.symbols() == std::vector<std::string>{"N", "D_1"});
}

TEST_CASE("every kind of attribute, and results after the first") {
  register_op(probe);
  Program program;
  Graph& graph = *program.graph;
  const Extent n = Extent::symbol("N");
  const Expr x = graph.input("x", f64, {n});
  const Expr y = graph.make(probe, {x},
                            {{"integer", int64_t{-7}},
                             {"string", std::string("a \"quoted\" \\ # , {name}\n\t\x01 π")},
                             {"axes", Axes{0, -1, 3}},
                             {"no_axes", Axes{}},
                             {"shape", Shape{n, 2, Extent::minimum(n, 3)}},
                             {"scalar_shape", Shape{}},
                             {"extent", n * 2 + 1},
                             {"number_extent", Extent(5)},
                             {"type", Type{f32, {n}}},
                             {"scalar_type", Type{i64, {}}},
                             {"tensor", literal(i32, {2}, {1, 2})}});
  const Expr z = graph.make(probe, {y, Expr(graph, {y.value().node, 1})});
  program.outputs = {{"first", z.value()}, {"second", {z.value().node, 1}}, {"a name", {y.value().node, 1}}};
  program.name = "not a word";
  round_trip(program);
}

TEST_CASE("inputs that no node uses, and nodes that no output reaches, are kept in order") {
  Program program;
  const Expr a = program.graph->input("a", f64, {});
  a + a;
  program.graph->input("b \"2\"", i64, {4});
  const Expr v = variable(a), w = variable(a);  // two nodes: not interned
  program.outputs = {{"v", v.value()}, {"w", w.value()}};
  round_trip(program);
}

TEST_CASE("locations are printed on request and ignored by the parser") {
  Program program;
  Graph& graph = *program.graph;
  graph.set_current_place(graph.intern_place(Place("loss.wg", 7, 3)));
  graph.make(ops::constant, std::span<const Value>{}, {{"value", Tensor::scalar(f64, 2)}});
  CHECK(print(program, {.locations = true}).find("  # loss.wg:7:3") != std::string::npos);
  CHECK(print(parse(print(program, {.locations = true}))) == print(program));
}

TEST_CASE("a parsed node is placed at its line") {
  const Program program = parse("wengert 1\n\n  # a comment\n %3 = constant {value=f64(1)}\n", "graph.wir");
  REQUIRE(program.graph->size() == 1);
  CHECK(program.graph->place(0) == Place("graph.wir", 4, 2));
}

TEST_CASE(
    "hand-written text: gaps in the numbers, no types, decimal floats, repeated lines, carriage returns") {
  const Program program = parse(
      "wengert 1\r\n"
      "%2 = input {name=\"x\", type=f64}\r\n"
      "%7 = add %2, %2 # the same\r\n"
      "%9 = add %2, %2 : f64\r\n"
      "%11 = constant {value=f64(-2.5e-1)}\r\n"
      "output y = %9\r\n");
  CHECK(program.graph->size() == 3);
  CHECK(program.outputs[0].value == Value{1, 0});
  CHECK(program.graph->node(2).attributes->get<Tensor>("value").at(0) == -0.25);
}
