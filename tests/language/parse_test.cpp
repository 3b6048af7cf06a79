// The grammar: precedence, line ends, nesting, what is refused.
#include "tests/language/language.h"

namespace wengert::language {

TEST_CASE("operators bind as in Python") {
  check_same("-2**2", "-4");
  check_same("2**-1", "0.5");
  check_same("2**3**2", "512");
  check_same("2 + 3 * 4 - 1", "13");
  check_same("7 // 2 * 2 + 7 % 2", "7");
  check_same("-7 // 2", "-4");
  check_same("-7 % 3", "2");
  check_same("7 / 2", "3.5");
  check_same("[1, 2, 3] @ [1, 2, 3] + 1", "array(15)");
  check_same("not 1 < 2 or true", "array(true)");
  check_same("true or true and false", "array(true)");
  check_same("1 | 2 ^ 3 & 6", "array(1)");
  check_same("1 << 2 + 1", "array(8)");
  check_same("~5", "array(-6)");
  check_same("0xFF + 1_000", "1255");
  check_same("1e-3 + .5 + 2.", "2.501");
}

TEST_CASE("a line ends a statement unless a bracket is open or an operator ends the line") {
  check_same("let a = 2\n (a,)[0] + 1", "3");
  check_same("let a = (2\n + 3)\n a", "5");
  check_same("2 +\n 3", "5");
  check_same("let a = 1; let b = a + 1; b", "2");
  CHECK(error_of("fn f() {\n 2\n + 3 }").find("put the operator at the end of that line") !=
        std::string::npos);
}

TEST_CASE("long chains do not recurse and deep nesting is refused") {
  std::string sum = "x";
  for (int i = 0; i < 200'000; i++) sum += i % 2 ? "+x" : "-y";
  const Program program = program_of("fn f(x: f64, y: f64) -> f64 { " + sum + " }");
  CHECK(program.graph->size() > 200'000);

  std::string lets = "fn f(x: f64) -> f64 {\n let a0 = x\n";
  for (int i = 1; i <= 100'000; i++)
    lets += " let a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " * 0.5 + x\n";
  CHECK(program_of(lets + "a100000 }").graph->size() > 200'000);

  const std::string deep(400, '('), closed(400, ')');
  check_same(deep + "1" + closed, "1");
  const auto nested = [](size_t depth) {
    return "fn f() { " + std::string(depth, '(') + "1.0" + std::string(depth, ')') + " }";
  };
  CHECK(error_of(nested(500)).empty());
  CHECK(error_of(nested(501)).find("nested more than 500 deep") != std::string::npos);
  CHECK(error_of("fn f() { " + std::string(500, '-') + "1.0 }").empty());
  CHECK(error_of("fn f() { " + std::string(501, '-') + "1.0 }").find("nested more than 500 deep") !=
        std::string::npos);
  CHECK(error_of("fn f() { " + std::string(100'000, '(') + " }").find("nested more than 500 deep") !=
        std::string::npos);
  CHECK(error_of("fn f() { " + std::string(100'000, '-') + "1 }").find("nested more than 500 deep") !=
        std::string::npos);
}

TEST_CASE("signatures") {
  const Module module = parse_module(
      "fn loss(w: f64[D], X: f64[N, D]) -> f64 { sum(X @ w) }\n"
      "fn two(x: f64[2 * K]) -> (a: f64, b: f64[2 * K]) { (sum(x), x) }\n"
      "fn none(x: f32) { x }");
  const std::vector<Signature> all = signatures(module);
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "loss");
  CHECK(all[0].parameters[1].name == "X");
  CHECK(all[0].parameters[1].type == "f64[N, D]");
  CHECK(all[0].symbols == std::vector<std::string>{"D", "N"});
  CHECK(all[0].results[0].name == "loss");
  CHECK(all[0].results[0].type == "f64");
  CHECK(all[1].results[1].name == "b");
  CHECK(all[1].results[1].type == "f64[2 * K]");
  CHECK(all[2].results[0].type == "");
  CHECK(all[1].place.line == 2);
}

TEST_CASE("places are those of the text") {
  const Program program = program_of("fn f(x: f64) -> f64 {\n  let a = sin(x)\n  a * x\n}");
  const Place place = program.graph->place(program.outputs[0].value.node);
  CHECK(place.file == "test.wg");
  CHECK(place.line == 3);
  CHECK(place.column == 5);
}

}  // namespace wengert::language
