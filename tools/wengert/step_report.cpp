#include "tools/wengert/step_report.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

namespace wengert::tool {

/// Of a group with more of them, the longest ones.
constexpr size_t shown_steps = 20;

void add_time_passes(CLI::App& app, bool& wanted) {
  app.add_flag(
      "--time-passes", wanted,
      "Print what each step of compiling takes, from reading the program to LLVM's passes, to stderr");
}

void print_times(const StepTimes& times) {
  struct Group {
    std::string_view name;
    double seconds = 0;
  };
  std::vector<Group> groups;
  double total = 0;
  for (const StepTime& step : times.steps()) {
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == step.group; });
    if (found == groups.end()) found = groups.insert(groups.end(), {step.group});
    found->seconds += step.seconds;
    total += step.seconds;
  }
  const auto print = [&](std::string_view indent, std::string_view name, double seconds) {
    fmt::print(stderr, "{:>10.3f}  {:>5.1f} %  {}{}\n", seconds * 1e3, total > 0 ? 100 * seconds / total : 0,
               indent, name);
  };
  fmt::print(stderr, "milliseconds\n");
  for (const Group& group : groups) {
    print("", group.name, group.seconds);
    std::vector<StepTime> steps;
    for (const StepTime& step : times.steps())
      if (step.group == group.name && step.step != group.name) steps.push_back(step);
    double others = 0;
    const size_t all = steps.size();
    if (all > shown_steps) {
      std::stable_sort(steps.begin(), steps.end(),
                       [](const StepTime& a, const StepTime& b) { return a.seconds > b.seconds; });
      for (; steps.size() > shown_steps; steps.pop_back()) others += steps.back().seconds;
    }
    for (const StepTime& step : steps) print("  ", step.step, step.seconds);
    if (all > steps.size()) print("  ", fmt::format("{} others", all - steps.size()), others);
  }
  print("", "all", total);
}

}  // namespace wengert::tool
