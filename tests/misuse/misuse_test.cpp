// Wrong calls of the C++ API: each throws, says what is wrong, and names the line it was written on.
#include <functional>

#include <doctest/doctest.h>

#include "frontend/wengert.h"

using namespace wengert;

namespace {

struct Wrong {
  int line;
  const char* says;
  std::function<void()> call;
};

#define WRONG(says, ...) {__LINE__, says, [&] { (void)(__VA_ARGS__); }}

void check_refused(const std::vector<Wrong>& calls) {
  for (const Wrong& wrong : calls) {
    CAPTURE(wrong.line);
    CAPTURE(wrong.says);
    try {
      wrong.call();
      FAIL_CHECK("nothing was refused");
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.message().find(wrong.says) != std::string::npos);
      CHECK(error.place().file.ends_with("misuse_test.cpp"));
      CHECK(error.place().line == static_cast<uint32_t>(wrong.line));
    }
  }
}

struct Inputs {
  Program program, other;
  Expr x = program.graph->input("x", f64, {3, 4}), v = program.graph->input("v", f64, {4});
  Expr s = program.graph->input("s", f64, {}), k = program.graph->input("k", i64, {3});
  Expr foreign = other.graph->input("x", f64, {3, 4});
  Expr none;
};

}  // namespace

TEST_CASE("axes") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  check_refused({
      WRONG("axis 2 is out of range for rank 2", sum(x, Axes{2})),
      WRONG("axis -3 is out of range", mean(x, Axes{-3})),
      WRONG("axis 0 is named twice", max(x, Axes{0, -2})),
      WRONG("out of range", argmax(x, 5)),
      WRONG("out of range", logsumexp(x, Axes{4})),
      WRONG("out of range", norm(x, Axes{4})),
      WRONG("out of range", std_(x, Axes{4})),
      WRONG("out of range", softmax(s, 0)),
      WRONG("out of range", log_softmax(x, 2)),
      WRONG("out of range", squeeze(x, {2})),
      WRONG("axis 0 has extent 3, not 1", squeeze(x, {0})),
      WRONG("out of range", expand_dims(x, {3})),
      WRONG("out of range", moveaxis(x, 0, 2)),
      WRONG("out of range", reverse(x, {2})),
      WRONG("out of range", slice_axis(x, 2, 0, 1)),
      WRONG("out of range", index_axis(x, 2, 0)),
      WRONG("out of range", transpose(x, {0, 2})),
      WRONG("out of range", take(x, k, 2)),
      WRONG("out of range", scatter_add(x, k, x, 2)),
      WRONG("out of range", concatenate(std::vector{x, x}, 2)),
      WRONG("out of range", stack(std::vector{x, x}, 3)),
      WRONG("out of range", cross_entropy(x, k, 2)),
  });
}

TEST_CASE("shapes") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  check_refused({
      WRONG("do not broadcast", x + k),
      WRONG("", concatenate(std::vector{x, v}, 0)),
      WRONG("scalars have no axis", concatenate(std::vector{s, s}, 0)),
      WRONG("no operands", concatenate(std::vector<Expr>(), 0)),
      WRONG("no operands", stack(std::vector<Expr>(), 0)),
      WRONG("", stack(std::vector{x, v}, 0)),
      WRONG("the inner extents 4 and 3 differ", matmul(x, k)),
      WRONG("'ijk' names 3 axes", einsum("ijk,j->i", x, v)),
      WRONG("'1' is not a letter", einsum("i1,j->i", x, v)),
      WRONG("the result's z is in no operand", einsum("ij->z", x)),
      WRONG("", einsum("ij,i->j", x, v)),
      WRONG("", reshape(x, {5})),
      WRONG("", broadcast_to(x, {3, 5})),
      WRONG("", slice(x, {0}, {1}, {1})),
      WRONG("", pad(x, 0.0, {1}, {1}, {0})),
      WRONG("two vectors", outer(x, v)),
  });
}

