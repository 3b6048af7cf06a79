// The hard points of derivatives of array functions, row for row as docs/derivatives.md lists them.
#include <doctest/doctest.h>

#include <cmath>

#include "hard_point.h"
#include "ir/evaluate.h"
#include "ir/graph.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"

using namespace wengert;
using namespace wengert::tests;
using X = const std::vector<Expr>&;

static Tensor vec(std::initializer_list<double> values) { return Tensor::vector(values); }
// Σ w_i x_i with weights 1, 2, 3, …, by products and a sum: so that each element's derivative shows.
static Expr weighted(Expr x) { return sum(x * (iota(x.graph(), f64, x.shape(), 0) + 1.0)); }

TEST_CASE("norms") {
  const Formula length = [](X x) { return norm(x[0]); };
  check_point("norm at 0", length, {vec({0, 0})}, {.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("norm, tiny", length, {vec({1e-200, 1e-200})},
              {.value = 1.41421356237309505e-200, .first = {0.707106781186547524, 0.707106781186547524}});
  check_point("norm, huge", length, {vec({3e200, 4e200})}, {.value = 5e200, .first = {0.6, 0.8}});
  check_point("norm (3, 4)", length, {vec({3, 4})},
              {.value = 5, .first = {0.6, 0.8}, .second = {{0.128, -0.096}, {-0.096, 0.072}}});
  const Expected as_sum_of_squares{.value = 0, .first = {0, 0}, .second = {{2, 0}, {0, 2}}};
  check_point("square(norm) at 0", [](X x) { return square(norm(x[0])); }, {vec({0, 0})}, as_sum_of_squares);
  check_point("norm^2 at 0", [](X x) { return pow(norm(x[0]), 2); }, {vec({0, 0})}, as_sum_of_squares);
  check_point("norm^2.0 at 0", [](X x) { return pow(norm(x[0]), 2.0); }, {vec({0, 0})}, as_sum_of_squares);
  check_point(
      "norm norm at 0", [](X x) { return norm(x[0]) * norm(x[0]); }, {vec({0, 0})}, as_sum_of_squares);
  check_point(
      "norm^2 with its axis kept, at 0", [](X x) { return square(norm(x[0], Axes{0}, true)); }, {vec({0, 0})},
      as_sum_of_squares);
  check_point("where(norm > 0, cos norm, 1) at 0",
              [](X x) {
                const Expr n = norm(x[0]);
                return where(n > 0.0, cos(n), 1.0);
              },
              {vec({0, 0})}, {.value = 1, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("the same by sqrt of a sum",
              [](X x) {
                const Expr n = sqrt(sum(x[0] * x[0]));
                return where(n > 0.0, cos(n), 1.0);
              },
              {vec({0, 0})}, {.value = 1, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
}

TEST_CASE("what a mask keeps still does not move what is made of it, in arrays") {
  const Expected still{.value = 0, .first = {0, 0}, .second = {{0, 0}, {0, 0}}};
  const auto check = [&](const char* what, Expr (*f)(Expr)) {
    check_point(what, [f](X x) { return f(x[0]); }, {vec({-1, -2})}, still);
  };
  check("sqrt of a sum", [](Expr x) { return sqrt(sum(relu(x))); });
  check("sqrt of a sum of rows", [](Expr x) { return sqrt(sum(reshape(relu(x), {2, 1}), Axes{1})); });
  check("sqrt of a maximum", [](Expr x) { return sqrt(max(relu(x))); });
  check("sqrt of a product", [](Expr x) { return sqrt(prod(relu(x))); });
  check("sqrt of a norm", [](Expr x) { return sqrt(norm(relu(x))); });
  check("sqrt of a reversed transpose",
        [](Expr x) { return sqrt(transpose(reshape(reverse(relu(x), {0}), {1, 2}))); });
  check("sqrt of a slice", [](Expr x) { return sqrt(slice_axis(relu(x), 0, 1, 2)); });
  check("sqrt of gathered elements",
        [](Expr x) { return sqrt(take(relu(x), iota(x.graph(), i64, {2}, 0))); });
  check("sqrt of scattered elements", [](Expr x) {
    return sqrt(scatter_add(zeros(x.graph(), {f64, {3}}), iota(x.graph(), i64, {2}, 0), relu(x)));
  });
  check("sqrt of a concatenation", [](Expr x) {
    const Expr parts[] = {relu(x), zeros(x.graph(), x.type())};
    return sqrt(concatenate(parts, 0));
  });
  // Zeros that nothing moves, beside elements that move.
  const Expected root{.value = 3, .first = {0.5, 0.25}};
  const auto beside = [&](const char* what, Expr (*f)(Expr)) {
    check_point(what, [f](X x) { return f(x[0]); }, {vec({1, 4})}, root);
  };
  beside("sqrt of a concatenation with zeros", [](Expr x) {
    const Expr parts[] = {x, zeros(x.graph(), x.type())};
    return sqrt(concatenate(parts, 0));
  });
  beside("sqrt of padding", [](Expr x) { return sqrt(pad(x, 0.0, {1}, {2}, {1})); });
  beside("sqrt of scattered elements", [](Expr x) {
    return sqrt(scatter_add(zeros(x.graph(), {f64, {3}}), iota(x.graph(), i64, {2}, 0), x));
  });
}

TEST_CASE("what nothing reads has no slope, whatever it was made with") {
  const Expected second_alone{.value = 2, .first = {0, 0.25}, .second = {{0, 0}, {0, -1.0 / 32}}};
  const auto check = [&](const char* what, Expr (*f)(Expr)) {
    check_point(what, [f](X x) { return f(x[0]); }, {vec({0, 4})}, second_alone);
  };
  check("a slice", [](Expr x) { return slice_axis(sqrt(x), 0, 1, 2); });
  check("every other element", [](Expr x) { return slice_axis(reverse(sqrt(x), {0}), 0, 0, 2, 2); });
  check("a slice of rows", [](Expr x) { return slice_axis(reshape(sqrt(x), {1, 2}), 1, 1, 2); });
  check("half of a concatenation", [](Expr x) {
    const Expr parts[] = {sqrt(x), 1 + x};
    return slice_axis(concatenate(parts, 0), 0, 1, 2);
  });
  check("two slices", [](Expr x) {
    const Expr y = sqrt(x);
    return 0.5 * slice_axis(y, 0, 1, 2) + 0.5 * index_axis(y, 0, 1);
  });
  check("an element that is picked",
        [](Expr x) { return take(sqrt(x), constant(x.graph(), i64, int64_t{1})); });
  check("elements that are picked twice", [](Expr x) {
    return 0.5 * take(reshape(sqrt(x), {1, 2}), convert(constant(x.graph(), vec({1, 1})), i32), 1);
  });
  check_point("read beside what is not",
              [](X x) { return sum(sqrt(x[0])) + slice_axis(sqrt(x[0]), 0, 1, 2); }, {vec({1, 4})},
              {.value = 5, .first = {0.5, 0.5}});
}

TEST_CASE("extrema of arrays") {
  check_point("max, tie", [](X x) { return max(x[0]); }, {vec({1, 3, 3})},
              {.value = 3, .first = {0, 0.5, 0.5}});
  check_point("min, tie", [](X x) { return min(x[0]); }, {vec({1, 3, 1})},
              {.value = 1, .first = {0.5, 0, 0.5}});
  check_point("argmax has no slope", [](X x) { return convert(argmax(x[0], 0), f64); }, {vec({1, 3, 3})},
              {.value = 1, .first = {0, 0, 0}});
}

TEST_CASE("logsumexp and softmax") {
  const Formula f = [](X x) { return logsumexp(x[0]); };
  check_point("equal and big", f, {vec({1000, 1000})},
              {.value = 1000.69314718055995, .first = {0.5, 0.5}, .relative = 1e-13});
  check_point("a part is -inf", f, {vec({-inf, 0})}, {.value = 0, .first = {0, 1}});
  check_point("all are -inf", f, {vec({-inf, -inf})}, {.value = -inf, .first = {0, 0}});
  check_point("one is inf", f, {vec({inf, 0})}, {.value = inf, .first = {1, 0}});
  check_point("two are inf", f, {vec({inf, 0, inf})}, {.value = inf, .first = {0.5, 0, 0.5}});
  const double s = 0.268941421369995121, t = 0.731058578630004879, st = 0.196611933241481853;
  check_point("so big that the sum loses the digits of the weights", f, {vec({1e15, 1e15 + 1})},
              {.first = {s, t}, .second = {{st, -st}, {-st, st}}});
  check_point("Hessian", f, {vec({0, 0})},
              {.value = 0.693147180559945309, .first = {0.5, 0.5}, .second = {{0.25, -0.25}, {-0.25, 0.25}}});

  check_point("softmax, overflow", [](X x) { return weighted(softmax(x[0])); }, {vec({1000, 0})},
              {.value = 1, .first = {0, 0}, .second = {{0, 0}, {0, 0}}});
  check_point("log_softmax, overflow", [](X x) { return weighted(log_softmax(x[0])); }, {vec({1000, 0})},
              {.value = -2000, .first = {-2, 2}});
  check_point("log_softmax, big", [](X x) { return weighted(log_softmax(x[0])); }, {vec({1e15, 1e15 + 1})},
              {.value = -1.93978506255466861, .first = {1 - 3 * s, 2 - 3 * t}, .relative = 1e-14});
  check_point("log_softmax of a masked row", [](X x) { return weighted(log_softmax(x[0])); },
              {vec({-inf, -inf})}, {.value = -inf, .first = {0, 0}});
  check_point("softmax of a masked row", [](X x) { return weighted(softmax(x[0])); }, {vec({-inf, -inf})},
              {.value = 0, .first = {0, 0}});
  check_point("cross-entropy of logits (1000, 0), label 1",
              [](X x) { return logsumexp(x[0]) - index_axis(x[0], 0, 1); }, {vec({1000, 0})},
              {.value = 1000, .first = {1, -1}, .second = {{0, 0}, {0, 0}}});
}

TEST_CASE("products with zeros") {
  const Formula f = [](X x) { return prod(x[0]); };
  check_point("one zero", f, {vec({0, 2, 3})},
              {.value = 0, .first = {6, 0, 0}, .second = {{0, 3, 2}, {3, 0, 0}, {2, 0, 0}}});
  check_point("two zeros", f, {vec({0, 0, 3})},
              {.value = 0, .first = {0, 0, 0}, .second = {{0, 3, 0}, {3, 0, 0}, {0, 0, 0}}});
  check_point("no zero", f, {vec({2, 3, 4})},
              {.value = 24, .first = {12, 8, 6}, .second = {{0, 4, 3}, {4, 0, 2}, {3, 2, 0}}});
}

TEST_CASE("variance and standard deviation of a constant") {
  check_point("var", [](X x) { return var(x[0]); }, {vec({1, 1, 1})}, {.value = 0, .first = {0, 0, 0}});
  check_point("std", [](X x) { return std_(x[0]); }, {vec({1, 1, 1})},
              {.value = 0, .first = {0, 0, 0}, .second = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}});
}

TEST_CASE("nothing to fold") {
  const Tensor empty(f64, {0});
  check_point("sum of nothing", [](X x) { return sum(x[0]); }, {empty}, {.value = 0});
  check_point("prod of nothing", [](X x) { return prod(x[0]); }, {empty}, {.value = 1});
  check_point("mean of nothing", [](X x) { return mean(x[0]); }, {empty}, {.value = nan_});
  const auto gradient = outputs_at(
      [](X x) {
        const Expr y = sum(x[0]);
        return gradients(std::span(&y, 1), x);
      },
      {empty});
  CHECK(gradient[0].shape == std::vector<int64_t>{0});
}

TEST_CASE("gather and scatter") {
  const auto indices = [](X x, std::vector<double> at) {
    Tensor t(i64, {static_cast<int64_t>(at.size())});
    for (size_t i = 0; i < at.size(); i++) t.set(static_cast<int64_t>(i), at[i]);
    return constant(x[0].graph(), t);
  };
  check_point("a repeated index adds up",
              [&](X x) {
                const Expr g = constant(x[0].graph(), vec({10, 20, 30}));
                return sum(take(x[0], indices(x, {0, 0, 2})) * g);
              },
              {vec({1, 2, 3})}, {.value = 120, .first = {30, 0, 30}});
  const auto beyond = outputs_at(
      [&](X x) {
        const Expr y = sum(take(x[0], indices(x, {0, 7})));
        return std::vector{y, gradients(std::span(&y, 1), x)[0]};
      },
      {vec({1, 2, 3})});
  CHECK(std::isnan(beyond[0].at(0)));
  CHECK(beyond[1] == vec({1, 0, 0}));
  check_point("take of an index out of range has no slope",
              [&](X x) { return sum(take(x[0], indices(x, {0, 7}))); }, {vec({1, 2, 3})},
              {.value = nan_, .first = {1, 0, 0}});
  check_point("what is made of an element out of range has no slope",
              [&](X x) { return square(take(x[0], indices(x, {0, 7}))); }, {vec({1, 2, 3})},
              {.value = nan_, .first = {2, 0, 0}, .second = {{2, 0, 0}, {0, 0, 0}, {0, 0, 0}}});
  check_point("nor has what is dropped, whatever it was made with",
              [&](X x) { return scatter_add(x[0], indices(x, {1, 9}), sqrt(x[1])); },
              {vec({0, 0}), vec({4, 0})},
              {.value = 2,
               .first = {1, 1, 0.25, 0},
               .second = {{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, -1.0 / 32, 0}, {0, 0, 0, 0}}});
  check_point("scatter_add drops an index out of range",
              [&](X x) { return weighted(scatter_add(x[0], indices(x, {1, 1, 9}), x[1])); },
              {vec({0, 0, 0}), vec({1, 2, 3})}, {.value = 6, .first = {1, 2, 3, 2, 2, 0}});
}

TEST_CASE("broadcasting is undone") {
  check_point("(3, 1) + (1, 4)", [](X x) { return x[0] + x[1]; },
              {Tensor::of({3, 1}, {1, 2, 3}), Tensor::of({1, 4}, {1, 2, 3, 4})},
              {.value = 54, .first = {4, 4, 4, 3, 3, 3, 3}});
  const auto gradient = outputs_at(
      [](X x) {
        const Expr y = x[0] * x[1];
        return gradients(std::span(&y, 1), x);
      },
      {vec({2}), vec({1, 2, 3})});
  CHECK(gradient[0].shape == std::vector<int64_t>{1});
  CHECK(gradient[0].at(0) == 6);
  CHECK(gradient[1].shape == std::vector<int64_t>{3});
}

TEST_CASE("the product of the Hessian with w itself does not differentiate the direction") {
  const Tensor w = vec({1, 2});
  const auto out = outputs_at(
      [](X x) {
        const Expr f = sum(x[0] * x[0] * x[0]);
        return std::vector{hvp(f, x[0], x[0])};
      },
      {w});
  CHECK(out[0].at(0) == 6);
  CHECK(out[0].at(1) == 24);
}
