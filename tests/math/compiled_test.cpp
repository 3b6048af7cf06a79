// Every function compiled, at one lane and at eight, gives the bits that the interpreter gives.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "../codegen/body_kernel.h"
#include "codegen/jit.h"
#include "ir/interpret.h"
#include "references.h"

using namespace wengert;

namespace {

/// Any bit pattern, moderate numbers, and special values, in turn.
template <class T>
T sample(std::mt19937_64& random) {
  using L = std::numeric_limits<T>;
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  static const T special[] = {0,        -T(0),           1,        -1,   T(0.5),        2,
                              L::max(), L::denorm_min(), L::min(), -2,   L::infinity(), -L::infinity(),
                              T(1e10),  L::quiet_NaN(),  T(-0.5),  T(3), L::epsilon(),  -L::max()};
  switch (random() % 4) {
    case 0: return special[random() % std::size(special)];
    case 1: return std::bit_cast<T>(static_cast<Bits>(random()));
    default:
      return static_cast<T>(std::ldexp(static_cast<double>(static_cast<int64_t>(random())),
                                       -60 + static_cast<int>(random() % 16)));
  }
}

template <class T>
void compare(unsigned lanes) {
  const Dtype type = sizeof(T) == 8 ? Dtype::f64 : Dtype::f32;
  std::vector<test::BodyCase> cases;
  for (const tests::Reference& reference : tests::references()) {
    const Dtype types[] = {type, type};
    Arithmetic m(std::span(types, reference.arity));
    const Num result = reference.body(m, m.input(0), m.input(reference.arity - 1));
    cases.push_back({fmt::format("f{}", cases.size()), m.finish(std::span(&result, 1))});
  }
  const auto kernel = load_object(test::compile_bodies(cases, Target::host(), Tier::full, lanes));
  std::mt19937_64 random(lanes);
  constexpr size_t count = 2048;
  std::vector<T> x(count), y(count), expected(count), got(count);
  for (size_t i = 0; i < count; i++) x[i] = sample<T>(random), y[i] = sample<T>(random);
  for (size_t c = 0; c < cases.size(); c++) {
    const std::string name = tests::references()[c].name;
    CAPTURE(name);
    const size_t arity = cases[c].body.inputs.size();
    const void* inputs[] = {x.data(), y.data()};
    const int strides[] = {1, 1};
    void *want[] = {expected.data()}, *have[] = {got.data()};
    interpret(cases[c].body, std::span(inputs, arity), std::span(strides, arity), want, count);
    auto* function = kernel->function<test::BodyFunction>(cases[c].name);
    REQUIRE((function != nullptr));
    function(inputs, have, count);
    for (size_t i = 0; i < count; i++) {
      const bool nan = std::isnan(expected[i]) && std::isnan(got[i]);
      if (nan || (got[i] == expected[i] && std::signbit(got[i]) == std::signbit(expected[i]))) continue;
      FAIL_CHECK(name, " of ", x[i], ", ", y[i], " is ", got[i], " compiled, ", expected[i], " interpreted");
      break;
    }
  }
}

}  // namespace

TEST_CASE("compiled functions agree with interpreted ones") {
  for (unsigned lanes : {1u, 8u}) {
    compare<double>(lanes);
    compare<float>(lanes);
  }
}
