// wengert bench: what calls of a function and its derivatives take, and where in them the time goes.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "frontend/measure.h"
#include "ir/error.h"
#include "ir/symbols.h"
#include "tools/wengert/arguments.h"
#include "tools/wengert/command.h"
#include "tools/wengert/compile_options.h"
#include "tools/wengert/derivative_options.h"
#include "tools/wengert/entries.h"
#include "tools/wengert/messages.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  std::vector<std::string> arguments, sizes;
  Derivatives request;
  CompileSettings settings;
  double seconds = 1;
  bool value = false, cast = false, json = false;
};

/// The arguments of one entry: those that were given, and numbers that were made for the others.
struct EntryArguments {
  std::vector<Tensor> tensors;
  std::vector<std::string> made;
  Bindings sizes;
};

/// Floats between 0 and 1, integers from 0 to `below` - 1.
void fill(Tensor& out, int64_t below, std::mt19937_64& random) {
  for (int64_t i = 0, count = out.count(); i < count; i++) {
    const uint64_t bits = random();
    if (is_float(out.dtype))
      out.set(i, (static_cast<double>(bits >> 41) + 0.5) * 0x1p-23);  // also exact in f32
    else
      out.set(i, static_cast<double>(bits % static_cast<uint64_t>(out.dtype == Dtype::boolean ? 2 : below)));
  }
}

Tensor argument_of_sizes(const Program& program, Value input, const Bindings& sizes) {
  const Type& type = program.graph->type(input);
  try {
    return Tensor(type.dtype, numbers(type.shape, sizes));
  } catch (const Error& e) {
    throw Error(e.code(), fmt::format("the argument '{}' is {}{}: {}", program.graph->input_name(input),
                                      text(type), values_text(program.symbols(), sizes), e.message()));
  }
}

EntryArguments arguments_of(const Program& program, const std::vector<GivenArgument>& given,
                            const Bindings& sizes, bool cast) {
  const Graph& graph = *program.graph;
  EntryArguments out{.tensors = std::vector<Tensor>(program.inputs().size()), .made = {}, .sizes = sizes};
  std::vector<size_t> missing;
  std::vector<const Tensor*> at_hand(out.tensors.size(), nullptr);
  for (size_t i = 0; i < out.tensors.size(); i++) {
    const Value input = program.inputs()[i];
    const std::string& name = graph.input_name(input);
    const auto found = std::find_if(given.begin(), given.end(),
                                    [&](const GivenArgument& argument) { return argument.name == name; });
    if (found == given.end()) {
      missing.push_back(i);
      out.made.push_back(name);
      continue;
    }
    out.tensors[i] = read_argument(program, input, found->value, cast);
    at_hand[i] = &out.tensors[i];
  }
  learn_symbols(program, at_hand, out.sizes);
  std::vector<std::string> unknown;
  for (const std::string& symbol : program.symbols())
    if (!out.sizes.contains(symbol)) unknown.push_back(symbol);
  if (!unknown.empty())
    throw Error(Code::argument, fmt::format("how large is {} of {}? Say --size {}=1000, or give an argument "
                                            "whose shape tells it",
                                            fmt::join(unknown, ", "), program.name, unknown[0]));
  // Integers are mostly indices: they stay within the smallest array.
  int64_t below = std::numeric_limits<int32_t>::max();
  for (size_t i : missing) out.tensors[i] = argument_of_sizes(program, program.inputs()[i], out.sizes);
  for (const Tensor& tensor : out.tensors)
    for (const int64_t extent : tensor.shape)
      if (extent > 0) below = std::min(below, extent);
  std::mt19937_64 random(1);
  for (size_t i : missing) fill(out.tensors[i], below, random);
  return out;
}

void refuse_unknown(const std::vector<EntryProgram>& entries, const std::vector<GivenArgument>& given) {
  for (const GivenArgument& argument : given)
    if (std::none_of(entries.begin(), entries.end(), [&](const EntryProgram& entry) {
          return entry.program.graph->find_input(argument.name).has_value();
        }))
      throw Error(Code::name,
                  fmt::format("there is no input '{}' in {}", argument.name, entries.back().symbol));
}

