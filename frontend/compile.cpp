#include "frontend/compile_steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "codegen/describe/c_header.h"
#include "codegen/describe/json_description.h"
#include "codegen/describe/program.h"
#include "codegen/describe/python_wrapper.h"
#include "codegen/plan/explain.h"
#include "ir/evaluate.h"
#include "runtime/kernel_abi.h"

namespace wengert {

CompileOptions compile_options(const CompileSettings& settings) {
  return {.tier = settings.quick ? Tier::fast : Tier::full,
          .fast_math = settings.fast_math,
          .times = settings.times};
}

PlanOptions plan_options(const CompileSettings& settings, const Target& target, const Program& program) {
  constexpr uint32_t most = 4096;  // the workspace grows with it
  if (settings.threads < 1 || settings.threads > most)
    throw Error(Code::argument,
                fmt::format("{} threads are asked for; 1 to {} are possible", settings.threads, most));
  return {.scalar_tier = settings.scalar_tier,
          .vector_bits = target.vector_bits,
          .fast_math = settings.fast_math,
          .threads = settings.threads,
          .donations = donations_of(program, settings),
          .workspace_limit = settings.workspace_limit};
}

Program optimized(const Program& program, const CompileSettings& settings) {
  RunOptions run;
  run.fast_math = settings.fast_math;
  run.stable = settings.stable;
  run.verify = false;
  std::vector<PassReport> report;
  if (settings.times) run.report = &report;
  Program out = optimize(program, run);
  for (const PassReport& pass : report) settings.times->add("graph passes", pass.pass, pass.seconds);
  return out;
}

Artifacts build_object(std::span<const NamedProgram> programs, const std::string& name,
                       std::span<const std::string> kinds, const CompileSettings& settings) {
  static constexpr std::string_view known[] = {"obj", "header", "json", "py",
                                               "ll",  "asm",    "bc",   "explanation"};
  for (const std::string& kind : kinds)
    if (std::find(std::begin(known), std::end(known), kind) == std::end(known))
      throw Error(Code::argument,
                  fmt::format("'{}' is not a kind of file; there are {}", kind, fmt::join(known, ", ")));
  auto wants = [&](std::string_view kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  ObjectDescription description{.name = name, .target = {}, .entries = {}};
  {
    const StepClock clock(settings.times, "code", "loading the code generator");
    description.target = generator().named(settings.triple, settings.cpu);
  }
  std::vector<const Program*> given;
  for (const NamedProgram& named : programs) given.push_back(named.program);
  check_donations(given, settings);
  Artifacts out;
  std::vector<Program> optimised;
  std::vector<Plan> plans;
  optimised.reserve(programs.size());  // plans point to their programs
  for (const NamedProgram& named : programs) {
    for (const Entry& entry : description.entries)
      if (entry.symbol == named.symbol)
        throw Error(Code::name, fmt::format("two entries are called {}", named.symbol));
    const Program& program = optimised.emplace_back(optimized(*named.program, settings));
    check_sizes(program);
    const StepClock clock(settings.times, "plan", "plan");
    const Plan& plan =
        plans.emplace_back(make_plan(program, plan_options(settings, description.target, program)));
    description.entries.push_back(describe_entry(plan, named.symbol));
    if (wants("explanation")) out.explanation += fmt::format("{}\n{}", named.symbol, explain_plan(plan));
  }
  GenerationRequest request{.target = description.target,
                            .options = compile_options(settings),
                            .name = name,
                            .object = wants("obj") || wants("py"),
                            .bitcode = wants("bc"),
                            .llvm_ir = wants("ll"),
                            .assembly = wants("asm")};
  for (size_t i = 0; i < plans.size(); i++) request.parts.push_back({&plans[i], &description.entries[i]});
  // The entries' names are checked here, before a description repeats them.
  GeneratedCode code = generator().generate(request);
  const StepClock clock(settings.times, "code", "descriptions");
  if (wants("header")) out.header = write_c_header(description);
  if (wants("json")) out.description = write_json_description(description);
  if (wants("py")) out.python = write_python_wrapper(description);
  out.object = std::move(code.object);
  out.bitcode = std::move(code.bitcode);
  out.llvm_ir = std::move(code.llvm_ir);
  out.assembly = std::move(code.assembly);
  out.warnings = std::move(code.warnings);
  return out;
}

namespace {

std::vector<int64_t> symbol_values(const std::vector<std::string>& names, const Bindings& bindings) {
  std::vector<int64_t> out;
  for (const std::string& name : names) {
    auto found = bindings.find(name);
    if (found == bindings.end()) throw Error(Code::argument, fmt::format("the symbol {} has no value", name));
    out.push_back(found->second);
  }
  return out;
}

std::string refusal(int code) {
  switch (code) {
    case WENGERT_BAD_SYMBOL: return "a size is negative";
    case WENGERT_BAD_EXTENT:
      return "an extent made of the sizes is negative, divides by zero, or is 0 where max, min, argmax or "
             "argmin need an element";
    case WENGERT_SIZE_OVERFLOW: return "a number of elements or bytes overflows 64 bits for these sizes";
    default: return fmt::format("the kernel refused the call with code {}", code);
  }
}

}  // namespace

size_t CompiledFunction::workspace(const Bindings& symbols) const {
  const size_t bytes = kernel_->function<runtime::PackedWorkspace>(symbol_ + "_packed_workspace")(
      symbol_values(symbols_, symbols).data());
  if (bytes != SIZE_MAX) return bytes;
  // The kernel only says that something is wrong; the program tells what.
  check_symbols(*program_, symbols);
  check_sizes(*program_, symbols);
  throw Error(Code::size, fmt::format("the bytes of workspace or the elements of a loop of {} do not fit 64 "
                                      "bits{}",
                                      program_->name, values_text(symbols_, symbols)));
}

runtime::Buffer CompiledFunction::make_workspace(const Bindings& symbols) const {
  const size_t bytes = workspace(symbols);
  try {
    return runtime::Buffer(bytes);
  } catch (const std::bad_alloc&) {
    throw Error(Code::size, fmt::format("no memory for the workspace of {}, {} bytes{}", program_->name,
                                        bytes, values_text(symbols_, symbols)));
  }
}

std::vector<Tensor> CompiledFunction::operator()(std::span<const Tensor> arguments, const Bindings& known,
                                                 int* flags) const {
  return run(arguments, nullptr, known, flags);
}

std::vector<Tensor> CompiledFunction::operator()(std::vector<Tensor>&& arguments, const Bindings& known,
                                                 int* flags) const {
  return run(arguments, &arguments, known, flags);
}

std::vector<Tensor> CompiledFunction::run(std::span<const Tensor> arguments, std::vector<Tensor>* given,
                                          const Bindings& known, int* flags) const {
  const Bindings bindings = bind_symbols(*program_, arguments, known);
  const std::vector<int64_t> symbols = symbol_values(symbols_, bindings);
  const runtime::Buffer workspace = make_workspace(bindings);
  std::vector<const void*> inputs;
  for (const Tensor& argument : arguments) inputs.push_back(argument.bytes.data());
  std::vector<Tensor> results(program_->outputs.size());
  std::vector<void*> outputs(results.size());
  for (size_t i = 0; i < results.size(); i++) {
    const Type& type = program_->graph->type(program_->outputs[i].value);
    const auto donation =
        std::find_if(donated_.begin(), donated_.end(), [&](auto pair) { return pair.second == i; });
    if (donation == donated_.end())
      results[i] = Tensor(type.dtype, numbers(type.shape, bindings));
    else if (!given)
      results[i] = arguments[donation->first];
    outputs[i] = results[i].bytes.data();
  }
  // What is given away is only taken over when the kernel has run: if it refuses, nothing is lost.
  for (const auto& [input, output] : donated_)
    inputs[input] = given ? (*given)[input].bytes.data() : results[output].bytes.data();
  const int code =
      call(inputs.data(), symbols.data(), outputs.data(), const_cast<std::byte*>(workspace.data()));
  if (code < 0) throw Error(Code::size, fmt::format("{}: {}", program_->name, refusal(code)));
  for (const auto& [input, output] : donated_)
    if (given) results[output] = std::move((*given)[input]);
  if (flags) *flags |= code;
  return results;
}

void check_scalars(const CompiledFunction& function, size_t inputs, size_t outputs) {
  const Program& program = function.program();
  if (function.threaded())
    throw Error(Code::argument, fmt::format("{} is compiled for threads, which scalars don't need: a typed "
                                            "handle wants threads = 1",
                                            program.name));
  const Type scalar{Dtype::f64, {}};
  bool fits = program.inputs().size() == inputs && program.outputs.size() == outputs;
  for (Value input : program.inputs()) fits = fits && program.graph->type(input) == scalar;
  for (const Output& output : program.outputs) fits = fits && program.graph->type(output.value) == scalar;
  if (!fits)
    throw Error(Code::type,
                fmt::format("{} has {} inputs and {} outputs; the handle wants {} and {}, all f64 scalars",
                            program.name, program.inputs().size(), program.outputs.size(), inputs, outputs));
}

}  // namespace wengert