TEST_CASE("operands that are none") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  check_refused({
      WRONG("absent", none + 1.0),
      WRONG("absent", -none),
      WRONG("absent", exp(none)),
      WRONG("absent", pow(x, none)),
      WRONG("absent", pow(none, 2)),
      WRONG("absent", polygamma(1, none)),
      WRONG("absent", integer_pow(none, 3)),
      WRONG("absent", gelu(none)),
      WRONG("absent", silu(none)),
      WRONG("absent", huber(none)),
      WRONG("absent", elu(none)),
      WRONG("absent", sinc(none)),
      WRONG("absent", leaky_relu(none)),
      WRONG("absent", lerp(x, x, none)),
      WRONG("absent", clamp(0.0, none, 1.0)),
      WRONG("absent", select(none, x, x)),
      WRONG("absent", convert(none, f32)),
      WRONG("absent", stop_gradient(none)),
      WRONG("absent", variable(none)),
      WRONG("absent", sum(none)),
      WRONG("absent", prod(none)),
      WRONG("absent", any(none)),
      WRONG("absent", mean(none)),
      WRONG("absent", var(none)),
      WRONG("absent", std_(none)),
      WRONG("absent", argmin(none, 0)),
      WRONG("absent", logsumexp(none)),
      WRONG("absent", softmax(none)),
      WRONG("absent", log_softmax(none)),
      WRONG("absent", broadcast_in_dim(none, {3}, {0})),
      WRONG("absent", broadcast_to(none, {3})),
      WRONG("absent", transpose(none)),
      WRONG("absent", moveaxis(none, 0, 1)),
      WRONG("absent", slice(none, {0}, {1}, {1})),
      WRONG("absent", slice_axis(none, 0, 0, 1)),
      WRONG("absent", index_axis(none, 0, 0)),
      WRONG("absent", reverse(none, {0})),
      WRONG("absent", reshape(none, {3})),
      WRONG("absent", squeeze(none, {0})),
      WRONG("absent", expand_dims(none, {0})),
      WRONG("absent", pad(none, 0.0, {1}, {1}, {0})),
      WRONG("absent", concatenate(std::vector{x, none}, 0)),
      WRONG("absent", stack(std::vector{none, x}, 0)),
      WRONG("absent", take(none, k)),
      WRONG("absent", take(x, none)),
      WRONG("absent", scatter_add(x, k, none)),
      WRONG("absent", one_hot(none, 3)),
      WRONG("absent", matmul(none, x)),
      WRONG("absent", dot(v, none)),
      WRONG("absent", outer(none, v)),
      WRONG("absent", einsum("i,i->", v, none)),
      WRONG("absent", einsum("ij->i", none)),
      WRONG("absent", squared_loss(none, x)),
      WRONG("absent", logistic_loss(x, none)),
      WRONG("absent", hinge_loss(none, x)),
      WRONG("absent", binary_cross_entropy(none, x)),
      WRONG("absent", cross_entropy(x, none)),
      WRONG("absent", mean_squared_error(none, x)),
      WRONG("absent", mean_absolute_error(none, x)),
      WRONG("absent", gradient_descent(none, x, 0.1)),
      WRONG("absent", gradient_descent(x, none, 0.1)),
      WRONG("absent", gradient_descent(x, x, none)),
      WRONG("absent", momentum(x, x, none, 0.1)),
      WRONG("absent", adagrad(x, none, x, 0.1)),
      WRONG("absent", adam(x, x, x, none, s, 0.1)),
      WRONG("absent", adam(x, x, x, x, none, 0.1)),
  });
}

