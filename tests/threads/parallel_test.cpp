// Kernels that share their work among threads: the same bits for any number of them, nothing shared for small
// work; and the process's own threads.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "frontend/wengert.h"

using namespace wengert;

namespace {

const Extent N = Extent::symbol("N");

struct Case {
  const char* name;
  Program program;
  Bindings sizes;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  {
    Program p;
    const Expr x = p.graph->input("x", Dtype::f64, {N}), y = p.graph->input("y", Dtype::f64, {N});
    p.outputs = {{"f", (exp(x) * sin(y) + x).value()}, {"g", (x * y).value()}};
    out.push_back({"elementwise", std::move(p), {{"N", 100'003}}});
  }
  {
    Program p;
    const Expr x = p.graph->input("x", Dtype::f64, {N, 30}), b = p.graph->input("b", Dtype::f64, {30});
    p.outputs = {{"f", tanh(x + b).value()}};
    out.push_back({"rows", std::move(p), {{"N", 5'001}}});
  }
  {
    // Rows in blocks, folded: the loss and the gradient of a logistic regression. Then rows that are not.
    Program p;
    const Expr X = p.graph->input("X", Dtype::f64, {N, 20}), w = p.graph->input("w", Dtype::f64, {20});
    const Expr scores = matmul(X, w), losses = log1p(exp(-scores));
    p.outputs = {{"f", mean(losses).value()}, {"g", softmax(X, -1).value()}};
    out.push_back({"trees", derive(std::move(p), {.of = "f", .grad = {"w"}}), {{"N", 30'011}}});
  }
  {
    Program p;
    const Expr x = p.graph->input("x", Dtype::f64, {N, 50});
    p.outputs = {{"all", sum(x * x).value()},
                 {"rows", sum(x, Axes{1}).value()},
                 {"columns", max(x, Axes{0}).value()},
                 {"at", argmax(x, 1).value()}};
    out.push_back({"folds", std::move(p), {{"N", 20'011}}});
  }
  for (Dtype dtype : {Dtype::f32, Dtype::f64}) {
    Program p;
    const Expr A = p.graph->input("A", dtype, {N, 130}), B = p.graph->input("B", dtype, {130, 75});
    p.outputs = {{"AB", tanh(matmul(A, B)).value()}, {"AtA", matmul(transpose(A), A).value()}};
    out.push_back({"products", std::move(p), {{"N", 5'003}}});
  }
  return out;
}

std::vector<Tensor> arguments_of(const Program& program, const Bindings& sizes) {
  std::vector<Tensor> all;
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    Tensor& made = all.emplace_back(type.dtype, numbers(type.shape, sizes));
    for (int64_t i = 0; i < made.count(); i++) made.set(i, static_cast<double>((i * 7919) % 1009) / 500 - 1);
  }
  return all;
}

bool equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++)
    if (!a[i].same_bits(b[i])) return false;
  return true;
}

// A parallel_for that counts: its context is an atomic number of workers.
void counting(void* context, int64_t count, void (*body)(void*, int64_t), void* data) {
  *static_cast<std::atomic<int64_t>*>(context) += count;
  runtime::parallel_for(nullptr, count, body, data);
}

}  // namespace

TEST_CASE("the same bits for any number of threads") {
  for (const Case& c : cases()) {
    INFO(c.name);
    const std::vector<Tensor> arguments = arguments_of(c.program, c.sizes);
    const CompiledFunction serial = jit(c.program);
    const std::vector<Tensor> expected = evaluate(serial.program(), arguments, c.sizes).outputs;
    for (uint32_t threads : {1u, 2u, 3u, 7u}) {
      const CompiledFunction function = jit(c.program, {.threads = threads});
      INFO(threads, " threads");
      for (int i = 0; i < 3; i++) CHECK(equal(function(arguments), expected));
    }
  }
}

TEST_CASE("large work is shared among as many workers as may be, small work is not") {
  Program p;
  const Expr x = p.graph->input("x", Dtype::f64, {N});
  p.outputs = {{"f", exp(x).value()}};
  const CompiledFunction function = jit(p, {.threads = 3});
  auto* kernel = function.raw<int(const double*, int64_t, double*, void*, runtime::ParallelFor*, void*)>();
  auto workers = [&](int64_t n) {
    std::vector<double> in(static_cast<size_t>(n), 1.0), out(in.size());
    std::atomic<int64_t> count = 0;
    REQUIRE(kernel(in.data(), n, out.data(), nullptr, counting, &count) == 0);
    for (double y : out) REQUIRE(y == out[0]);
    return count.load();
  };
  CHECK(workers(1'000'000) == 3);
  CHECK(workers(100) == 0);
  CHECK(workers(0) == 0);
}

TEST_CASE("one threaded function called from several threads") {
  const std::vector<Case> all = cases();
  const Case& c = all[0];
  const CompiledFunction function = jit(c.program, {.threads = 3});
  const std::vector<Tensor> arguments = arguments_of(c.program, c.sizes);
  const std::vector<Tensor> expected = evaluate(c.program, arguments, c.sizes).outputs;
  std::vector<std::thread> callers;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; i++)
    callers.emplace_back([&] {
      for (int call = 0; call < 10; call++) good += equal(function(arguments), expected);
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(good == 40);
}

TEST_CASE("the process's threads: every index once, also from within a call") {
  struct Data {
    std::vector<std::atomic<int>> seen = std::vector<std::atomic<int>>(100);
  } data;
  const auto outer = [](void* seen, int64_t) {
    const auto inner = [](void* at, int64_t i) { static_cast<Data*>(at)->seen[static_cast<size_t>(i)]++; };
    runtime::parallel_for(nullptr, 100, inner, seen);
  };
  runtime::parallel_for(nullptr, 5, outer, &data);
  for (const std::atomic<int>& seen : data.seen) CHECK(seen == 5);
  runtime::parallel_for(nullptr, 0, outer, &data);
  runtime::parallel_for(nullptr, 1, outer, &data);
  for (const std::atomic<int>& seen : data.seen) CHECK(seen == 6);
}

#ifndef __SANITIZE_THREAD__  // it does not follow a child of several threads
TEST_CASE("a child process has threads of its own") {
  std::atomic<int> calls = 0;
  const auto count = [](void* calls, int64_t) { (*static_cast<std::atomic<int>*>(calls))++; };
  runtime::parallel_for(nullptr, 4, count, &calls);
  const pid_t child = fork();
  if (child == 0) {
    runtime::parallel_for(nullptr, 4, count, &calls);
    _exit(calls == 8 ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif

TEST_CASE("numbers of threads that cannot be, and typed handles of scalars, are refused") {
  const std::vector<Case> all = cases();
  const Case& c = all[0];
  CHECK_THROWS_AS(jit(c.program, {.threads = 0}), Error);
  Program p;
  p.outputs = {{"y", exp(p.graph->input("x", Dtype::f64, {})).value()}};
  CHECK_THROWS_AS((ScalarFunction<1, 1>(jit(p, {.threads = 2}))), Error);
}
