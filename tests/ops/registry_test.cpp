// The registry itself: order, lookup, what registration refuses, nearest names.
#include <doctest/doctest.h>

#include <set>

#include "cases.h"
#include "ir/ops/build.h"
#include "ir/registry.h"

using namespace wengert;

static std::string refusal(const Op& op) {
  try {
    register_op(op);
  } catch (const Error& error) { return error.what(); }
  return "accepted";
}

TEST_CASE("the records are sorted by name, found by it and described") {
  const std::vector<const Op*> ops = all_ops();
  for (size_t i = 0; i < ops.size(); i++) {
    CAPTURE(ops[i]->name);
    if (i) CHECK(ops[i - 1]->name < ops[i]->name);
    CHECK(find_op(ops[i]->name) == ops[i]);
    CHECK(!ops[i]->summary.empty());
    CHECK(ops[i]->type);
    if (ops[i]->kind == Kind::elementwise) {
      CHECK(ops[i]->body);
      CHECK(ops[i]->arity > 0);
    }
    if (ops[i]->kind == Kind::movement) CHECK(ops[i]->index_map);
    if (ops[i]->kind == Kind::reduction) CHECK((ops[i]->combine && ops[i]->initial));
    if (ops[i]->kind == Kind::arg_reduction) CHECK(ops[i]->better);
    if (ops[i]->kind == Kind::composite) CHECK(ops[i]->expand);
  }
  CHECK(find_op("no_such_op") == nullptr);
  CHECK(find_op("") == nullptr);
}

TEST_CASE("each elementwise record takes some types, and each that can be sampled is") {
  std::set<const Op*> seen;
  for (const tests::Case& c : tests::elementwise_cases()) seen.insert(c.op);
  for (const Op* op : all_ops())
    if (op->kind == Kind::elementwise) CHECK_MESSAGE(seen.count(op), op->name);
}

// A record that lacks nothing.
static Op whole_record(std::string_view name) {
  return Op{
      .name = name,
      .summary = "x^3",
      .type = build::same_float_type,
      .body = [](Arithmetic&, std::span<const Num> x, const Attributes&) { return x[0] * x[0] * x[0]; },
  };
}

TEST_CASE("registering refuses what is taken, misnamed, incomplete or contradictory") {
  CHECK(refusal(whole_record("add")) == "there is an op \"add\" already");
  CHECK(refusal(whole_record("two words")).find("\"two words\" cannot name an op") == 0);

  Op op = whole_record("test_cube");
  const auto refused_as = [&](const char* why) { return refusal(op).find(why) != std::string::npos; };
  op.type = {};
  CHECK(refused_as("it has no type rule"));
  op = whole_record("test_cube");
  op.body = {};
  CHECK(refused_as("an elementwise op needs a body"));
  op = whole_record("test_cube");
  op.derivative = Derivative::zero;
  op.linearity = Linearity::jointly;
  CHECK(refused_as("its derivative is zero and it has a rule"));
  op = whole_record("test_cube");
  op.samples = {{2, 1}};
  CHECK(refused_as("a sampling range is empty"));
  op = whole_record("test_cube");
  op.kind = Kind::reduction;
  CHECK(refused_as("a reduction needs combine and initial"));
  CHECK(find_op("test_cube") == nullptr);
}

TEST_CASE("the nearest name") {
  CHECK(nearest_op("exponental") == "exponential");
  CHECK(nearest_op("sgin") == "sign");
  CHECK(nearest_op("reduce_summ") == "reduce_sum");
  CHECK(nearest_op("zzzzzzzz").empty());
}
