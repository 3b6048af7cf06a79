#include "benchmarks/harness/kernel.h"

#include <fmt/format.h>

#include "benchmarks/harness/measure.h"
#include "frontend/io/files.h"
#include "frontend/language/lower.h"

namespace wengert::benchmarks {

MakeProgram from_text(const std::string& file, const std::string& function, const Bindings& known) {
  return [=] {
    const std::string path = join_path(WENGERT_BENCHMARK_PROGRAMS, file);
    return language::lower(language::parse_module(read_file(path), path), function, known);
  };
}

nlohmann::json CompileTimes::json() const {
  return {{"build", build},
          {"derive", derive},
          {"passes", passes},
          {"jit", jit},
          {"total", build + derive + jit}};
}

CompiledFunction compile(const MakeProgram& make, const Derivatives& derivatives,
                         const CompileSettings& settings, CompileTimes* times) {
  CompileTimes spent;
  double start = process_seconds();
  auto lap = [&] { return process_seconds() - std::exchange(start, process_seconds()); };
  Program program = make();
  spent.build = lap();
  program = derive(std::move(program), derivatives);
  spent.derive = lap();
  if (times) {
    RunOptions options;
    options.fast_math = settings.fast_math;
    options.verify = false;
    optimize(program, options);
    spent.passes = lap();
  }
  CompiledFunction function = jit(program, settings);
  spent.jit = lap();
  if (times) *times = spent;
  return function;
}

BoundKernel::BoundKernel(CompiledFunction function, const Row& row, const std::vector<Array>& outputs,
                         const Bindings& sizes)
    : function_(std::move(function)), kept_(outputs) {
  const Program& program = function_.program();
  for (Value input : program.inputs()) inputs_.push_back(row.input(program.graph->input_name(input)).data());
  for (const std::string& symbol : program.symbols()) symbols_.push_back(sizes.at(symbol));
  if (outputs.size() != program.outputs.size())
    throw Error(Code::internal, fmt::format("the row {} has {} outputs, its program {}", row.name,
                                            outputs.size(), program.outputs.size()));
  for (const Array& output : outputs) outputs_.push_back(output.data());
  workspace_ = std::make_shared<runtime::Buffer>(function_.workspace(sizes));
}

void BoundKernel::operator()() const {
  if (const int code = function_.call(inputs_.data(), symbols_.data(), outputs_.data(), workspace_->data()))
    throw Error(Code::size, fmt::format("a kernel returned {}", code));
}

void add_wengert(Row& row, const Context& context, const Task& task) {
  CompileTimes times;
  row.data_seconds = wall_seconds() - context.began;
  BoundKernel kernel(compile(task.program, task.derivatives, {}, context.only_wengert ? nullptr : &times),
                     row, row.outputs, task.sizes);
  row.facts["compile"] = times.json();
  row.facts["workspace"] = kernel.function().workspace(task.sizes);
  row.contenders.push_back({"wengert", each(std::move(kernel)), {}});
  if (context.only_wengert) return;

  row.contenders.back().outputs = row.answers();
  auto variant = [&](const std::string& name, const CompileSettings& settings) {
    CompileTimes spent;
    CompiledFunction function = compile(task.program, task.derivatives, settings, &spent);
    row.contenders.push_back({"wengert " + name,
                              each(BoundKernel(std::move(function), row, row.outputs, task.sizes)),
                              row.answers()});
    row.facts["compile " + name] = spent.json();
  };
  variant("fast", {.fast_math = true});
  if (task.quick) variant("quick", {.quick = true});

  if (task.baseline_name.empty()) return;
  CompiledFunction baseline = compile(task.program, task.baseline, {});
  std::vector<Array> outputs;
  const std::vector<Output>& results = baseline.program().outputs;
  for (size_t i = 0; i < results.size(); i++) {
    if (task.baseline_checked) {
      outputs.push_back(row.outputs.at(i));
      continue;
    }
    const Type& type = baseline.program().graph->type(results[i].value);
    outputs.emplace_back(type.dtype, numbers(type.shape, task.sizes));
  }
  Contender contender{
      task.baseline_name, each(BoundKernel(std::move(baseline), row, outputs, task.sizes)), {}};
  if (task.baseline_checked)
    for (size_t i = 0; i < outputs.size(); i++)
      contender.outputs.emplace_back(outputs[i], row.expected.at(i));
  row.contenders.push_back(std::move(contender));
  row.facts["baseline"] = task.baseline_name;
}

}  // namespace wengert::benchmarks
