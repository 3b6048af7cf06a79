// Weak literals, promotion, declared types, extents as values.
#include "tests/language/language.h"

namespace wengert::language {

static Type type_of(const std::string& text) {
  const Program p = program_of(text);
  return p.expr(p.outputs[0].value).type();
}
static std::string typed(const std::string& text) { return wengert::text(type_of(text)); }

TEST_CASE("literals are weak") {
  CHECK(typed("fn f(x: f32) { 2 * x }") == "f32");
  CHECK(typed("fn f(x: f32) { 2.5 * x }") == "f32");
  CHECK(typed("fn f(x: f32) { x * pi + inf }") == "f32");
  CHECK(typed("fn f(x: i32) { x + 1 }") == "i32");
  CHECK(typed("fn f(x: i32) { x + 1.0 }") == "f64");
  CHECK(typed("fn f(x: f32[3]) { x * [1, 2, 3] + [0.5, 1, 2] }") == "f32[3]");
  CHECK(typed("fn f(x: f32) { let a = sqrt(2.0)\n x * a }") == "f32");
  CHECK(typed("fn f(x: f32[N]) { sum(x) / N }") == "f32");
  CHECK(typed("fn f(x: f32[N]) { (1.0 / N) * sum(x) }") == "f32");
  CHECK(typed("fn f(x: f32) { where(x > 0, x, 0) }") == "f32");
  CHECK(typed("fn f(x: f32) { maximum(x, 0.0) }") == "f32");
  CHECK(typed("fn f() { 3 }") == "i64");
  CHECK(typed("fn f() { 3.0 }") == "f64");
  CHECK(typed("fn f() { true }") == "bool");
  CHECK(typed("fn f() { [1, 2.0] }") == "f64[2]");
}

TEST_CASE("promotion is JAX's with 64-bit types on") {
  CHECK(typed("fn f(x: i32, y: i64) { x + y }") == "i64");
  CHECK(typed("fn f(x: i64, y: f32) { x + y }") == "f32");
  CHECK(typed("fn f(x: f32, y: f64) { x + y }") == "f64");
  CHECK(typed("fn f(x: i32, y: i32) { x / y }") == "f64");
  CHECK(typed("fn f(x: i32, y: i32) { x // y }") == "i32");
  CHECK(typed("fn f(x: i64[N]) { mean(x) }") == "f64");
  CHECK(typed("fn f(x: i32[N]) { sum(x) }") == "i32");
  CHECK(typed("fn f(x: bool[N]) { sum(x) }") == "i32");
  CHECK(typed("fn f(x: f64[N]) { argmax(x) }") == "i64");
  CHECK(typed("fn f(x: f64) { f32(x) }") == "f32");
  CHECK(typed("fn f(x: f64) { astype(x, i32) }") == "i32");
}

TEST_CASE("extents are values") {
  CHECK(typed("fn f(x: f64[N, D]) { reshape(x, [N * D]) }") == "f64[D*N]");
  CHECK(typed("fn f(x: f64[N, D]) { zeros([N + 1, 2]) }") == "f64[N + 1, 2]");
  CHECK(typed("fn f(x: f64[N]) { arange(N) }") == "i64[N]");
  CHECK(typed("fn f(x: f64[N]) { x[:-1] }") == "f64[N - 1]");
  CHECK(typed("fn f(x: f64[N]) { x[1:N] }") == "f64[N - 1]");
  CHECK(typed("fn f(x: f64[N]) { N }") == "i64");
  CHECK(typed("fn f(x: f64[N, D]) { reshape(x, [D, -1]) }") == "f64[D, N]");
  CHECK(typed("fn f(x: f64[A, B, C]) { reshape(x, [A, B, -1]) }") == "f64[A, B, C]");
  CHECK(typed("fn f(x: f64[N, 4]) { reshape(x, [2, -1]) }") == "f64[2, 2*N]");
  CHECK(typed("fn f(x: f64[N * N + N]) { reshape(x, [-1, N + 1]) }") == "f64[N, N + 1]");
  CHECK(typed("fn f(x: f64[N, 0]) { reshape(x, [N, -1]) }") == "f64[N, 0]");
  CHECK(error_of("fn f(x: f64[N, 3]) { reshape(x, [2, -1]) }").find("cannot divide the 3*N elements") !=
        std::string::npos);
  CHECK(error_of("fn f(x: f64[N, N]) { reshape(x, [N + 1, -1]) }").find("cannot divide the N*N elements") !=
        std::string::npos);
  CHECK(typed("fn f(x: f64[6 * N]) { split(x, 3)[2] }") == "f64[2*N]");
  CHECK(error_of("fn f(x: f64[N]) { split(x, 3) }").find("has no 3 equal parts") != std::string::npos);
  CHECK(typed("fn f(x: f64[N, D]) { zeros(x.shape) }") == "f64[N, D]");
  CHECK(typed("fn f(x: f64[N, D]) { zeros([x.shape[1], x.ndim]) }") == "f64[D, 2]");
  CHECK(value_of("fn f(x: f64[N]) -> f64 { sum(x) * N }", {Tensor::vector({1, 2, 3})}).at(0) == 18);
}

TEST_CASE("declared types are checked") {
  CHECK(typed("fn f(x: f64[N]) -> f64[N] { let a: f64[N] = x * 2\n a }") == "f64[N]");
  CHECK(typed("fn f() -> f32 { 1 }") == "f32");
  CHECK(error_of("fn f(x: f64[N]) -> f64 { x }").find("is declared f64 and is f64[N]") != std::string::npos);
  CHECK(error_of("fn f(x: f32) -> f64 { x }").find("convert with f64(…)") != std::string::npos);
  CHECK(error_of("fn f(x: f64[N], y: f64[M]) -> f64[N] { y }").find("is declared f64[N] and is f64[M]") !=
        std::string::npos);
  CHECK(error_of("fn f(x: f64) -> f64[M] { x }").find("there is no 'M'") != std::string::npos);
}

TEST_CASE("binding extents") {
  const Program p = program_of("fn f(x: f64[N, D]) -> f64[N * D] { reshape(x, [N * D]) }", "f", {{"N", 3}});
  CHECK(wengert::text(p.expr(p.outputs[0].value).type()) == "f64[3*D]");
  CHECK_THROWS_WITH_AS(program_of("fn f(x: f64[N]) { x }", "f", {{"M", 3}}),
                       doctest::Contains("no extent 'M'"), Error);
  CHECK_THROWS_AS(program_of("fn f(x: f64[N]) { x }", "f", {{"N", -3}}), Error);
}

TEST_CASE("literal arithmetic is exact or refused") {
  CHECK(expression("9007199254740993 + 0").data<int64_t>()[0] == 9007199254740993);
  CHECK(error_of("fn f() { 9223372036854775807 + 1 }").find("does not fit 64 bits") != std::string::npos);
  CHECK(error_of("fn f() { 99999999999999999999 }").find("does not fit 64 bits") != std::string::npos);
  CHECK(error_of("fn f() { 10 ** 19 }").find("does not fit 64 bits") != std::string::npos);
  CHECK(error_of("fn f() { 1 // 0 }").find("divides by zero") != std::string::npos);
  CHECK(error_of("fn f(x: f64[N]) { zeros([N // 0]) }").find("divided by zero") != std::string::npos);
}

TEST_CASE("outputs and their names") {
  const Program p = program_of("fn f(x: f64) -> (a: f64, b: f64) { (b = x, a = 2 * x) }");
  CHECK(p.outputs[0].name == "a");
  CHECK(p.outputs[1].name == "b");
  CHECK(program_of("fn f(f: f64) -> f64 { f }").outputs[0].name == "f_");
  const Program q = program_of("fn f(x: f64) { (x, (x, x)) }");
  REQUIRE(q.outputs.size() == 3);
  CHECK(q.outputs[0].name == "f_0");
  CHECK(q.outputs[2].name == "f_1_1");
}

TEST_CASE("quotients of extents that can be divided are polynomials") {
  const Extent k = Extent::symbol("K"), m = Extent::symbol("M");
  CHECK(Extent::floor_divide(k * 2 + 1, 2) == k);
  CHECK(Extent::floor_divide(k * 2 - 1, 2) == k - 1);
  CHECK(Extent::floor_divide(k * 6 - m * 3 + 7, -3).text() == "-2*K + M - 3");
  CHECK(Extent::floor_divide(k * 3 + 1, 2).text() == "floordiv(3*K + 1, 2)");
  for (int64_t value : {0, 1, 5})
    CHECK(Extent::floor_divide(k * 6 + 7, -3).evaluate({{"K", value}}) ==
          Extent::floor_divide(Extent(value * 6 + 7), -3).evaluate({}));
  const Program halves = program_of("fn f(x: f64[2*K]) { x[::2] + x[1::2] }");
  CHECK(halves.graph->type(halves.outputs[0].value).shape == Shape{k});
}

}  // namespace wengert::language
