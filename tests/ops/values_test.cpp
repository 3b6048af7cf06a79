// Values of every elementwise op, in every type it takes, against MPFR or host integers.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends.h"
#include "cases.h"
#include "exact.h"

using namespace wengert;
using namespace wengert::tests;

static int width_of(Dtype dtype) { return dtype == Dtype::boolean ? 1 : dtype == Dtype::i32 ? 32 : 64; }

static int64_t integer_at(const Tensor& t, int64_t i) {
  return t.dtype == Dtype::i64 ? t.data<int64_t>()[i] : static_cast<int64_t>(t.at(i));
}
static Exact exact_at(const Tensor& t, int64_t i) {
  return is_float(t.dtype) ? Exact(t.at(i)) : Exact::of_integer(integer_at(t, i));
}

static void compare_integers(const Case& c, const std::vector<Tensor>& x, const Tensor& y) {
  const IntegerFunction function = integer_function_of(*c.op);
  const Reference* reference = reference_of(*c.op);
  REQUIRE_MESSAGE((function || reference), "no reference for ", c.text());
  for (int64_t i = 0; i < y.count(); i++) {
    std::vector<int64_t> at;
    for (const Tensor& t : x) at.push_back(is_float(t.dtype) ? 0 : integer_at(t, i));
    int64_t expected;
    if (function) {
      expected = function(at, width_of(c.operands.back()));
    } else {
      std::vector<Exact> exact;
      for (const Tensor& t : x) exact.push_back(exact_at(t, i));
      const Exact value = reference->function(exact, c.attributes);
      if (c.op->name == "convert" && c.result == Dtype::boolean)
        expected = !value.is_zero();
      else if (c.op->name == "convert" && is_float(c.operands[0])) {
        // truncates, saturates, NaN gives 0
        const double v = x[0].at(i), top = c.result == Dtype::i32 ? 0x1p31 : 0x1p63;
        const int64_t most = c.result == Dtype::i32 ? INT32_MAX : INT64_MAX;
        expected = std::isnan(v) ? 0 : v >= top ? most : v <= -top ? -most - 1 : static_cast<int64_t>(v);
      } else
        expected = wrapped(value, width_of(c.result) == 1 ? 32 : width_of(c.result));
    }
    CAPTURE(i);
    CAPTURE(fmt::format("{}", fmt::join(at, ", ")));
    CHECK(integer_at(y, i) == expected);
  }
}

static void compare_floats(const Case& c, const std::vector<Tensor>& x, const Tensor& y) {
  const Reference* reference = reference_of(*c.op);
  REQUIRE_MESSAGE(reference, "no reference for ", c.text());
  for (int64_t i = 0; i < y.count(); i++) {
    std::vector<Exact> at;
    std::string where;
    for (const Tensor& t : x) {
      at.push_back(exact_at(t, i));
      where += fmt::format("{}{}", where.empty() ? "" : ", ", t.at(i));
    }
    const Exact expected = reference->function(at, c.attributes);
    CAPTURE(where);
    CAPTURE(y.at(i));
    CAPTURE(expected.number());
    const double floor =
        x[0].at(i) < 0 ? std::max(reference->floor, reference->floor_below_zero) : reference->floor;
    CHECK(ulps(y.at(i), expected, c.result, floor) <= reference->bound + 1e-9);
    if (reference->signed_zeros && y.at(i) == 0 && expected.is_zero())
      CHECK(std::signbit(y.at(i)) == (mpfr_signbit(expected.get()) != 0));
  }
}

TEST_CASE("values of elementwise ops in their sampling range and at awkward points") {
  std::mt19937_64 random(1);
  for (const Case& c : elementwise_cases()) {
    CAPTURE(c.text());
    Bench bench(c, {Extent::symbol("N")});
    bench.output(bench.call(c));
    const Runner runner(bench.program);
    std::vector<Tensor> usual;
    for (size_t i = 0; i < c.operands.size(); i++) usual.push_back(samples(c, i, 200, random));
    for (const std::vector<Tensor>& x : {usual, awkward_values(c)}) {
      const Tensor y = runner(x)[0];
      REQUIRE(y.dtype == c.result);
      if (is_float(c.result))
        compare_floats(c, x, y);
      else
        compare_integers(c, x, y);
    }
  }
}
