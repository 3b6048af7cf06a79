#include "backends.h"

#include <doctest/doctest.h>

#include "ir/evaluate.h"

namespace wengert::tests {

Runner::Runner(const Program& program) : program_(program) {
  for (const Backend& backend : other_backends()) {
    Other other{&backend, std::make_unique<Program>(backend.lower(program)), {}};
    other.call = backend.load(*other.lowered);
    others_.push_back(std::move(other));
  }
}

Outputs Runner::operator()(std::span<const Tensor> arguments) const {
  for (const Other& other : others_) {
    CAPTURE(other.backend->name);
    const Outputs expected = evaluate(*other.lowered, arguments).outputs, got = other.call(arguments);
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); i++) {
      CAPTURE(program_.outputs[i].name);
      CHECK(got[i].same_bits(expected[i]));
    }
  }
  return evaluate(program_, arguments).outputs;
}

}  // namespace wengert::tests
