// wengert run: a function and its derivatives on given arguments.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "frontend/io/files.h"
#include "frontend/io/npy.h"
#include "frontend/io/tensor_text.h"
#include "ir/error.h"
#include "tools/wengert/arguments.h"
#include "tools/wengert/command.h"
#include "tools/wengert/derivative_options.h"
#include "tools/wengert/execute.h"
#include "tools/wengert/source_options.h"
#include "tools/wengert/step_report.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  std::vector<std::string> arguments, jvp, hvp;
  Derivatives request;
  std::string folder, kernels;
  bool evaluator = false, json = false, cast = false, time_passes = false;
};

constexpr std::string_view part_names[] = {"value", "grad", "jvp", "hvp", "jacobian", "hessian"};

/// {"value": ..., "grad": {"a": ...}, "jvp": ..., "hvp": {...}, ...}; the value is an object when there are
/// several.
void print_json(const std::vector<Origin>& origins, const std::vector<Tensor>& outputs) {
  size_t values = 0;
  for (const Origin& origin : origins) values += origin.part == Part::value;
  nlohmann::ordered_json all;
  for (size_t i = 0; i < outputs.size(); i++) {
    const Origin& origin = origins[i];
    nlohmann::ordered_json& part = all[std::string(part_names[static_cast<size_t>(origin.part)])];
    const bool alone = origin.part == Part::jvp || (origin.part == Part::value && values == 1);
    (alone ? part : part[origin.name]) = to_json(outputs[i]);
  }
  fmt::print("{}\n", all.dump());
}

void print_text(const Program& program, const std::vector<Tensor>& outputs) {
  for (size_t i = 0; i < outputs.size(); i++) {
    const std::string lines = text(outputs[i]);
    const bool matrix = lines.find('\n') != lines.npos;
    fmt::print("{} ={}{}\n", program.outputs[i].name, matrix ? "\n" : " ", lines);
  }
}

void write_arrays(const std::string& folder, const Program& program, const std::vector<Tensor>& outputs) {
  make_folder(folder);
  std::vector<std::string> bytes;
  for (const Tensor& output : outputs) bytes.push_back(npy_bytes(output));
  std::vector<FileContent> files;
  for (size_t i = 0; i < outputs.size(); i++)
    files.push_back({join_path(folder, program.outputs[i].name + ".npy"), bytes[i]});
  write_files(files);
}

/// "a=V" gives the name a to `names`, and V to the input that derive() will add for it.
void add_directions(const std::vector<std::string>& items, std::vector<std::string>& names,
                    std::vector<GivenArgument>& directions) {
  for (GivenArgument& direction : parse_arguments(items)) {
    names.push_back(direction.name);
    directions.push_back(std::move(direction));
  }
}

int run(Options options) {
  std::vector<GivenArgument> directions;
  add_directions(options.jvp, options.request.jvp, directions);
  add_directions(options.hvp, options.request.hvp, directions);
  StepTimes own_times;
  StepTimes* times = options.time_passes ? &own_times : nullptr;
  std::optional<StepClock> clock(std::in_place, times, "frontend", "reading the program");
  Program program = load_program(options.source);
  const std::vector<Origin> parts = origins(program, options.request);
  const size_t own = program.inputs().size();
  clock.emplace(times, "frontend", "reading the arguments");
  // Read before the derivatives are built, so that a name that isn't the function's is refused as such.
  std::vector<Tensor> arguments = read_arguments(program, parse_arguments(options.arguments), options.cast);
  clock.emplace(times, "frontend", "derivatives");
  program = derive(std::move(program), options.request);
  for (size_t i = 0; i < directions.size(); i++)
    arguments.push_back(read_argument(program, program.inputs()[own + i], directions[i].value, options.cast));
  clock.reset();
  const std::vector<Tensor> outputs = execute(program, arguments, options.evaluator, options.kernels, times);

  if (!options.folder.empty())
    write_arrays(options.folder, program, outputs);
  else if (options.json)
    print_json(parts, outputs);
  else
    print_text(program, outputs);
  if (times) print_times(*times);
  return ok;
}

}  // namespace

Command add_run(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("run", "Runs a function, and its derivatives, on arguments");
  sub->footer(
      "A VALUE is a literal (3, -1e-3, true, nan, [1,2,3], [[1,2],[3,4]]), FILE.npy, FILE.csv, or\n"
      "FILE.csv[skip=1,cols=0:30]: lines to leave out, and columns as a number, a range or several.\n"
      "Extents' symbols take their values from the arguments' shapes. Programs of more than 50000 nodes are "
      "run by\n"
      "the evaluator, which gives the same bits sooner than they would be compiled.\n\n"
      "  wengert run loss.wg --arg w=[0.5,1] --arg X=data.npy --grad w --hvp w=[1,0]");
  add_source_options(*sub, options->source);
  sub->add_option("--arg", options->arguments, "The value of an input")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  add_derivative_options(*sub, options->request, false);
  sub->add_option("--jvp", options->jvp, "Directional derivative; several inputs move at once")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->group(derivative_group);
  sub->add_option("--hvp", options->hvp, "Hessian times vector; several inputs form one Hessian")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->group(derivative_group);
  sub->add_option(
         "--kernels", options->kernels,
         "Keep compiled kernels in DIR, and take them from there; $WENGERT_KERNEL_FOLDER unless said")
      ->type_name("DIR");
  sub->add_flag("--evaluator", options->evaluator, "Use the reference evaluator instead of compiled code");
  sub->add_flag("--cast", options->cast, "Convert .npy arrays of another element type");
  add_time_passes(*sub, options->time_passes);
  CLI::Option* json = sub->add_flag("--json", options->json, "Print JSON");
  sub->add_option("--out", options->folder, "Write each result to DIR/NAME.npy")
      ->type_name("DIR")
      ->excludes(json);
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
