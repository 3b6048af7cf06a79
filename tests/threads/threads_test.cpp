// What may be done from several threads at once: calling one compiled function, evaluating one program, and
// building and compiling programs of one's own. Run under the thread sanitizer as well (tools/sanitize.sh).
#include <array>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "frontend/wengert.h"

using namespace wengert;

namespace {

constexpr int threads = 4;

// sum(exp(x) * x) with its gradient; `scale` tells one from another.
Program weighted(double scale) {
  Program program;
  const Expr x = program.graph->input("x", Dtype::f64, {Extent::symbol("N")});
  program.outputs = {{"f", sum(exp(x) * x * scale).value()}};
  return derive(std::move(program), {.grad = {"x"}});
}

std::vector<Tensor> arguments() {
  std::vector<Tensor> all = {Tensor(Dtype::f64, {100})};
  for (int64_t i = 0; i < 100; i++) all[0].set(i, 0.01 * static_cast<double>(i));
  return all;
}

// Runs work(thread) on every thread; whether each returned true.
template <class Work>
std::array<bool, threads> on_threads(const Work& work) {
  std::array<bool, threads> good{};
  std::vector<std::thread> running;
  for (int i = 0; i < threads; i++) running.emplace_back([&, i] { good[static_cast<size_t>(i)] = work(i); });
  for (std::thread& thread : running) thread.join();
  return good;
}

bool equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++)
    if (!a[i].same_bits(b[i])) return false;
  return true;
}

}  // namespace

TEST_CASE("one compiled function called from several threads") {
  const Program program = weighted(1);
  const CompiledFunction function = jit(program);
  const std::vector<Tensor> x = arguments(), expected = evaluate(program, x).outputs;
  for (bool good : on_threads([&](int) {
         for (int call = 0; call < 50; call++)
           if (!equal(function(x), expected)) return false;
         return true;
       }))
    CHECK(good);
}

TEST_CASE("one program evaluated from several threads") {
  const Program program = weighted(1);
  const std::vector<Tensor> x = arguments(), expected = evaluate(program, x).outputs;
  for (bool good : on_threads([&](int) { return equal(evaluate(program, x).outputs, expected); }))
    CHECK(good);
}

TEST_CASE("programs built and compiled by several threads at once") {
  const std::vector<Tensor> x = arguments();
  for (bool good : on_threads([&](int thread) {
         const Program program = weighted(1 + thread);
         return equal(jit(program)(x), evaluate(program, x).outputs);
       }))
    CHECK(good);
}
