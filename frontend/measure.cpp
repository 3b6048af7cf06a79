#include "frontend/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "codegen/describe/program.h"
#include "codegen/load/object_loader.h"
#include "codegen/plan/explain.h"
#include "frontend/compile_steps.h"
#include "ir/error.h"
#include "ir/evaluate.h"

namespace wengert {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point a, Clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

/// What marked code reports to, while a thread runs it: the sum of each part's times. The time that a report
/// itself takes is outside all parts but for one reading of the clock.
struct Marks {
  std::vector<double> parts;    // the nests; the rest
  std::vector<int64_t> counts;  // how often each of them reported
  Clock::time_point last = {};

  void mark(uint32_t done) {
    const Clock::time_point now = Clock::now();
    if (done != CompileOptions::mark_checks) {
      const size_t part = done == CompileOptions::mark_rest ? parts.size() - 1 : done;
      parts[part] += seconds_between(last, now);
      counts[part]++;
    }
    last = Clock::now();
  }
};
thread_local Marks* marks = nullptr;

void mark(uint32_t done) { marks->mark(done); }

/// The least time that two readings of the clock are apart.
double clock_time() {
  double least = 1;
  for (int i = 0; i < 1000; i++) {
    const Clock::time_point before = Clock::now();
    least = std::min(least, seconds_between(before, Clock::now()));
  }
  return least;
}

/// Everything that calls of one function on the same arguments need.
class Repeatable {
 public:
  Repeatable(const CompiledFunction& function, std::span<const Tensor> arguments, const Bindings& known)
      : bindings(bind_symbols(function.program(), arguments, known)),
        function_(function),
        arguments_(arguments) {
    const Program& program = function.program();
    function(arguments, known, &flags);  // refuses what cannot be run
    workspace_ = function.make_workspace(bindings);
    for (const std::string& symbol : program.symbols()) symbols_.push_back(bindings.at(symbol));
    for (const Tensor& argument : arguments) inputs_.push_back(argument.bytes.data());
    for (const Output& output : program.outputs) {
      const Type& type = program.graph->type(output.value);
      results_.emplace_back(type.dtype, numbers(type.shape, bindings));
      outputs_.push_back(results_.back().bytes.data());
    }
    // What is written is not the caller's.
    for (const auto& [input, output] : function.donated()) inputs_[input] = results_[output].bytes.data();
    restore();
  }
  /// Puts back what calls have written over.
  void restore() {
    for (const auto& [input, output] : function_.donated())
      std::ranges::copy(arguments_[input].bytes, results_[output].bytes.begin());
  }
  bool must_restore() const { return !function_.donated().empty(); }
  void plain() {
    flags |= function_.call(inputs_.data(), symbols_.data(), outputs_.data(), workspace_.data());
  }
  void marked(const runtime::Kernel& kernel) {
    const std::string packed = function_.symbol() + "_packed";
    flags |= function_.threaded() ? kernel.function<runtime::ThreadedPackedEntry>(packed)(
                                        inputs_.data(), symbols_.data(), outputs_.data(), workspace_.data(),
                                        runtime::parallel_for, nullptr)
                                  : kernel.function<runtime::PackedEntry>(packed)(
                                        inputs_.data(), symbols_.data(), outputs_.data(), workspace_.data());
  }
  size_t workspace() const { return workspace_.size(); }

  Bindings bindings;
  int flags = 0;

