// Bodies compiled against bodies interpreted: the same bits, on special values and random ones, for every
// width.
#include <doctest/doctest.h>

#include "body_kernel.h"
#include "body_values.h"
#include "codegen/jit.h"
#include "ir/interpret.h"

using namespace wengert;
using namespace wengert::test;

namespace {

void compare(const BodyCase& test, BodyFunction* function, size_t count) {
  std::mt19937_64 random(count + test.name.size());
  std::vector<std::vector<std::byte>> in, expected, got;
  std::vector<const void*> inputs;
  std::vector<void*> wanted, outputs;
  for (size_t i = 0; i < test.body.inputs.size(); i++)
    in.push_back(sample_values(test.body.inputs[i], i, count, random));
  for (const auto& x : in) inputs.push_back(x.data());
  for (uint32_t output : test.body.outputs)
    for (auto* list : {&expected, &got})
      list->emplace_back(size_of(test.body.type(output)) * count, std::byte{0x5a});
  for (auto& x : expected) wanted.push_back(x.data());
  for (auto& x : got) outputs.push_back(x.data());
  interpret(test.body, inputs, std::vector<int>(inputs.size(), 1), wanted, count);
  function(inputs.data(), outputs.data(), static_cast<int64_t>(count));
  for (size_t o = 0; o < got.size(); o++) {
    const Dtype dtype = test.body.type(test.body.outputs[o]);
    for (size_t i = 0; i < count; i++) {
      const std::byte *a = expected[o].data() + i * size_of(dtype), *b = got[o].data() + i * size_of(dtype);
      if (same_element(dtype, a, b)) continue;
      std::string operands;
      for (size_t k = 0; k < in.size(); k++)
        operands +=
            std::to_string(shown(test.body.inputs[k], in[k].data() + i * size_of(test.body.inputs[k]))) + " ";
      FAIL_CHECK(test.name << " of " << operands << "is " << shown(dtype, b) << " compiled, "
                           << shown(dtype, a) << " interpreted");
      break;
    }
  }
}

void compare_all(const Target& target, Tier tier, unsigned lanes) {
  if (!target.runs_here()) return;
  CAPTURE(target.cpu);
  CAPTURE(lanes);
  const std::vector<BodyCase> cases = body_cases();
  const auto kernel = load_object(compile_bodies(cases, target, tier, lanes));
  for (const BodyCase& test : cases) {
    auto* function = kernel->function<BodyFunction>(test.name);
    REQUIRE((function != nullptr));
    compare(test, function, 4096);
  }
}

}  // namespace

TEST_CASE("bodies, one element") {
  for (Tier tier : {Tier::fast, Tier::full}) compare_all(Target::host(), tier, 1);
}
TEST_CASE("bodies, vectors") {
  for (unsigned lanes : {4u, 8u, 16u}) compare_all(Target::host(), Tier::full, lanes);
}
TEST_CASE("bodies, vectors, fast tier") { compare_all(Target::host(), Tier::fast, 8); }
TEST_CASE("bodies, x86-64-v3") {
  if (Target::host().triple.starts_with("x86_64"))
    for (unsigned lanes : {1u, 8u}) compare_all(Target::named("", "x86-64-v3"), Tier::full, lanes);
}
TEST_CASE("bodies need nothing on any target") {
  for (const char* triple : {"x86_64-linux-gnu", "aarch64-linux-gnu"})
    for (Tier tier : {Tier::fast, Tier::full})
      for (unsigned lanes : {1u, 8u})
        CHECK(undefined_symbols(compile_bodies(body_cases(), Target::named(triple), tier, lanes)).empty());
}