/// Three digits of a number from 1 to 1000.
std::string digits(double x) { return fmt::format("{:.{}f}", x, x < 9.995 ? 2 : x < 99.95 ? 1 : 0); }

/// "1.23 ms"
std::string time_text(double seconds) {
  for (const auto& [unit, name] : {std::pair(1.0, "s"), {1e-3, "ms"}, {1e-6, "us"}})
    if (seconds >= unit) return fmt::format("{} {}", digits(seconds / unit), name);
  return fmt::format("{:.1f} ns", seconds * 1e9);
}

/// "1.23 M"
std::string count_text(double count) {
  for (const auto& [unit, name] : {std::pair(1e12, "T"), {1e9, "G"}, {1e6, "M"}, {1e3, "k"}})
    if (count >= unit) return fmt::format("{} {}", digits(count / unit), name);
  return fmt::format("{:.0f}", count);
}

std::string rate_text(double count, double seconds) {
  return count > 0 && seconds > 0 ? fmt::format("{:.2f}", count / seconds * 1e-9) : "-";
}

/// Of a kernel: nothing where the clock itself takes much of the time.
std::string kernel_rate(double count, const MeasuredKernel& kernel) {
  constexpr double told = 500e-9;
  return kernel.time.least >= told ? rate_text(count, kernel.time.least) : "-";
}

std::string sizes_text(const Bindings& sizes) {
  std::string out;
  for (const auto& [symbol, value] : sizes) out += fmt::format(", {} = {}", symbol, value);
  return out;
}

void print_text(const std::string& symbol, const Measurement& all, const EntryArguments& arguments,
                uint32_t threads) {
  fmt::print("{}{}{}\n", symbol, sizes_text(arguments.sizes),
             threads > 1 ? fmt::format(", {} threads", threads) : "");
  fmt::print(
      "a call takes {}, in the median {} ({} calls); {} GFLOP/s; workspace {} bytes, at most {} of them "
      "alive at once\n",
      time_text(all.call.least), time_text(all.call.median), all.calls,
      rate_text(all.operations, all.call.least), all.workspace, all.alive);
  if (!arguments.made.empty()) fmt::print("random: {}\n", fmt::join(arguments.made, ", "));
  fmt::print("\n{:>9} {:>9} {:>5} {:>10} {:>8} {:>8} {:>7}  kernel\n", "time", "median", "share",
             "operations", "GFLOP/s", "bytes", "GB/s");
  double total = 0;
  for (const MeasuredKernel& kernel : all.kernels) total += kernel.time.median;
  int number = 0;
  for (const MeasuredKernel& kernel : all.kernels) {
    const bool rest = ++number == static_cast<int>(all.kernels.size());
    if (rest && kernel.time.least == 0 && kernel.operations == 0 && kernel.bytes == 0) continue;
    fmt::print("{:>9} {:>9} {:>3.0f} % {:>10} {:>8} {:>8} {:>7}  {}{}\n", time_text(kernel.time.least),
               time_text(kernel.time.median), total > 0 ? 100 * kernel.time.median / total : 0,
               count_text(kernel.operations), kernel_rate(kernel.operations, kernel),
               count_text(kernel.bytes), kernel_rate(kernel.bytes, kernel),
               rest ? "" : fmt::format("{}: ", number), kernel.loops);
    const std::string indent(64, ' ');
    if (!kernel.sources.empty()) fmt::print("{}from {}\n", indent, fmt::join(kernel.sources, ", "));
    for (const std::string& result : kernel.results) fmt::print("{}{}\n", indent, result);
    if (!kernel.cut.empty()) fmt::print("{}{}\n", indent, kernel.cut);
  }
}

using Json = nlohmann::ordered_json;

