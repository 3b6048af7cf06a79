// Donations by name, as settings have them, become numbers of a program's inputs and outputs.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frontend/compile_steps.h"
#include "frontend/language/source.h"
#include "ir/error.h"

namespace wengert {
namespace {

std::vector<std::string> names_of_inputs(const Program& program) {
  std::vector<std::string> out;
  for (Value input : program.inputs()) out.push_back(program.graph->input_name(input));
  return out;
}

std::vector<std::string> names_of_outputs(const Program& program) {
  std::vector<std::string> out;
  for (const Output& output : program.outputs) out.push_back(output.name);
  return out;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string spell(const DonatedInput& donated) {
  return fmt::format("donate {}:{}", donated.input, donated.output);
}

[[noreturn]] void unknown(const DonatedInput& donated, std::string_view kind, const std::string& name,
                          const std::vector<std::string>& known) {
  // Short names are like too many others to be corrected, but for this habit.
  const std::string hint = contains(known, name + "_") ? fmt::format("; did you mean '{}_'?", name)
                                                       : language::suggestion(name, known);
  throw Error(Code::name, fmt::format("{}: there is no {} '{}'{}; {}s: {}", spell(donated), kind, name, hint,
                                      kind, fmt::join(known, ", ")));
}

// Throws unless the two may lie in one array.
void check_pair(const Program& program, const DonatedInput& donated, const Donation& pair) {
  const Value input = program.inputs()[pair.input], output = program.outputs[pair.output].value;
  const Type &from = program.graph->type(input), &to = program.graph->type(output);
  const auto fail = [&](const std::string& why) {
    throw Error(Code::type, fmt::format("{}: {}", spell(donated), why), program.graph->place(output.node));
  };
  if (from.is_scalar() || to.is_scalar())
    fail(fmt::format("{} is a scalar; only an array's place can be taken",
                     from.is_scalar() ? donated.input : donated.output));
  if (from == to) return;
  std::vector<std::string> fitting;
  for (Value other : program.inputs())
    if (program.graph->type(other) == to) fitting.push_back(program.graph->input_name(other));
  fail(fmt::format("{} is {} and {} is {}; one element type and one shape are wanted{}", donated.input,
                   text(from), donated.output, text(to),
                   fitting.empty() ? fmt::format(", and no input is {}", text(to))
                                   : fmt::format(" (inputs that fit: {})", fmt::join(fitting, ", "))));
}

}  // namespace

std::vector<Donation> donations_of(const Program& program, const CompileSettings& settings) {
  const std::vector<std::string> inputs = names_of_inputs(program), outputs = names_of_outputs(program);
  std::vector<Donation> out;
  for (const DonatedInput& donated : settings.donate) {
    const auto input = std::find(inputs.begin(), inputs.end(), donated.input);
    const auto output = std::find(outputs.begin(), outputs.end(), donated.output);
    if (input == inputs.end() || output == outputs.end()) continue;
    const Donation pair{static_cast<uint32_t>(input - inputs.begin()),
                        static_cast<uint32_t>(output - outputs.begin())};
    check_pair(program, donated, pair);
    for (const Donation& other : out) {
      if (other.input == pair.input)
        throw Error(Code::argument, fmt::format("{}: the input {} is donated to {} already", spell(donated),
                                                donated.input, outputs[other.output]));
      if (other.output == pair.output)
        throw Error(Code::argument, fmt::format("{}: the output {} gets the array of {} already",
                                                spell(donated), donated.output, inputs[other.input]));
    }
    out.push_back(pair);
  }
  return out;
}

void check_donations(std::span<const Program* const> programs, const CompileSettings& settings) {
  for (const DonatedInput& donated : settings.donate) {
    std::vector<std::string> inputs, outputs;
    bool both = false;
    for (const Program* program : programs) {
      const std::vector<std::string> own_inputs = names_of_inputs(*program),
                                     own_outputs = names_of_outputs(*program);
      both = both || (contains(own_inputs, donated.input) && contains(own_outputs, donated.output));
      for (const std::string& name : own_inputs)
        if (!contains(inputs, name)) inputs.push_back(name);
      for (const std::string& name : own_outputs)
        if (!contains(outputs, name)) outputs.push_back(name);
    }
    if (both) continue;
    if (!contains(inputs, donated.input)) unknown(donated, "input", donated.input, inputs);
    if (!contains(outputs, donated.output)) unknown(donated, "output", donated.output, outputs);
    throw Error(Code::name, fmt::format("{}: no entry has both", spell(donated)));
  }
}

}  // namespace wengert
