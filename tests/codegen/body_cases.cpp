#include <fmt/format.h>

#include "body_kernel.h"
#include "ir/arithmetic.h"
#include "ir/math/functions.h"

namespace wengert::test {
namespace {

using Nums = std::vector<Num>;
using Make = std::function<Nums(Arithmetic&, const Nums&)>;

BodyCase make(const std::string& name, std::vector<Dtype> types, const Make& body) {
  Arithmetic m(types);
  Nums inputs;
  for (uint32_t i = 0; i < types.size(); i++) inputs.push_back(m.input(i));
  return {name, m.finish(body(m, inputs))};
}

using Unary = Num (Arithmetic::*)(Num);
using Binary = Num (Arithmetic::*)(Num, Num);

void add_primitives(std::vector<BodyCase>& cases) {
  const auto unary = [&](const char* what, Unary call, std::initializer_list<Dtype> types) {
    for (Dtype t : types)
      cases.push_back(make(fmt::format("{}_{}", what, name(t)), {t},
                           [&](Arithmetic& m, const Nums& x) { return Nums{(m.*call)(x[0])}; }));
  };
  const auto binary = [&](const char* what, Binary call, std::initializer_list<Dtype> types) {
    for (Dtype t : types)
      cases.push_back(make(fmt::format("{}_{}", what, name(t)), {t, t},
                           [&](Arithmetic& m, const Nums& x) { return Nums{(m.*call)(x[0], x[1])}; }));
  };
  const auto floats = {f32, f64}, integers = {i32, i64}, numbers = {i32, i64, f32, f64};
  const auto bits = {boolean, i32, i64}, all = {boolean, i32, i64, f32, f64};
  binary("add", &Arithmetic::add, numbers);
  binary("subtract", &Arithmetic::subtract, numbers);
  binary("multiply", &Arithmetic::multiply, numbers);
  binary("divide", &Arithmetic::divide, numbers);
  binary("remainder", &Arithmetic::remainder, integers);
  binary("copysign", &Arithmetic::copysign, floats);
  binary("minimum", &Arithmetic::minimum, all);
  binary("maximum", &Arithmetic::maximum, all);
  binary("equal", &Arithmetic::equal, all);
  binary("not_equal", &Arithmetic::not_equal, all);
  binary("less", &Arithmetic::less, all);
  binary("less_equal", &Arithmetic::less_equal, all);
  binary("bit_and", &Arithmetic::bit_and, bits);
  binary("bit_or", &Arithmetic::bit_or, bits);
  binary("bit_xor", &Arithmetic::bit_xor, bits);
  binary("shift_left", &Arithmetic::shift_left, integers);
  binary("shift_right_logical", &Arithmetic::shift_right_logical, integers);
  binary("shift_right_arithmetic", &Arithmetic::shift_right_arithmetic, integers);
  binary("multiply_high", &Arithmetic::multiply_high, integers);
  unary("negate", &Arithmetic::negate, numbers);
  unary("absolute", &Arithmetic::absolute, numbers);
  unary("sqrt", &Arithmetic::sqrt, floats);
  unary("floor", &Arithmetic::floor, floats);
  unary("ceil", &Arithmetic::ceil, floats);
  unary("truncate", &Arithmetic::truncate, floats);
  unary("round_even", &Arithmetic::round_even, floats);
  unary("bit_not", &Arithmetic::bit_not, bits);
  unary("population_count", &Arithmetic::population_count, integers);
  unary("leading_zeros", &Arithmetic::leading_zeros, integers);
  for (Dtype t : floats)
    cases.push_back(make(fmt::format("fma_{}", name(t)), {t, t, t},
                         [](Arithmetic& m, const Nums& x) { return Nums{m.fma(x[0], x[1], x[2])}; }));
  for (Dtype t : all)
    cases.push_back(make(fmt::format("select_{}", name(t)), {boolean, t, t},
                         [](Arithmetic& m, const Nums& x) { return Nums{m.select(x[0], x[1], x[2])}; }));
  for (Dtype from : all)
    for (Dtype to : all)
      if (from != to)
        cases.push_back(make(fmt::format("convert_{}_{}", name(from), name(to)), {from},
                             [&](Arithmetic& m, const Nums& x) { return Nums{m.convert(x[0], to)}; }));
  for (auto [from, to] : {std::pair{i32, f32}, {f32, i32}, {i64, f64}, {f64, i64}})
    cases.push_back(make(fmt::format("bitcast_{}_{}", name(from), name(to)), {from},
                         [&](Arithmetic& m, const Nums& x) { return Nums{m.bitcast(x[0], to)}; }));
}

// Tables of several sizes: targets find small ones in one, two or four registers.
void add_tables(std::vector<BodyCase>& cases) {
  const uint64_t bits[] = {1, 0, 0x3ff0000000000000, 0xffffffffffffffff, 0x7ff0000000000001, 12345, 0, 1};
  for (Dtype index : {i32, i64})
    for (Dtype t : all_dtypes)
      for (size_t size : {2, 8, 16, 32, 64})
        cases.push_back(make(fmt::format("table_{}_{}_{}", name(index), name(t), size), {index},
                             [&](Arithmetic& m, const Nums& x) {
                               std::vector<uint64_t> entries;
                               for (size_t i = 0; i < size; i++) {
                                 const uint64_t all = bits[i % 8] ^ (i / 8 * 0x0101010101010101);
                                 entries.push_back(all & (~uint64_t{0} >> (64 - 8 * size_of(t))));
                                 if (t == boolean) entries.back() &= 1;
                               }
                               const double most = static_cast<double>(size - 1);
                               return Nums{m.table_bits(t, entries, x[0] & m.constant(index, most))};
                             }));
}

void add_regions(std::vector<BodyCase>& cases) {
  // Steps of Collatz's rule until 1, counted: lanes end at different trips.
  cases.push_back(make("repeat_collatz", {i64}, [](Arithmetic& m, const Nums& x) {
    const Nums state{(x[0] & m.constant(i64, 1023)) + 1.0, m.constant(i64, 0)}, constants{m.constant(i64, 3)};
    return m.repeat(60, state, constants, [](Arithmetic& in, std::span<const Num> s) {
      const Num half = in.shift_right_logical(s[0], in.constant(i64, 1));
      const Num next = in.select((s[0] & in.constant(i64, 1)) == 0.0, half, s[2] * s[0] + 1.0);
      return Nums{next, s[1] + 1.0, next == 1.0};
    });
  }));
  cases.push_back(make("repeat_never", {f64}, [](Arithmetic& m, const Nums& x) {
    return m.repeat(0, std::array{x[0]}, {}, [](Arithmetic& in, std::span<const Num> s) {
      return Nums{s[0] + 1.0, in.constant(boolean, 0)};
    });
  }));
  cases.push_back(make("repeat_without_end", {f32}, [](Arithmetic& m, const Nums& x) {
    return m.repeat(7, std::array{x[0]}, {}, [](Arithmetic& in, std::span<const Num> s) {
      return Nums{s[0] * 0.5 + 1.0, in.constant(boolean, 0)};
    });
  }));
  cases.push_back(make("rarely_two_results", {f64, i32}, [](Arithmetic& m, const Nums& x) {
    const Nums fast{x[0] + 1.0, x[1]}, arguments{x[0], x[1]};
    return m.rarely(x[0] > 1e3, fast, arguments, [](Arithmetic& in, std::span<const Num> a) {
      return Nums{in.sqrt(a[0]), in.bit_not(a[1])};
    });
  }));
  cases.push_back(make("rarely_in_repeat", {f64}, [](Arithmetic& m, const Nums& x) {
    const Nums out = m.repeat(20, std::array{x[0]}, {}, [](Arithmetic& in, std::span<const Num> s) {
      const Nums big =
          in.rarely(in.absolute(s[0]) > 100.0, std::array{s[0] * 0.75}, std::array{s[0]},
                    [](Arithmetic& i2, std::span<const Num> a) { return Nums{i2.sqrt(i2.absolute(a[0]))}; });
      return Nums{big[0], in.absolute(big[0]) < 1.0};
    });
    return Nums{out[0] + 1.0};
  }));
  cases.push_back(make("repeat_in_rarely", {i32}, [](Arithmetic& m, const Nums& x) {
    return m.rarely(x[0] < 0.0, std::array{x[0]}, std::array{x[0]},
                    [](Arithmetic& in, std::span<const Num> a) {
                      return in.repeat(40, std::array{a[0]}, {}, [](Arithmetic& i2, std::span<const Num> s) {
                        const Num next = i2.shift_right_logical(s[0], i2.constant(i32, 1));
                        return Nums{next, next < 1000.0};
                      });
                    });
  }));
}

void add_functions(std::vector<BodyCase>& cases) {
  using Function = Num (*)(Arithmetic&, Num);
  const std::pair<const char*, Function> functions[] = {
      {"exp", math::exp}, {"expm1", math::expm1}, {"log", math::log},  {"log1p", math::log1p},
      {"sin", math::sin}, {"cos", math::cos},     {"tanh", math::tanh}};
  for (auto [what, function] : functions)
    for (Dtype t : {f32, f64})
      cases.push_back(make(fmt::format("f_{}_{}", what, name(t)), {t},
                           [&](Arithmetic& m, const Nums& x) { return Nums{function(m, x[0])}; }));
}

}  // namespace

std::vector<BodyCase> body_cases() {
  std::vector<BodyCase> cases;
  add_primitives(cases);
  add_tables(cases);
  add_regions(cases);
  add_functions(cases);
  return cases;
}

}  // namespace wengert::test
