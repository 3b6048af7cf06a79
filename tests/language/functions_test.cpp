// Functions calling functions, tuples, shadowing.
#include "tests/language/language.h"

namespace wengert::language {

TEST_CASE("calls unify extents") {
  const std::string text =
      "fn dot2(a: f64[K], b: f64[K]) -> f64 { sum(a * b) + K }\n"
      "fn f(x: f64[N, 3]) -> f64 { dot2(x[0], [1, 2, 3]) + dot2(b=x[:, 0], a=x[:, 1]) }";
  const Tensor x = Tensor::of({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(value_of(text, {x}).at(0) == 14 + 3 + 22 + 2);
  const std::string solved =
      "fn half(a: f64[2*K + 1]) -> f64 { sum(a) + K }\nfn f(x: f64[7]) -> f64 { half(x) }";
  CHECK(value_of(solved, {Tensor({Dtype::f64, {7}})}).at(0) == 3);
  const std::string symbolic =
      "fn pairs(a: f64[2 * K]) -> f64[K, 2] { reshape(a, [K, 2]) }\n"
      "fn f(x: f64[N, 4]) -> f64[2*N, 2] { pairs(reshape(x, [4*N])) }";
  CHECK(value_of(symbolic, {Tensor({Dtype::f64, {3, 4}})}).shape == std::vector<int64_t>{6, 2});
}

TEST_CASE("several results") {
  const std::string text =
      "fn stats(x: f64[N]) -> (mean: f64, spread: f64) { let m = mean(x)\n (m, mean((x - m)**2)) }\n"
      "fn f(x: f64[N]) -> f64 { let (m, s) = stats(x)\n let (_, again) = stats(x)\n m * 100 + s + again - s "
      "}";
  CHECK(value_of(text, {Tensor::vector({1, 3})}).at(0) == 201);
}

TEST_CASE("shadowing: a let hides a parameter and earlier lets; functions have names of their own") {
  CHECK(value_of("fn f(x: f64) -> f64 { let x = x + 1\n let x = x * 2\n x }", {scalar(3)}).at(0) == 8);
  CHECK(value_of("fn f(x: f64[N]) -> f64 { let sum = sum(x)\n sum + sum(x) }", {Tensor::vector({1, 2})})
            .at(0) == 6);
  CHECK(
      value_of("fn softplus(x: f64) -> f64 { x }\nfn f(x: f64) -> f64 { softplus(x) }", {scalar(3)}).at(0) ==
      3);
}

TEST_CASE("weak arguments take the parameter's dtype") {
  CHECK(value_of("fn g(x: f32) -> f32 { x }\nfn f() { g(2) + g(0.5) }").dtype == Dtype::f32);
  CHECK(error_of("fn g(x: f32) { x }\nfn f(y: f64) { g(y) }").find("convert with f32(…)") !=
        std::string::npos);
  CHECK(error_of("fn g(x: i64) { x }\nfn f() { g(0.5) }").find("the argument is f64") != std::string::npos);
}

TEST_CASE("an error in a called function names the call") {
  const std::string e =
      error_of("fn g(x: f64[N], y: f64[M]) {\n x + y }\nfn f(a: f64[2], b: f64[3]) {\n g(a, b) }");
  CHECK(e.find("test.wg:2:4") == 0);
  CHECK(e.find("do not broadcast") != std::string::npos);
  CHECK(e.find("in the call of 'g' at test.wg:4:2") != std::string::npos);
}

TEST_CASE("calls nest to a stated depth") {
  auto chain = [](int depth) {
    std::string text = "fn g0(x: f64) -> f64 { x + 1 }\n";
    for (int i = 1; i < depth; i++)
      text += "fn g" + std::to_string(i) + "(x: f64) -> f64 { g" + std::to_string(i - 1) + "(x) }\n";
    return text + "fn f(x: f64) -> f64 { g" + std::to_string(depth - 1) + "(x) }";
  };
  CHECK(value_of(chain(150), {scalar(1)}).at(0) == 2);
  CHECK(error_of(chain(300)).find("nested more than 200 deep") != std::string::npos);
}

}  // namespace wengert::language
