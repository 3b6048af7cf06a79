// Sizes that are refused: by the evaluator, which computes every node, and by the compiled function alike,
// whatever the passes made of it. Both name the place and the sizes.
#include <array>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "frontend/language/lower.h"
#include "frontend/language/parser.h"
#include "ir/evaluate.h"
#include "runtime/kernel_abi.h"

using namespace wengert;

namespace {

Program program_of(const std::string& text) {
  return language::lower(language::parse_module(text, "t.wg"), "f");
}

template <class Run>
std::string refusal(const Run& run) {
  try {
    run();
  } catch (const Error& e) { return e.what(); }
  return "";
}

}  // namespace

TEST_CASE("an array whose extent is negative is refused, also where nothing of it is left to compute") {
  struct {
    std::string text, message;
  } const cases[] = {
      {"{ x + concatenate([ones([N-3]), ones([3])]) }",
       "t.wg:1:46: an array f64[N - 3] has a negative extent, with N = 1"},
      {"{ x + concatenate([ones([N-3]), zeros([3])]) }",
       "t.wg:1:46: an array f64[N - 3] has a negative extent, with N = 1"},
      {"{ concatenate([x, broadcast_to(x[0], [N-3])])[:N] }",
       "t.wg:1:45: an array f64[N - 3] has a negative extent, with N = 1"},
      {"{ x + pad(ones([N-3]), (3, 0), constant_values=1.0) }",
       "t.wg:1:37: an array f64[N - 3] has a negative extent, with N = 1"},
      {"{ x * sum(exp(x[0] * ones([N-3, N-3]))) }",
       "t.wg:1:48: an array f64[N - 3, N - 3] has a negative extent, with N = 1"},
      {"{ x + take(f64(arange(N-3)), argmax(x) - 1) }",
       "t.wg:1:42: an array i64[N - 3] has a negative extent, with N = 1"},
      {"{ x + sum(reshape(ones([N-3, N-3]), [N*N-6*N+9])) }",
       "t.wg:1:45: an array f64[N - 3, N - 3] has a negative extent, with N = 1"},
  };
  for (const auto& [body, message] : cases) {
    CAPTURE(body);
    const Program program = program_of("fn f(x: f64[N]) -> f64[N] " + body);
    const CompiledFunction compiled = jit(program);
    const Tensor one[] = {Tensor::vector({1})};
    CHECK(refusal([&] { evaluate(program, one); }) == message);
    CHECK(refusal([&] { compiled(one); }).find("has a negative extent, with N = 1") != std::string::npos);
    // The C function, which knows no places, refuses them too.
    CHECK(refusal([&] { compiled.workspace({{"N", 1}}); }).find("has a negative extent, with N = 1") !=
          std::string::npos);
    const int64_t symbols[] = {1};
    const double x = 1;
    double y = 7;
    const void* const inputs[] = {&x};
    void* const outputs[] = {&y};
    CHECK(compiled.call(inputs, symbols, outputs, nullptr) == WENGERT_BAD_EXTENT);
    CHECK(y == 7);
  }
}

TEST_CASE("the symbols of a compiled function that are refused are named, with what they make") {
  const Program products = program_of(
      "fn f(x: f64[N]) -> f64 { let A = x[:, None]*x[None, :]\n"
      "sum(A @ (A + 1)) }");
  const CompiledFunction compiled = jit(products);
  CHECK(compiled.workspace({{"N", 100}}) > 0);
  const auto refused = [&](int64_t n) { return refusal([&] { compiled.workspace({{"N", n}}); }); };
  CHECK(refused(-1) == "the symbol N is negative: -1");
  CHECK(refused(INT64_MAX / 4)
            .ends_with(
                "an array f64[N] is too large: its bytes do not fit 64 bits, with N = 2305843009213693951"));
  CHECK(refused(INT64_MAX / 9)
            .ends_with("an array f64[N, N] is too large: its bytes do not fit 64 bits, with N = "
                       "1024819115206086200"));
  CHECK(refused(1000000000) ==
        "the bytes of workspace or the elements of a loop of f do not fit 64 bits, with N = 1000000000");
}

TEST_CASE("symbols are learnt from all arguments, in any order of them") {
  const Program program = program_of("fn f(x: f64[N + M], y: f64[2*N]) -> f64 { sum(x) + sum(y) }");
  const Tensor five(f64, {5}), four(f64, {4}), three(f64, {3});
  const auto bound = [&](const Tensor& x, const Tensor& y) {
    return bind_symbols(program, std::array{x, y});
  };
  CHECK(bound(five, four) == Bindings{{"N", 2}, {"M", 3}});
  CHECK(refusal([&] { bound(five, three); }) ==
        "the argument 'y' has shape [3], but axis 0 must be 2*N, which no whole N gives");
  CHECK(refusal([&] { bound(three, Tensor(f64, {8})); }) == "the symbol M is negative: -1");

  // What is missing tells nothing, what is there must fit.
  Bindings known;
  learn_symbols(program, std::array<const Tensor*, 2>{&five, nullptr}, known);
  CHECK(known.empty());
  learn_symbols(program, std::array<const Tensor*, 2>{nullptr, &four}, known);
  CHECK(known == Bindings{{"N", 2}});
  CHECK(refusal([&] { learn_symbols(program, std::array<const Tensor*, 2>{nullptr, &three}, known); }) ==
        "the argument 'y' has shape [3], but axis 0 must be 2*N = 4");
}

TEST_CASE("extents near the ends of 64 bits") {
  const Program below = program_of("fn f(x: f64[N - 9223372036854775807]) -> f64 { sum(x) }");
  const Tensor none(f64, {0}), three(f64, {3});
  CHECK(bind_symbols(below, {&none, 1}) == Bindings{{"N", INT64_MAX}});
  CHECK(refusal([&] { bind_symbols(below, {&three, 1}); }).ends_with("which no whole N gives"));
  const Program above = program_of("fn f(x: f64[4611686018427387904*N + 1], y: f64[N]) -> f64 { sum(x) }");
  CHECK(refusal([&] { bind_symbols(above, std::array{three, three}); }) ==
        "axis 0 of the argument 'x' is 4611686018427387904*N + 1: an extent overflows 64 bits, with N = 3");
}
