#include "codegen/describe/program.h"

#include <algorithm>

#include "codegen/plan/plan.h"

namespace wengert {

Entry describe_entry(const Plan& plan, const std::string& symbol) {
  const Program& program = *plan.program;
  Entry entry;
  entry.symbol = symbol;
  for (Value input : program.inputs())
    entry.inputs.push_back({program.graph->input_name(input), program.graph->type(input)});
  entry.symbols = program.symbols();
  for (const Output& output : program.outputs)
    entry.outputs.push_back({output.name, program.graph->type(output.value)});
  entry.workspace = plan.workspace;
  entry.threads = plan.options.threads;
  entry.donations = plan.options.donations;
  for (const Check& check : program.checks()) entry.not_negative.push_back(check.not_negative);
  // A loop over more elements than an int64 counts has no array that the checks of types would refuse.
  plan.each_nest([&](const Nest& nest) {
    if (std::find(entry.loops.begin(), entry.loops.end(), nest.space) == entry.loops.end())
      entry.loops.push_back(nest.space);
  });
  return entry;
}

}  // namespace wengert
