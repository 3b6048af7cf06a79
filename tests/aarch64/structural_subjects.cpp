#include <random>

#include "../fuzz/random_program.h"
#include "../kernels/structural_programs.h"
#include "../passes/random_values.h"
#include "subjects.h"

namespace wengert::aarch64 {
namespace {

constexpr uint64_t random_programs = 60;

// Ordinary numbers, which rounding tells apart, and any: NaN, infinities, subnormals.
Subject with_arguments(const std::string& name, Program program, const std::vector<Bindings>& sizes,
                       const std::vector<testing::Draw>& draws) {
  std::mt19937_64 random(7);
  Subject subject{name, std::move(program), {}};
  for (const testing::Draw& draw : draws)
    for (const Bindings& symbols : sizes)
      subject.runs.push_back({symbols, testing::random_arguments(subject.program, symbols, draw, random)});
  return subject;
}

}  // namespace

std::vector<Subject> structural_subjects() {
  std::vector<Subject> out;
  for (testing::StructuralProgram& one : testing::structural_programs())
    out.push_back(with_arguments(one.name, std::move(one.program), one.sizes, {{false, -2, 2}, {}}));
  for (uint64_t seed = 1; seed <= random_programs; seed++)
    out.push_back(with_arguments("random program " + std::to_string(seed), fuzz::random_program(seed),
                                 {fuzz::random_symbols(seed), {{"N", 37}, {"M", 3}}}, {{}}));
  return out;
}

}  // namespace wengert::aarch64
