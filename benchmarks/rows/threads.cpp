// Problems at four times their usual size, on one thread and on two. The answer is the one thread's, and the
// other must have the same bits. Both are timed on the wall, and not on one pinned core.
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "benchmarks/harness/kernel.h"
#include "benchmarks/harness/measure.h"
#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {
namespace {

// While one lives, threads may run on every processor.
class EveryCore {
 public:
  EveryCore() {
    if (sched_getaffinity(0, sizeof before_, &before_) != 0) refuse("sched_getaffinity");
    cpu_set_t all;
    CPU_ZERO(&all);
    for (size_t core = 0; core < CPU_SETSIZE; core++) CPU_SET(core, &all);
    if (sched_setaffinity(0, sizeof all, &all) != 0) refuse("sched_setaffinity");
  }
  ~EveryCore() {
    // The rows that come next would be measured on other cores than was asked for.
    if (sched_setaffinity(0, sizeof before_, &before_) != 0) std::perror("sched_setaffinity"), std::abort();
  }
  EveryCore(const EveryCore&) = delete;
  EveryCore& operator=(const EveryCore&) = delete;

 private:
  [[noreturn]] static void refuse(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
  }
  cpu_set_t before_;
};

}  // namespace

Row threads_row(const Context& context, const ThreadedProblem& problem) {
  Row row{.name = problem.name + "-x4", .tolerance = 0};
  const MakeProgram make = from_text(problem.file, problem.function, problem.known);
  const Derivatives derivatives{.grad = problem.grad};
  CompiledFunction serial = compile(make, derivatives, {}),
                   threaded = compile(make, derivatives, {.threads = 2});
  const Program& program = serial.program();
  const double compiled = wall_seconds();
  Random random(11);
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    Array array(type.dtype, numbers(type.shape, problem.sizes));
    if (is_float(type.dtype))
      array = uniform_array(random, type.dtype, array.shape(), 0.1, 1);
    else
      for (int64_t i = 0; i < array.count(); i++) array.i32()[i] = static_cast<int32_t>(random.below(10));
    row.inputs.emplace_back(program.graph->input_name(input), std::move(array));
  }
  row.data_seconds = wall_seconds() - compiled;
  for (const Output& output : program.outputs) {
    const Type& type = program.graph->type(output.value);
    row.outputs.emplace_back(type.dtype, numbers(type.shape, problem.sizes));
  }
  auto spread = std::make_shared<EveryCore>();
  auto add = [&](const std::string& name, CompiledFunction function) {
    BoundKernel kernel(std::move(function), row, row.outputs, problem.sizes);
    row.facts["workspace " + name] = kernel.function().workspace(problem.sizes);
    row.contenders.push_back(
        {.name = name, .run = each([=] { static_cast<void>(spread), kernel(); }), .on_the_wall = true});
  };
  add("wengert", std::move(threaded));
  if (context.only_wengert) return row;
  add("one thread", std::move(serial));
  expect(row, context, [&](const std::vector<Array>& expected) {
    row.contenders[1].run(1);
    for (size_t i = 0; i < expected.size(); i++)
      std::copy_n(static_cast<const std::byte*>(row.outputs[i].data()),
                  static_cast<size_t>(expected[i].count()) * size_of(expected[i].dtype()),
                  static_cast<std::byte*>(expected[i].data()));
  });
  for (Contender& contender : row.contenders) contender.outputs = row.answers();
  return row;
}

std::vector<ThreadedProblem> threaded_problems() {
  auto gmm = [](int64_t D, int64_t K) {
    return ThreadedProblem{
        fmt::format("gmm-d{}k{}", D, K), "gmm.wg", "likelihood", {{"D", D}, {"K", K}}, {{"N", 4 * 1000}},
        {"alphas", "means", "icf"}};
  };
  return {{"logreg", "logreg.wg", "loss", {{"D", 100}}, {{"N", 4 * 10000}}, {"w"}},
          {"mlp",
           "mlp.wg",
           "loss",
           {{"D", 784}, {"H0", 512}, {"H1", 256}, {"C", 10}},
           {{"N", 4 * 128}},
           {"W0", "b0", "W1", "b1", "W2", "b2"}},
          gmm(10, 25),
          gmm(64, 5),
          {"black-scholes",
           "black_scholes.wg",
           "total",
           {},
           {{"N", 4 * 1000000}},
           {"S", "K", "T", "r", "sigma"}}};
}

}  // namespace wengert::benchmarks
