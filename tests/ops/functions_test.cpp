// The functions that build scalar nodes: the types they give, what they refuse, the composites, and an op of
// a user's.
#include <doctest/doctest.h>

#include "hard_point.h"
#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/registry.h"

using namespace wengert;
using namespace wengert::tests;
using X = const std::vector<Expr>&;

template <class Call>
static std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) { return error.message(); }
  return "accepted";
}

TEST_CASE("dtypes: integers become f64 where the function is real, else stay") {
  Graph g;
  const Expr i = g.input("i", i32), f = g.input("f", f32), d = g.input("d", f64), b = g.input("b", boolean);
  CHECK(exp(i).dtype() == f64);
  CHECK(exp(b).dtype() == f64);
  CHECK(exp(f).dtype() == f32);
  CHECK(atan2(i, i).dtype() == f64);
  CHECK(hypot(f, 1).dtype() == f32);
  CHECK(hypot(f, d).dtype() == f64);
  CHECK(abs(i).dtype() == i32);
  CHECK(sign(i).dtype() == i32);
  CHECK(square(i).dtype() == i32);
  CHECK(relu(i).dtype() == i32);
  CHECK(floor(i).same(i));
  CHECK(round(f).dtype() == f32);
  CHECK(clamp(0, f, 1).dtype() == f32);
  CHECK(clamp(0, i, 10).dtype() == i32);
  CHECK(fmod(i, 3).dtype() == i32);
  CHECK(floor_divide(i, f).dtype() == f32);
  CHECK(is_nan(f).dtype() == boolean);
  CHECK(fma(f, 2, 3).dtype() == f32);
  CHECK(silu(i).dtype() == f64);
  CHECK(sinc(f).dtype() == f32);
  CHECK(shift_left(i, 3).dtype() == i32);
}

TEST_CASE("pow with a literal integer is integer_pow, otherwise power") {
  Graph g;
  const Expr i = g.input("i", i32), f = g.input("f", f32);
  CHECK(&pow(f, 3).op() == &ops::integer_pow);
  CHECK(pow(f, 3).dtype() == f32);
  CHECK(pow(i, 3).dtype() == i32);
  CHECK(&pow(f, 3.0).op() == &ops::power);
  CHECK(&pow(2, f).op() == &ops::power);
  CHECK(&pow(f, i).op() == &ops::power);
  CHECK(pow(i, i).dtype() == f64);
  CHECK(outputs_at([](X x) { return std::vector{pow(x[0], 5)}; }, {Tensor::scalar(i32, -3)})[0].at(0) ==
        -243);
}

TEST_CASE("calls that are refused say why") {
  Graph g, other;
  const Expr i = g.input("i", i32), f = g.input("f", f32), b = g.input("b", boolean),
             v = g.input("v", f64, {3}), w = g.input("w", f64, {4}), strange = other.input("x", f64);
  CHECK(refusal([&] { pow(i, -1); }).find("an integer to a negative power is not an integer") !=
        std::string::npos);
  CHECK(refusal([&] { integer_pow(f, int64_t{1} << 40); }).find("beyond 2^31") != std::string::npos);
  CHECK(refusal([&] { abs(b); }).find("abs(bool): wants numbers, not bool") != std::string::npos);
  CHECK(refusal([&] { shift_left(f, 1); }).find("wants integers") != std::string::npos);
  CHECK(refusal([&] { hypot(v, w); }).find("hypot(f64[3], f64[4]): the shapes do not broadcast") !=
        std::string::npos);
  CHECK(refusal([&] { hypot(v, strange); }).find("two graphs") != std::string::npos);
  CHECK(refusal([&] { exp(2.0); }).find("no operand is an expression") != std::string::npos);
  CHECK(refusal([&] { silu(Expr()); }).find("absent") != std::string::npos);
}

