#include "backends.h"

#include <doctest/doctest.h>

#include "ir/evaluate.h"

namespace wengert::tests {

const std::vector<Backend>& backends() {
  static const std::vector<Backend> all = {
      {"evaluator", [](const Program& program,
                       std::span<const Tensor> arguments) { return evaluate(program, arguments).outputs; }},
  };
  return all;
}

std::vector<Tensor> run(const Program& program, std::span<const Tensor> arguments) {
  std::vector<Tensor> expected = backends()[0].run(program, arguments);
  for (size_t i = 1; i < backends().size(); i++) {
    CAPTURE(backends()[i].name);
    const std::vector<Tensor> got = backends()[i].run(program, arguments);
    REQUIRE(got.size() == expected.size());
    for (size_t j = 0; j < got.size(); j++) {
      CAPTURE(program.outputs[j].name);
      CHECK(got[j].same_bits(expected[j]));
    }
  }
  return expected;
}

}  // namespace wengert::tests
