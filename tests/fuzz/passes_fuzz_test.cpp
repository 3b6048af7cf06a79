// Random programs through the text form and the passes: the same list again, the same bits, content with
// itself.
#include <doctest/doctest.h>

#include <algorithm>

#include <fmt/format.h>

#include "../passes/random_values.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "passes/rules/rules.h"
#include "random_program.h"

using namespace wengert;
using namespace wengert::fuzz;
using namespace wengert::testing;

namespace {

constexpr uint64_t programs = 1500;

// What is wrong with the program, or empty.
using Complaint = std::function<std::string(const Program&)>;

// Programs that values_differ() compared, and those among them with no element to compare.
int compared = 0, without_elements = 0;

void try_all(const Recipe& recipe, const std::function<Complaint(uint64_t seed)>& complaint_of) {
  int failures = 0;
  compared = without_elements = 0;
  for (uint64_t seed = 1; seed <= programs && failures < 5; seed++) {
    const Program program = random_program(seed, recipe);
    const Complaint complaint = complaint_of(seed);
    const bool content = complaint(program).empty();
    CHECK(content);
    if (content) continue;
    failures++;
    const Program small = shrink(program, [&](const Program& p) { return !complaint(p).empty(); });
    const std::string text = print(small), why = complaint(small);
    CAPTURE(seed);
    CAPTURE(text);
    FAIL_CHECK(why);
  }
  const std::string values =
      fmt::format("; values of {} compared, {} of them without elements", compared, without_elements);
  MESSAGE(programs << " programs, " << failures << " failures" << (compared ? values : ""));
  CHECK(without_elements * 4 <= compared);
}

std::string values_differ(const Program& before, const Program& after, uint64_t seed) {
  const Bindings symbols = random_symbols(seed);
  std::mt19937_64 random(seed);
  int64_t elements = 0;
  for (const Output& output : before.outputs)
    elements += element_count(before.graph->type(output.value).shape).evaluate(symbols);
  compared++;
  if (elements == 0) without_elements++;
  for (int i = 0; i < 3; i++) {
    const std::string why =
        different_bits(before, after, random_arguments(before, symbols, Draw(), random), symbols);
    if (!why.empty()) return why;
  }
  return "";
}

// Stable rows change values; exact ones must not.
constexpr PassOptions exactly{.fast_math = false, .stable = false};

}  // namespace

TEST_CASE("random programs: print, parse, verify") {
  try_all({}, [](uint64_t) -> Complaint {
    return [](const Program& program) -> std::string {
      verify(program);
      const std::string text = print(program);
      const Program again = parse(text);
      verify(again);
      return print(again) == text ? "" : "the round trip gives another list:\n" + print(again);
    };
  });
}

TEST_CASE("random programs: every pass keeps the bits, and is content with what it made") {
  for (const Pass& pass : pipeline()) {
    const std::string name(pass.name);
    CAPTURE(name);
    try_all({}, [&](uint64_t seed) -> Complaint {
      return [&pass, seed](const Program& program) -> std::string {
        const Program once = run_pass(remove_dead_nodes, run_pass(pass.run, program, exactly));
        const std::string why = values_differ(program, once, seed);
        if (!why.empty()) return why;
        verify(once);
        const std::optional<Program> twice = pass.run(once, exactly);
        return twice ? "run again, the pass gives\n" + print(*twice) : "";
      };
    });
  }
}

// Folding may open a row behind the last simplify, which the next run takes: smaller, never larger.
TEST_CASE("random programs: the pipeline keeps the bits, and another run makes nothing larger") {
  try_all({.nodes = 60}, [](uint64_t seed) -> Complaint {
    return [seed](const Program& program) -> std::string {
      RunOptions options;
      options.stable = false;
      const Program once = optimize(program, options);
      const std::string why = values_differ(program, once, seed);
      if (!why.empty()) return why;
      const Program twice = optimize(once, options);
      return twice.graph->size() <= once.graph->size() ? ""
                                                       : "run again, the pipeline gives\n" + print(twice);
    };
  });
}

TEST_CASE("random programs: rows come to an end") {
  for (const bool fast : {false, true}) {
    try_all({.nodes = 60}, [fast](uint64_t) -> Complaint {
      return [fast](const Program& program) -> std::string {
        const PassOptions options{.fast_math = fast, .stable = true};
        RewriteReport report;
        const std::optional<Program> spelled = rewrite(program, rules::canonical_rows(), options, &report);
        if (report.reached_limit) return "canonicalize does not come to an end";
        rewrite(spelled ? *spelled : program, rules::simplify_rows(), options, &report);
        return report.reached_limit ? "simplify does not come to an end" : "";
      };
    });
  }
}
