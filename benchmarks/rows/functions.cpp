// Functions of one number, seconds for each element of an array that fits the first cache; beside the vector
// library of glibc, if there is one for this machine, and the scalar functions.
#include <dlfcn.h>

#include <cmath>

#include <fmt/format.h>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/harness/lanes.h"
#include "benchmarks/rows/rows.h"
#include "ir/ops/math.h"

namespace wengert::benchmarks {
namespace {

constexpr int64_t n = 2048;

struct Function {
  const char* name;
  Expr (*ours)(Operand);
  double (*scalar)(double);
};

constexpr double exponent = 1.7;
const Function functions[] = {
    {"exp", exp, std::exp},
    {"log", log, std::log},
    {"sin", sin, std::sin},
    {"cos", cos, std::cos},
    {"tanh", tanh, std::tanh},
    {"erf", erf, std::erf},
    {"log1p", log1p, std::log1p},
    {"expm1", expm1, std::expm1},
    {"pow", nullptr, [](double x) { return std::pow(x, exponent); }},
};

#if defined(__AVX2__) && defined(__FMA__)
// What the vector library calls lanes of this width.
constexpr char isa = sizeof(V64) == 64 ? 'e' : 'd';

template <class V, class Number>
std::function<void(long)> vector_library(const std::string& name, const Number* x, const Number* p,
                                         Number* y) {
  static void* library = dlopen("libmvec.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return {};
  constexpr int64_t lanes = sizeof(V) / sizeof(Number);
  const bool two = name == "pow";
  const std::string symbol =
      fmt::format("_ZGV{}N{}v{}_{}{}", isa, lanes, two ? "v" : "", name, sizeof(Number) == 4 ? "f" : "");
  void* address = dlsym(library, symbol.c_str());
  if (!address) return {};
  auto at = [](auto* array, int64_t i) { return reinterpret_cast<V*>(const_cast<Number*>(array + i)); };
  if (two)
    return [=, f = reinterpret_cast<V (*)(V, V)>(address)](long times) {
      for (long t = 0; t < times; t++)
        for (int64_t i = 0; i < n; i += lanes) *at(y, i) = f(*at(x, i), *at(p, i));
    };
  return [=, f = reinterpret_cast<V (*)(V)>(address)](long times) {
    for (long t = 0; t < times; t++)
      for (int64_t i = 0; i < n; i += lanes) *at(y, i) = f(*at(x, i));
  };
}
#endif

template <class Number>
std::function<void()> scalar(const Function& function, const Number* x, Number* y) {
  return [=, f = function.scalar] {
    for (int64_t i = 0; i < n; i++) y[i] = static_cast<Number>(f(x[i]));
  };
}

}  // namespace

std::vector<std::string> function_names() {
  std::vector<std::string> out;
  for (const Function& function : functions) out.emplace_back(function.name);
  return out;
}

Row function_row(const Context& context, const std::string& name, Dtype dtype) {
  Row row{.name = fmt::format("{}-{}", name, wengert::name(dtype)),
          .tolerance = dtype == Dtype::f64 ? 1e-14 : 1e-6};
  const Function* found = functions;
  while (found->name != name) found++;
  Random random(21);
  const Array x = uniform_array(random, dtype, {n}, 0.05, 2.95),
              p = uniform_array(random, dtype, {n}, exponent, exponent), y(dtype, {n});
  row.inputs = {{"x", x}, {"p", p}};
  row.outputs = {y};
  const bool wide = dtype == Dtype::f64;
  expect(row, context, [&](const std::vector<Array>& expected) {
    wide ? scalar(*found, x.f64(), expected[0].f64())() : scalar(*found, x.f32(), expected[0].f32())();
  });

  auto program = [=] {
    Program out;
    const Extent count = Extent::symbol("N");
    const Expr input = out.graph->input("x", dtype, {count});
    if (found->ours)
      out.outputs = {{"y", found->ours(input).value()}};
    else
      out.outputs = {{"y", pow(input, out.graph->input("p", dtype, {count})).value()}};
    return out;
  };
  add_wengert(row, context,
              {.program = program, .derivatives = {}, .sizes = {{"N", n}}, .baseline_name = ""});
  if (context.only_wengert) return row;
#if defined(__AVX2__) && defined(__FMA__)
  if (auto library = wide ? vector_library<V64>(name, x.f64(), p.f64(), y.f64())
                          : vector_library<V32>(name, x.f32(), p.f32(), y.f32()))
    row.contenders.push_back({"libmvec", std::move(library), row.answers()});
#endif
  row.contenders.push_back({"plain C++",
                            each(wide ? scalar(*found, x.f64(), y.f64()) : scalar(*found, x.f32(), y.f32())),
                            row.answers()});
  for (Contender& contender : row.contenders) contender.counts = n;
  return row;
}

}  // namespace wengert::benchmarks
