// The verifier accepts what the graph makes and refuses broken programs.
#include <doctest/doctest.h>

#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/verify.h"

using namespace wengert;

namespace {

std::string refusal(const Program& program) {
  try {
    verify(program);
  } catch (const Error& e) {
    CHECK(e.code() == Code::internal);
    return e.message();
  }
  return "";
}

Program squared() {
  Program program;
  const Expr x = program.graph->input("x", f64, {3});
  program.outputs = {{"y", (x * x).value()}};
  return program;
}

bool moody_refuses = false;
Dtype moody_type = Dtype::f64;
const Op moody{
    .name = "moody",
    .summary = "an op whose type rule changes its mind",
    .type = [](const Call& call) -> std::vector<Type> {
      call.require(!moody_refuses, "not today");
      return {call[0].with(moody_type)};
    },
    .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0]; },
    .derivative = Derivative::zero,
};

}  // namespace

TEST_CASE("a program that the graph made is in order") { CHECK(refusal(squared()) == ""); }

TEST_CASE("outputs must be in the program, and named once") {
  Program program = squared();
  program.outputs.push_back({"z", {9, 0}});
  CHECK(refusal(program) == "the output 'z' is %9.0, which is not in the program");
  program.outputs.back().value = {1, 1};
  CHECK(refusal(program) == "the output 'z' is %1.1, which is not in the program");
  program.outputs.back() = {"y", {0, 0}};
  CHECK(refusal(program) == "two outputs are named 'y'");
}

TEST_CASE("types must be what the op's rule gives") {
  Program program;
  const Expr x = program.graph->input("x", f64, {});
  moody_refuses = false, moody_type = Dtype::f64;
  program.graph->make(moody, {x});
  CHECK(refusal(program) == "");
  moody_type = Dtype::f32;
  CHECK(refusal(program) == "%1 = moody: its result types are not what its op's rule gives");
  moody_refuses = true;
  CHECK(refusal(program) == "%1 = moody: its op refuses it: moody(f64): not today");
}

TEST_CASE("two inputs of one name") {
  Program program;
  program.graph->input("x", f64, {});
  program.graph->make(ops::input, std::span<const Value>{},
                      {{"name", std::string("x")}, {"type", Type{f64, {}}}});
  CHECK(refusal(program) == "%1 = input: another input has its name");
}