Json to_json(const std::string& symbol, const Measurement& all, const EntryArguments& arguments,
             uint32_t threads) {
  Json kernels = Json::array();
  for (const MeasuredKernel& kernel : all.kernels)
    kernels.push_back({{"loops", kernel.loops},
                       {"sources", kernel.sources},
                       {"results", kernel.results},
                       {"cut", kernel.cut},
                       {"operations", kernel.operations},
                       {"bytes", kernel.bytes},
                       {"least", kernel.time.least},
                       {"median", kernel.time.median}});
  return {{"symbol", symbol},
          {"sizes", arguments.sizes},
          {"random", arguments.made},
          {"threads", threads},
          {"least", all.call.least},
          {"median", all.call.median},
          {"calls", all.calls},
          {"workspace", all.workspace},
          {"workspace_alive", all.alive},
          {"operations", all.operations},
          {"kernels", kernels}};
}

int run(const Options& options) {
  const Program function = load_program(options.source);
  const std::vector<EntryProgram> entries =
      entries_of(function, function.name, options.value, options.request);
  const std::vector<GivenArgument> given = parse_arguments(options.arguments);
  const Bindings sizes = parse_bindings(options.sizes);
  refuse_unknown(entries, given);
  const std::vector<std::string> symbols = function.symbols();
  const Bindings bound = parse_bindings(options.source.bind);
  for (const auto& [symbol, size] : sizes) {
    if (const auto at = bound.find(symbol); at != bound.end())
      throw Error(Code::argument,
                  fmt::format("--size {}={}: --bind compiles in {} = {}", symbol, size, symbol, at->second));
    if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end())
      throw Error(Code::name, fmt::format("there is no symbol '{}'{}{}", symbol,
                                          symbols.empty() ? "" : "; there are ", fmt::join(symbols, ", ")));
  }

  Json all = Json::array();
  for (const EntryProgram& entry : entries) {
    const EntryArguments arguments = arguments_of(entry.program, given, sizes, options.cast);
    const Measurement measured =
        measure(entry.program, arguments.tensors, arguments.sizes, options.settings, options.seconds);
    if (measured.flags & 1) print_warning("an index was out of range");
    if (options.json) {
      all.push_back(to_json(entry.symbol, measured, arguments, options.settings.threads));
      continue;
    }
    if (&entry != &entries.front()) fmt::print("\n");
    print_text(entry.symbol, measured, arguments, options.settings.threads);
  }
  if (options.json) fmt::print("{}\n", all.dump(-1, ' ', false, Json::error_handler_t::replace));
  return ok;
}

}  // namespace

Command add_bench(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("bench", "Measures a function and its derivatives, kernel by kernel");
  sub->footer(
      "Each entry that `build` makes with these options is compiled for this machine and called for a while. "
      "Printed are\n"
      "the least and the median time of a call, and the same for each of its kernels, with its operations, "
      "the bytes\n"
      "of the arrays that it touches, both by its least time, its source lines, and why it was cut there. "
      "Kernels are\n"
      "measured in code that reads the clock between them, whole calls in the code as it is otherwise.\n"
      "Inputs without a value are random: floats between 0 and 1, integers from 0 to below the smallest "
      "extent.\n\n"
      "  wengert bench loss.wg --grad w --size N=10000,D=100 --threads 2");
  add_source_options(*sub, options->source);
  sub->add_option("--size", options->sizes, "What a symbol is in the calls; --bind compiles it in")
      ->type_name("N=NUMBER")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_option("--arg", options->arguments, "The value of an input, as in `run`")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  sub->add_flag("--value", options->value, "The function itself, beside its derivatives")
      ->group(derivative_group);
  add_derivative_options(*sub, options->request);
  sub->add_option("--cpu", options->settings.cpu, "This machine's unless said");
  add_compile_options(*sub, options->settings, "Threads that share the work of large calls; 1 unless said");
  sub->add_option("--seconds", options->seconds, "How long each entry is called; 1 unless said")
      ->check(CLI::Range(0.0, 3600.0));
  sub->add_flag("--cast", options->cast, "Convert .npy arrays of another element type");
  sub->add_flag("--json", options->json, "Print JSON, times in seconds");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
