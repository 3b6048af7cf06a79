#include "compare.h"

#include <random>

#include "../fuzz/compiled.h"

namespace wengert::testing {

const std::vector<Bindings> rows = {{{"N", 0}},  {{"N", 1}},    {{"N", 7}},    {{"N", 16}},
                                    {{"N", 37}}, {{"N", 1000}}, {{"N", 3072}}, {{"N", 10007}}};

static Tensor random_tensor(Dtype dtype, std::vector<int64_t> shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  Tensor out(dtype, std::move(shape));
  for (int64_t i = 0; i < out.count(); i++)
    out.set(i, is_float(dtype) ? std::uniform_real_distribution<>(-2, 2)(random)
                               : static_cast<double>(random() % 7));
  return out;
}

void compare(const Program& program, const std::vector<Bindings>& sizes, const PlanOptions& options,
             Tier tier) {
  Plan plan = make_plan(program, options);
  INFO(print_plan(plan));
  INFO(options.threads, " threads");
  const fuzz::Compiled compiled(std::move(plan), {.tier = tier});
  for (const Bindings& known : sizes) {
    std::vector<Tensor> arguments;
    for (Value input : program.inputs()) {
      arguments.push_back(random_tensor(program.graph->type(input).dtype,
                                        numbers(program.graph->type(input).shape, known),
                                        arguments.size() + 1));
    }
    std::string at;
    for (const auto& [name, number] : known) at += name + "=" + std::to_string(number) + " ";
    INFO(at);
    const Evaluation expected = evaluate(program, arguments, known), got = compiled.run(arguments, known);
    CHECK(got.flags == expected.flags);
    for (size_t i = 0; i < got.outputs.size(); i++) {
      INFO(program.outputs[i].name);
      CHECK(got.outputs[i].same_bits(expected.outputs[i]));
    }
  }
}

void compare(const Program& program, const std::vector<Bindings>& sizes, Tier tier,
             const std::vector<Donation>& donations) {
  PlanOptions options{.vector_bits = Target::host().vector_bits, .donations = donations};
  compare(program, sizes, options, tier);
  if (tier != Tier::full) return;
  // Cut wherever that is possible.
  options.threads = 3, options.part_work = 1;
  compare(program, sizes, options, tier);
  options.threads = 7, options.part_work = 1000;
  compare(program, sizes, options, tier);
}

}  // namespace wengert::testing
