// Runs docs/language.md: every block of the language is built; its comment lines are the checks:
//
//   # f(1, [2, 3]) -> 5; [1, 2]        a call and its results
//   # error: part of the message       the last function of the block is refused with it
#include <cmath>
#include <fstream>
#include <sstream>

#include "frontend/io/argument.h"
#include "frontend/language/builtins.h"
#include "tests/language/language.h"

namespace wengert::language {
namespace {

std::string read_page() {
  std::ifstream in(std::string(WENGERT_SOURCE_DIR) + "/docs/language.md", std::ios::binary);
  REQUIRE(in.good());
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::vector<std::string> blocks(const std::string& page) {
  std::vector<std::string> out;
  for (size_t at = page.find("```wg\n"); at != std::string::npos; at = page.find("```wg\n", at)) {
    const size_t begin = at + 6, end = page.find("```", begin);
    REQUIRE(end != std::string::npos);
    out.push_back(page.substr(begin, end - begin));
    at = end + 3;
  }
  return out;
}

// Splits at `separator` outside of brackets.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (char c : text) {
    depth += (c == '[') - (c == ']');
    if (c == separator && depth == 0)
      out.emplace_back();
    else if (c != ' ' || !out.back().empty())
      out.back() += c;
  }
  return out;
}

void check_call(const Module& module, const std::string& line) {
  INFO(line);
  const size_t open = line.find('('), arrow = line.find(") -> ");
  const Program program = lower(module, line.substr(0, open));
  verify(program);
  const std::vector<std::string> given = split(line.substr(open + 1, arrow - open - 1), ',');
  REQUIRE(given.size() == program.inputs().size());
  std::vector<Tensor> arguments;
  for (size_t i = 0; i < given.size(); i++)
    arguments.push_back(read_argument(program.graph->input_name(program.inputs()[i]), given[i],
                                      program.graph->type(program.inputs()[i]).dtype));
  const std::vector<Tensor> results = evaluate(program, arguments).outputs;
  const std::vector<std::string> expected = split(line.substr(arrow + 5), ';');
  REQUIRE(results.size() == expected.size());
  for (size_t i = 0; i < results.size(); i++) {
    const Tensor wanted = read_argument(program.outputs[i].name, expected[i], results[i].dtype);
    INFO(program.outputs[i].name << ", wanted " << expected[i]);
    CHECK(results[i].shape == wanted.shape);
    REQUIRE(results[i].count() == wanted.count());
    for (int64_t k = 0; k < wanted.count(); k++)
      CHECK(std::abs(results[i].at(k) - wanted.at(k)) <= 1e-15 * std::abs(wanted.at(k)));
  }
}

}  // namespace

TEST_CASE("every example of docs/language.md") {
  const std::vector<std::string> all = blocks(read_page());
  size_t calls = 0, errors = 0;
  for (const std::string& block : all) {
    INFO(block);
    const Module module = parse_module(block, "language.md");
    std::string refused;
    std::stringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# error: ")) {
        refused = line.substr(9);
      } else if (line.starts_with("# ") && line.find(") -> ") != std::string::npos) {
        check_call(module, line.substr(2));
        calls++;
      }
    }
    if (refused.empty()) {
      for (const FunctionSyntax& f : module.functions) verify(lower(module, f.name));
      continue;
    }
    errors++;
    CHECK_THROWS_WITH_AS(lower(module, module.functions.back().name), doctest::Contains(refused.c_str()),
                         SourceError);
  }
  CHECK(calls >= 35);
  CHECK(errors >= 3);
}

TEST_CASE("the page lists every function with its signature") {
  const std::string page = read_page();
  for (const Builtin* builtin : all_builtins()) {
    std::string call = "`";
    call.append(builtin->name).append(builtin->signature).append("`");
    INFO(call);
    CHECK(page.find(call) != std::string::npos);
  }
}

}  // namespace wengert::language