TEST_CASE("numbers where an expression is wanted") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  check_refused({
      WRONG("no operand is an expression", sum(2.0)),
      WRONG("no operand is an expression", mean(2)),
      WRONG("no operand is an expression", var(2.0)),
      WRONG("no operand is an expression", softmax(2.0)),
      WRONG("no operand is an expression", norm(2.0)),
      WRONG("no operand is an expression", exp(1.0)),
      WRONG("no operand is an expression", gelu(1.0)),
      WRONG("no operand is an expression", integer_pow(1.0, 2)),
      WRONG("no operand is an expression", reshape(1.0, {1})),
      WRONG("no operand is an expression", expand_dims(1.0, {0})),
      WRONG("no operand is an expression", squeeze(1.0, {0})),
      WRONG("no operand is an expression", transpose(1.0)),
      WRONG("no operand is an expression", moveaxis(1.0, 0, 1)),
      WRONG("no operand is an expression", convert(1.0, f32)),
      WRONG("no operand is an expression", stop_gradient(1.0)),
      WRONG("no operand is an expression", one_hot(1, 3)),
      WRONG("a scalar", matmul(x, 2.0)),
      WRONG("a number has no axes", outer(2.0, v)),
      WRONG("a number has no axes", einsum("i,->i", v, 2.0)),
      WRONG("no operand is an expression", take(2.0, k)),
      WRONG("no operand is an expression", scatter_add(2.0, k, v)),
      WRONG("a number has no axes", cross_entropy(2.0, x)),
  });
}

TEST_CASE("operands of two graphs") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  check_refused({
      WRONG("two graphs", x + foreign),
      WRONG("two graphs", matmul(x, foreign)),
      WRONG("two graphs", concatenate(std::vector{x, foreign}, 0)),
      WRONG("two graphs", gradients({&s, 1}, {&foreign, 1})),
      WRONG("two graphs", jvp({&s, 1}, {&foreign, 1}, {&foreign, 1})),
      WRONG("two graphs", jacobian(x, foreign)),
      WRONG("two graphs", hvp(s, x, foreign)),
  });
}

TEST_CASE("derivatives") {
  const auto [program, other, x, v, s, k, foreign, none] = Inputs();
  const Expr y = s * s, twice = v + v;
  check_refused({
      WRONG("nothing to differentiate", gradients({}, {&s, 1})),
      WRONG("value 0 is absent", gradients({&y, 1}, {&none, 1})),
      WRONG("value 0 is absent", gradients({&none, 1}, {&s, 1})),
      WRONG("only floating-point", gradients({&y, 1}, {&k, 1})),
      WRONG("only floating-point", gradients({&k, 1}, {&s, 1})),
      WRONG("is a result of multiply", gradients({&y, 1}, {&y, 1})),
      WRONG("a cotangent is", gradients({&y, 1}, {&s, 1}, {.grad_ys = {v}})),
      WRONG("2 grad_ys for 1 ys", gradients({&y, 1}, {&s, 1}, {.grad_ys = {s, s}})),
      WRONG("2 grad_guards for 1 ys", gradients({&y, 1}, {&s, 1}, {.grad_guards = {s, s}})),
      WRONG("is absent", gradients({&y, 1}, {&s, 1}, {.stop_gradients = {none}})),
      WRONG("a tangent is", jvp({&y, 1}, {&s, 1}, {&v, 1})),
      WRONG("0 tangents for 1 variables", jvp({&y, 1}, {&s, 1}, {})),
      WRONG("only floating-point", jvp({&y, 1}, {&k, 1}, {&k, 1})),
      WRONG("a cotangent is", vjp({&y, 1}, {&s, 1}, {&v, 1})),
      WRONG("hvp wants a scalar", hvp(twice, v, v)),
      WRONG("0 vectors for 1 variables", hvp(y, {&s, 1}, {})),
      WRONG("a cotangent is", hvp(y, s, v)),
      WRONG("hessian wants a scalar", hessian(twice, v)),
      WRONG("only floating-point", jacobian(twice, k)),
      WRONG("is absent", jacobian(twice, none)),
      WRONG("is absent", hessian(none, v)),
  });
}