TEST_CASE("shapes, bounds and literals that do not fit are refused") {
  Graph g;
  const Expr x = g.input("x", f64, {3}), s = g.input("s", f64), m = g.input("m", f64, {2, 3});
  const auto refuses = [](const std::function<void()>& call, const char* why) {
    const std::string said = refusal(call);
    CAPTURE(said);
    CHECK(said.find(why) != std::string::npos);
  };
  refuses([&] { broadcast_to(s, {-1}); }, "the shape [-1] has a negative extent");
  refuses([&] { iota(g, f64, {2, -3}, 0); }, "the shape [2, -3] has a negative extent");
  refuses([&] { reshape(x, {-1, -3}); }, "the shape [-1, -3] has a negative extent");
  refuses([&] { g.input("y", f64, {-2}); }, "the shape [-2] has a negative extent");
  CHECK(g.current_place() == 0);  // no node made from now on is placed at the refused input
  refuses([&] { pad(s, 0.0, {1}, {0}, {0}); }, "a scalar has no axis to pad");
  CHECK(pad(s, 0.0, {}, {}, {}).same(s));
  refuses([&] { slice(x, {}, {3}, {}); }, "wants a start, a limit and a step for each axis");
  refuses([&] { dot_general(m, x, {{}, {}, {-1}, {0}}); }, "an axis is negative");
  refuses([&] { dot_general(m, x, {{}, {}, {1}, {-1}}); }, "an axis is negative");
  refuses([&] { constant(g, i64, 0x1p63); }, "9.223372036854776e+18 is not a value of i64");
  refuses([&] { constant(g, i32, 0x1p31); }, "2147483648 is not a value of i32");
  refuses([&] { constant(g, i32, nan_); }, "nan is not a value of i32");
  refuses([&] { constant(g, i32, int64_t{1} << 31); }, "2147483648 does not fit i32");
  CHECK(constant_value(constant(g, i64, -0x1p63)) == -0x1p63);
  CHECK(constant_value(constant(g, i32, -0x1p31)) == -0x1p31);
}

TEST_CASE("composed activations with their derivatives") {
  const Formula leaky = [](X x) { return leaky_relu(x[0], 0.1); };
  check_point("leaky_relu", leaky, {2.0}, {.value = 2, .first = {1}, .second = {{0}}});
  check_point("leaky_relu", leaky, {-2.0}, {.value = -0.2, .first = {0.1}, .second = {{0}}});
  const Formula exponential = [](X x) { return elu(x[0], 1.5); };
  check_point(
      "elu", exponential, {-2.0},
      {.value = -1.29699707514508096, .first = {0.203002924854919038}, .second = {{0.203002924854919038}}});
  check_point("elu where expm1 overflows", exponential, {1e4}, {.value = 1e4, .first = {1}, .second = {{0}}});
  const Formula gaussian = [](X x) { return gelu(x[0]); };
  check_point("gelu", gaussian, {-3.0},
              {.value = -0.00404969409489028358,
               .first = {-0.011945647204183927},
               .second = {{-0.0310229388835660502}},
               .relative = 4e-15});
  check_point("gelu", gaussian, {0.0}, {.value = 0, .first = {0.5}, .second = {{0.797884560802865356}}});
  check_point("gelu", gaussian, {-40.0}, {.value = 0, .first = {0}, .second = {{0}}});
  const Formula swish = [](X x) { return silu(x[0]); };
  check_point(
      "silu", swish, {1.5},
      {.value = 1.22636171429046549, .first = {1.04129415429914294}, .second = {{0.156197584963536702}}});
  check_point("silu", swish, {0.0}, {.value = 0, .first = {0.5}, .second = {{0.5}}});
  const Formula robust = [](X x) { return huber(x[0], 2.0); };
  check_point("huber inside", robust, {1.0}, {.value = 0.5, .first = {1}, .second = {{1}}});
  check_point("huber at 0", robust, {0.0}, {.value = 0, .first = {0}, .second = {{1}}});
  check_point("huber outside", robust, {-5.0}, {.value = 8, .first = {-2}, .second = {{0}}});
  const Formula cardinal = [](X x) { return sinc(x[0]); };
  check_point(
      "sinc by series", cardinal, {0.99},
      {.value = 0.844470685455071232, .first = {-0.29876850997321581}, .second = {{-0.240897938034433227}}});
  check_point("sinc by quotient", cardinal, {1.01},
              {.value = 0.838447370908925928,
               .first = {-0.303551138153040066},
               .second = {{-0.237356008229638674}},
               .relative = 4e-15});
  check_point("sinc near 0", cardinal, {1e-3},
              {.value = 0.999999833333341667,
               .first = {-0.000333333300000001197},
               .second = {{-0.333333233333339286}}});
  check_point("sinc at 7", cardinal, {7.0},
              {.value = 0.0938552283883984415,
               .first = {0.0942924322792723138},
               .second = {{-0.120795923325333388}}});
}

static const Op cube{
    .name = "test_cube",
    .summary = "x^3",
    .type = build::same_float_type,
    .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0] * x[0] * x[0]; },
    .partials = [](std::span<const Expr> x, Expr, const Attributes&) -> std::vector<Expr> {
      return {3.0 * x[0] * x[0]};
    },
};

TEST_CASE("one registration of a user's op serves both modes and every order") {
  register_op(cube);
  CHECK(find_op("test_cube") == &cube);
  CHECK(nearest_op("test_cub") == "test_cube");
  register_op(cube);  // again: nothing happens
  static Op same_name = cube;
  CHECK(refusal([] { register_op(same_name); }) == "there is an op \"test_cube\" already");
  check_point("x^3 at 2", [](X x) { return x[0].graph().make(cube, {x[0]}); }, {2.0},
              {.value = 8, .first = {12}, .second = {{12}}});
}
