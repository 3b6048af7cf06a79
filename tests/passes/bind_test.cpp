// bind: numbers for symbols, in types, attributes and values.
#include <doctest/doctest.h>

#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/pipeline.h"
#include "random_values.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

const char* const source =
    "wengert 1\n"
    "%0 = input {name=\"x\", type=f64[N, 2*D + 1]}\n"
    "%1 = slice %0 {limits=<N - 1, 2*D + 1>, starts=<1, D>, steps=[1, 1]}\n"
    "%2 = reshape %1 {shape=<(N - 2)*(D + 1)>}\n"
    "%3 = extent_value {extent=(N*D)}\n"
    "%4 = convert %3 {to=f64}\n"
    "%5 = broadcast_in_dim %4 {dimensions=[], shape=<N*D + N - 2*D - 2>}\n"
    "%6 = multiply %2, %5\n"
    "%7 = iota {axis=0, type=i64[max(N, D)]}\n"
    "output y = %6\n"
    "output z = %7\n";

std::string refusal(const Program& program, const Bindings& bindings) {
  try {
    bind(program, bindings);
  } catch (const Error& e) { return e.what(); }
  return "";
}

}  // namespace

TEST_CASE("bind all symbols") {
  const Program program = parse(source), bound = bind(program, {{"N", 5}, {"D", 2}});
  verify(bound);
  CHECK(bound.symbols().empty());
  CHECK(print(bound) == print(parse("wengert 1\n"
                                    "%0 = input {name=\"x\", type=f64[5, 5]}\n"
                                    "%1 = slice %0 {limits=<4, 5>, starts=<1, 2>, steps=[1, 1]}\n"
                                    "%2 = reshape %1 {shape=<9>}\n"
                                    "%3 = constant {value=i64(10)}\n"
                                    "%4 = convert %3 {to=f64}\n"
                                    "%5 = broadcast_in_dim %4 {dimensions=[], shape=<9>}\n"
                                    "%6 = multiply %2, %5\n"
                                    "%7 = iota {axis=0, type=i64[5]}\n"
                                    "output y = %6\n"
                                    "output z = %7\n")));
  std::mt19937_64 random(3);
  CHECK(different_bits(program, bound, random_arguments(bound, {}, Draw(), random), {}) == "");
}

TEST_CASE("bind some symbols") {
  const Program bound = bind(parse(source), {{"D", 2}});
  CHECK(bound.symbols() == std::vector<std::string>{"N"});
  CHECK(wengert::text(bound.graph->type({0, 0})) == "f64[N, 5]");
}

TEST_CASE("what bind refuses") {
  const Program program = parse(source, "t");
  CHECK(refusal(program, {{"M", 3}}) == "the program program has no symbol M; it has N, D");
  CHECK(refusal(program, {{"N", -3}}) == "the symbol N cannot be -3");
  CHECK(refusal(program, {{"N", 1}}) ==
        "t:3:1: slice(f64[1, 2*D + 1]): the slice ends before it starts: 1:0 of axis 0 with extent 1");
  CHECK(refusal(parse("wengert 1\n%0 = input {name=\"x\", type=f64[N - 4]}\n", "t"), {{"N", 3}}) ==
        "t:2:1: an extent becomes negative: -1");
  CHECK(refusal(program, {{"N", int64_t{1} << 62}, {"D", 8}}).find("overflows 64 bits") != std::string::npos);
}