 private:
  const CompiledFunction& function_;
  std::span<const Tensor> arguments_;
  std::vector<int64_t> symbols_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
  std::vector<Tensor> results_;
  runtime::Buffer workspace_;
};

MeasuredTime summary(std::vector<double> samples) {
  const auto middle = samples.begin() + static_cast<ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return {*std::min_element(samples.begin(), samples.end()), *middle};
}

/// A plan's kernels with what their extents are for these sizes, and what is outside of them at the end.
std::vector<MeasuredKernel> kernels_of(const Plan& plan, const Bindings& sizes) {
  std::vector<KernelExplanation> all = explain_kernels(plan);
  all.push_back(explain_scalars(plan));
  all.back().loops = "scalars and copies";
  for (const auto& [output, node] : plan.copies) {
    const Type& type = plan.program->graph->type({node, 0});
    if (!type.is_scalar())
      all.back().cost.bytes =
          all.back().cost.bytes + element_count(type.shape) * static_cast<int64_t>(2 * size_of(type.dtype));
  }
  std::vector<MeasuredKernel> out;
  for (KernelExplanation& one : all)
    out.push_back({.loops = std::move(one.loops),
                   .sources = std::move(one.sources),
                   .results = std::move(one.results),
                   .cut = std::move(one.cut),
                   .operations = static_cast<double>(one.cost.operations.evaluate(sizes)),
                   .bytes = static_cast<double>(one.cost.bytes.evaluate(sizes)),
                   .time = {}});
  return out;
}

}  // namespace

Measurement measure(const Program& program, std::span<const Tensor> arguments, const Bindings& known,
                    const CompileSettings& settings, double seconds) {
  if (!std::isfinite(seconds) || seconds < 0)
    throw Error(Code::argument, fmt::format("{} seconds is no time to measure for", seconds));
  const CompiledFunction function = jit(program, settings);
  Repeatable call(function, arguments, known);

  const Target target = target_of(settings);
  const Plan plan = make_plan(function.program(), plan_options(settings, target, function.program()));
  const Entry entry = describe_entry(plan, function.symbol());
  CompileOptions options = compile_options(settings);
  options.mark = mark;
  const auto kernel = load_kernel(
      generator()
          .generate({.target = target, .options = options, .name = program.name, .parts = {{&plan, &entry}}})
          .object);

  Measurement out;
  out.kernels = kernels_of(plan, call.bindings);
  out.workspace = static_cast<int64_t>(call.workspace());
  out.alive = most_alive(plan.requests, call.bindings);
  for (const MeasuredKernel& one : out.kernels) out.operations += one.operations;

  // Short calls are measured many at once, so that the clock says something and samples are few.
  const double shortest = std::max(20e-6, seconds / 2000);
  int64_t at_once = 1;
  const auto time_calls = [&] {
    if (call.must_restore()) {  // a call on its own results might have other work to do
      double time = 0;
      for (int64_t i = 0; i < at_once; i++) {
        call.restore();
        const Clock::time_point before = Clock::now();
        call.plain();
        time += seconds_between(before, Clock::now());
      }
      return time;
    }
    const Clock::time_point before = Clock::now();
    for (int64_t i = 0; i < at_once; i++) call.plain();
    return seconds_between(before, Clock::now());
  };
  time_calls();
  while (time_calls() < shortest) at_once *= 2;

  const size_t count = out.kernels.size();
  Marks own{.parts = std::vector<double>(count), .counts = std::vector<int64_t>(count)};
  const double clock = clock_time();
  const double read_each = call.must_restore() ? clock : 0;
  std::vector<double> whole;
  std::vector<std::vector<double>> parts(count);
  marks = &own;
  call.restore();
  call.marked(*kernel);
  const Clock::time_point start = Clock::now();
  do {
    whole.push_back(std::max(0.0, time_calls() / static_cast<double>(at_once) - read_each));
    std::fill(own.parts.begin(), own.parts.end(), 0.0);
    std::fill(own.counts.begin(), own.counts.end(), 0);
    for (int64_t i = 0; i < at_once; i++) {
      call.restore();
      call.marked(*kernel);
    }
    for (size_t i = 0; i < count; i++) {
      const double readings = clock * static_cast<double>(own.counts[i]);
      parts[i].push_back(std::max(0.0, own.parts[i] - readings) / static_cast<double>(at_once));
    }
    out.calls += at_once;
  } while (whole.size() < 3 || seconds_between(start, Clock::now()) < seconds);
  marks = nullptr;
  out.flags = call.flags;
  out.call = summary(std::move(whole));
  for (size_t i = 0; i < count; i++) out.kernels[i].time = summary(std::move(parts[i]));
  return out;
}

}  // namespace wengert
