// Each file of tests/errors has one mistake; its first lines say the message, which is a part of what is
// thrown:
//
//   # expect 3:7: multiply(f64[N], f64[M])
//
// The place is that of the error. The function `f` is built; a file may end with "# bind N=3".
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/language/language.h"

namespace wengert::language {

TEST_CASE("one mistake a file") {
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(WENGERT_SOURCE_DIR) + "/tests/errors")) {
    if (entry.path().extension() != ".wg") continue;
    files++;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    const std::string text = all.str(), name = entry.path().filename().string();
    INFO(name);
    std::vector<std::string> expected;
    for (std::string line; std::getline(all, line) && line.starts_with("# expect ");)
      expected.push_back(line.substr(9));
    REQUIRE(!expected.empty());
    std::string message;
    try {
      lower(parse_module(text, name), "f");
    } catch (const Error& e) { message = e.what(); }
    INFO(message);
    CHECK(message.starts_with(name + ":" + expected[0].substr(0, expected[0].find(": "))));
    for (const std::string& part : expected) CHECK(message.find(part) != std::string::npos);
    // The line is quoted and a caret stands under it.
    CHECK(message.find("\n") != std::string::npos);
    CHECK(message.find("^") != std::string::npos);
  }
  CHECK(files >= 40);
}

TEST_CASE("the excerpt underlines the expression and points at the operator") {
  const std::string e = error_of("fn f(w: f64[N], x: f64[M]) {\n\tlet a = 1 + w * x\n\ta\n}");
  CHECK(e.find("test.wg:2:16: multiply(f64[N], f64[M])") == 0);
  CHECK(e.find("\n   2 | \tlet a = 1 + w * x\n     | \t            ~~^~~") != std::string::npos);
}

TEST_CASE("columns count code points") {
  const std::string e = error_of("fn f(w: f64) { # größer\n w + é }");
  CHECK(e.find("test.wg:2:6: unexpected character 'é'") == 0);
}

TEST_CASE("unknown functions of a module") {
  CHECK(error_of("fn g(x: f64) { x }").find("test.wg has no function 'f'") == 0);
  CHECK(error_of("fn loss(x: f64) { x }", "los").find("its functions are loss; did you mean 'loss'?") !=
        std::string::npos);
}

TEST_CASE("a name is offered only when it is near") {
  const auto called = [](const std::string& name) { return error_of("fn f(x: f64[N]) { " + name + "(x) }"); };
  for (const char* name : {"sort", "det", "svd", "nansum", "invert", "frobnicate"}) {
    INFO(called(name));
    CHECK(called(name).find("there is no function '") != std::string::npos);
    CHECK(called(name).find("did you mean") == std::string::npos);
  }
  const std::pair<std::string, std::string> slips[] = {
      {"sofmax", "softmax"},   {"softmaxx", "softmax"},     {"esp", "exp"},
      {"logsum", "logsumexp"}, {"ligsumexpp", "logsumexp"}, {"sofplsu", "softplus"}};
  for (const auto& slip : slips) {
    INFO(called(slip.first));
    CHECK(called(slip.first).find("did you mean '" + slip.second + "'?") != std::string::npos);
  }
}

TEST_CASE("no text crashes the parser") {
  const std::string whole =
      "fn f(x: f64[N, 2*N], y: i64) -> (a: f64, b: f64) {\n let (p, q) = g(x[1:, ::2], k=None)\n"
      " (a = -p**2 @ [1, 2.5], b = \"t\" + not q.T) } # end\n";
  for (size_t cut = 0; cut < whole.size(); cut++) try {
      parse_module(whole.substr(0, cut), "t");
      parse_module(whole.substr(cut), "t");
    } catch (const SourceError&) {}
  for (size_t at = 0; at < whole.size(); at++)
    for (char c : {'(', ')', '|', '\n', '"', '\0', '='}) {
      std::string changed = whole;
      changed[at] = c;
      try {
        lower(parse_module(changed, "t"), "f");
      } catch (const Error& e) { CHECK(e.code() != Code::internal); }
    }
}

}  // namespace wengert::language
