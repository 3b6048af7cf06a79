// wengert check: every derivative of a function against differences, and the two modes against each other.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "frontend/check.h"
#include "tools/wengert/arguments.h"
#include "tools/wengert/command.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  std::vector<std::string> arguments;
  CheckOptions check;
  bool cast = false;
};

// The validators of CLI11 print the largest double.
std::string number_fault(const std::string& text, bool zero, std::string_view wanted) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool fits =
      error == std::errc() && stop == end && std::isfinite(value) && (value > 0 || (zero && value == 0));
  return fits ? "" : fmt::format("'{}' is not {}", text, wanted);
}
std::string positive_fault(const std::string& text) { return number_fault(text, false, "a positive number"); }
std::string count_fault(const std::string& text) { return number_fault(text, true, "a number from 0 on"); }

constexpr std::string_view verdicts[] = {"right", "WRONG", "UNSETTLED", "NO RULE"};

int run(const Options& options) {
  const Program program = load_program(options.source);
  const std::vector<Tensor> arguments =
      read_arguments(program, parse_arguments(options.arguments), options.cast);
  const std::vector<CheckRow> rows = check_derivatives(program, arguments, options.check);
  size_t width = 4, failed = 0;
  for (const CheckRow& row : rows) width = std::max(width, row.what.size());
  fmt::print("{:<{}}  {:>8}  {:>11}  {}\n", "what", width, "compared", "worst error", "verdict");
  bool unsettled = false;
  for (const CheckRow& row : rows) {
    fmt::print("{:<{}}  {:>8}  {:>11.2e}  {}\n", row.what, width, row.compared, row.worst,
               verdicts[static_cast<size_t>(row.verdict)]);
    if (!row.note.empty()) fmt::print("{:<{}}  {}\n", "", width, row.note);
    failed += row.verdict != Verdict::right;
    unsettled |= row.verdict == Verdict::unsettled;
  }
  if (unsettled)
    fmt::print(
        "UNSETTLED: there is no derivative here to compare with: a kink, an edge of the domain, or a value "
        "that "
        "is not finite; try a point beside it\n");
  fmt::print("{} checks, {} failed\n", rows.size(), failed);
  return failed == 0 ? ok : check_failed;
}

}  // namespace

Command add_check(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("check", "Checks a function's derivatives at a point");
  sub->footer(
      "Gradients and Hessian-vector products are compared with differences of the reference evaluator, "
      "extrapolated\n"
      "by Ridders' method; jvp with vjp; and forward over reverse with reverse over reverse.\n"
      "Returns 1 when a check fails.");
  add_source_options(*sub, options->source);
  sub->add_option("--arg", options->arguments, "The value of an input, as in 'wengert run'")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  sub->add_option("--tolerance", options->check.tolerance,
                  "Relative error allowed against differences (1e-6; 1e-3 where f32 is involved)")
      ->check(positive_fault);
  sub->add_option("--elements", options->check.elements, "How many single elements of each input are moved")
      ->check(count_fault)
      ->capture_default_str();
  sub->add_option("--directions", options->check.directions,
                  "How many random directions each input is moved in")
      ->check(count_fault)
      ->capture_default_str();
  sub->add_option("--seed", options->check.seed, "Of the random directions")->capture_default_str();
  sub->add_flag("--cast", options->cast, "Convert .npy arrays of another element type");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
