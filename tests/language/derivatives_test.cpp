// grad, value_and_grad, jvp, vjp, hvp, jacobian, hessian and vmap as expressions; derived programs.
#include "frontend/function.h"
#include "tests/language/language.h"

namespace wengert::language {

TEST_CASE("x*x*y + y + 2 at (3, 4)") {
  const std::string g = "fn g(x: f64, y: f64) -> f64 { x**2*y + y + 2 }\n";
  const std::vector<Tensor> at = {scalar(3), scalar(4)};
  CHECK(value_of(g + "fn f(x: f64, y: f64) -> f64 { g(x, y) }", at).at(0) == 42);
  const std::vector<Tensor> both =
      values_of(g + "fn f(x: f64, y: f64) -> (a: f64, b: f64) { grad(g(x, y), (x, y)) }", at);
  CHECK(both[0].at(0) == 24);
  CHECK(both[1].at(0) == 10);
  const std::vector<Tensor> second = values_of(g + "fn f(x: f64, y: f64) { let (row, other) = hessian(g(x, "
                                                   "y), (x, y))\n (row[0], row[1], other[0], other[1]) }",
                                               at);
  CHECK(second[0].at(0) == 8);
  CHECK(second[1].at(0) == 6);
  CHECK(second[2].at(0) == 6);
  CHECK(second[3].at(0) == 0);
  CHECK(value_of(g + "fn f(x: f64, y: f64) -> f64 { jvp(g(x, y), (x, y), (1, 2)) }", at).at(0) == 44);
}

TEST_CASE("by a let") {
  const std::string text =
      "fn f(x: f64) -> (t: f64, x: f64) { let t = x * 2\n let y = t**3 + x\n (t = grad(y, t), x = grad(y, "
      "x)) }";
  const std::vector<Tensor> out = values_of(text, {scalar(1)});
  CHECK(out[0].at(0) == 12);
  CHECK(out[1].at(0) == 25);
  CHECK(value_of("fn f() -> f64 { let a = 3.0\n grad(a * a, a) }").at(0) == 6);
  // An alias of a parameter is the parameter.
  CHECK(value_of("fn f(x: f64) -> f64 { let a = x\n grad(x * x, a) }", {scalar(3)}).at(0) == 6);
}

TEST_CASE("a derivative inside a called function is by its own parameter") {
  const std::string text =
      "fn slope(a: f64, b: f64) -> f64 { grad(a * b, a) }\n"
      "fn f(x: f64) -> (same: f64, outer: f64) { (slope(x, x), grad(slope(x, x), x)) }";
  const std::vector<Tensor> out = values_of(text, {scalar(5)});
  CHECK(out[0].at(0) == 5);
  CHECK(out[1].at(0) == 1);
}

TEST_CASE("value_and_grad, vjp, jacobian, hvp") {
  const std::string text =
      "fn f(w: f64[D], v: f64[D]) -> (y: f64, g: f64[D], j: f64[D, D], h: f64[D], p: f64[D], H: f64[D, D]) "
      "{\n"
      "  let y = sum(w**3)\n"
      "  let (value, slope) = value_and_grad(y, w)\n"
      "  (value, slope, jacobian(w * w, w), hvp(y, w, v), vjp(w**2, w, v), hessian(y, w))\n"
      "}";
  const std::vector<Tensor> out = values_of(text, {Tensor::vector({1, 2}), Tensor::vector({10, 1})});
  CHECK(out[0].at(0) == 9);
  CHECK(out[1] == Tensor::vector({3, 12}));
  CHECK(out[2] == Tensor::of({2, 2}, {2, 0, 0, 4}));
  CHECK(out[3] == Tensor::vector({60, 12}));
  CHECK(out[4] == Tensor::vector({20, 4}));
  CHECK(out[5] == Tensor::of({2, 2}, {6, 0, 0, 12}));
}

TEST_CASE("hvp as the gradient of a gradient, and hvp(f, w, w)") {
  const std::string text =
      "fn g(w: f64[D]) -> f64 { sum(w**3) }\n"
      "fn f(w: f64[D], v: f64[D]) -> (a: f64[D], b: f64[D]) {\n"
      "  let s = grad(g(w), w)\n"
      "  (grad(dot(s, v), w), hvp(g(w), w, w))\n"
      "}";
  const std::vector<Tensor> out = values_of(text, {Tensor::vector({1, 2}), Tensor::vector({10, 1})});
  CHECK(out[0] == Tensor::vector({60, 12}));
  CHECK(out[1] == Tensor::vector({6, 24}));
}

TEST_CASE("vmap") {
  const std::string g = "fn g(x: f64[K], w: f64[K]) -> f64 { dot(x, w) }\n";
  const Tensor X = Tensor::of({2, 3}, {1, 2, 3, 4, 5, 6}), w = Tensor::vector({1, 0, 2});
  CHECK(value_of(g + "fn f(X: f64[N, D], w: f64[D]) -> f64[N] { vmap(g, in_axes=(0, None))(X, w) }",
                 {X, w}) == Tensor::vector({7, 16}));
  CHECK(value_of(g + "fn f(X: f64[N, D]) -> f64[N] { vmap(g)(X, X) }", {X}) == Tensor::vector({14, 77}));
  CHECK(value_of(g + "fn f(X: f64[N, D]) -> f64[D] { vmap(g, in_axes=1)(X, X) }", {X}) ==
        Tensor::vector({17, 29, 45}));
  CHECK(value_of(g + "fn f(X: f64[N, D]) -> f64[N, N] { let h = vmap(g, in_axes=(0, None))\n"
                     " vmap(h, in_axes=(None, 0), out_axes=1)(X, X) }",
                 {X}) == Tensor::of({2, 2}, {14, 32, 32, 77}));
  // The gradient of each row, and the gradient through vmap.
  const std::string rows = "fn row(x: f64[K]) -> f64[K] { let y = sum(x**2)\n grad(y, x) }\n";
  CHECK(value_of(rows + "fn f(X: f64[N, D]) -> f64[N, D] { vmap(row)(X) }", {X}) ==
        Tensor::of({2, 3}, {2, 4, 6, 8, 10, 12}));
  CHECK(value_of(g + "fn f(X: f64[N, D], w: f64[D]) -> f64[D] { grad(sum(vmap(g, (0, None))(X, w)), w) }",
                 {X, w}) == Tensor::vector({5, 7, 9}));
}

TEST_CASE("derived programs") {
  const std::string text = "fn loss(w: f64[D], k: i64) -> f64 { sum(w**3) + k }";
  Derivatives wanted;
  wanted.grad = {"w"};
  wanted.hvp = {"w"};
  wanted.hessian = {"w"};
  wanted.jvp = {"w"};
  const Program p = derive(program_of(text, "loss"), wanted);
  verify(p);
  std::vector<std::string> names;
  for (const Output& output : p.outputs) names.push_back(output.name);
  CHECK(names == std::vector<std::string>{"loss", "dloss_dw", "jvp_loss", "hvp_w", "Hloss_w"});
  REQUIRE(p.inputs().size() == 4);
  CHECK(p.graph->input_name(p.inputs()[2]) == "t_w");
  CHECK(p.graph->input_name(p.inputs()[3]) == "v_w");
  const Tensor w = Tensor::vector({1, 2}), v = Tensor::vector({10, 1});
  const std::vector<Tensor> out = evaluate(p, std::vector<Tensor>{w, integers({}, {5}), v, v}).outputs;
  CHECK(out[0].at(0) == 14);
  CHECK(out[1] == Tensor::vector({3, 12}));
  CHECK(out[2].at(0) == 42);
  CHECK(out[3] == Tensor::vector({60, 12}));
  CHECK(out[4] == Tensor::of({2, 2}, {6, 0, 0, 12}));

  Derivatives jacobians;
  jacobians.value = false;
  jacobians.jacobian = {"x"};
  const Program j = derive(program_of("fn f(x: f64[2]) -> f64[2] { x * x }"), jacobians);
  REQUIRE(j.outputs.size() == 1);
  CHECK(j.outputs[0].name == "Jf_x");

  Derivatives bad;
  bad.grad = {"v"};
  CHECK_THROWS_WITH_AS(derive(program_of(text, "loss"), bad), doctest::Contains("loss has no input 'v'"),
                       Error);
  bad.grad = {"k"};
  CHECK_THROWS_WITH_AS(derive(program_of(text, "loss"), bad), doctest::Contains("the input k is i64"), Error);
  bad.grad = {"x"};
  CHECK_THROWS_WITH_AS(derive(program_of("fn f(x: f64[2]) { x }"), bad),
                       doctest::Contains("grad wants a scalar"), Error);
  bad = {};
  bad.value = false;
  CHECK_THROWS_WITH_AS(derive(program_of(text, "loss"), bad), doctest::Contains("nothing is asked"), Error);
}

}  // namespace wengert::language
