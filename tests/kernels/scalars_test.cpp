// Long scalar code in every tier, against the evaluator to the bit.
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "../fuzz/compiled.h"
#include "codegen/emit/entry.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"

using namespace wengert;

namespace {

struct Random {
  std::mt19937_64 engine;
  explicit Random(uint64_t seed) : engine(seed) {}
  size_t below(size_t n) { return static_cast<size_t>(engine() % n); }
  double uniform() { return std::uniform_real_distribution<>(-2, 2)(engine); }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
};

Plan plan_of(const Program& program, ScalarTier tier, unsigned vector_bits = 0) {
  return make_plan(
      program, {.scalar_tier = tier, .vector_bits = vector_bits ? vector_bits : Target::host().vector_bits});
}

// Compiles the program as it stands and compares outputs and flags.
void compare(const Program& program, Plan plan, Tier optimisation = Tier::full) {
  INFO(print_plan(plan));
  const fuzz::Compiled compiled(std::move(plan), {.tier = optimisation});
  Random random(1);
  std::vector<Tensor> arguments;
  for (Value input : program.inputs()) {
    const Type& type = program.graph->type(input);
    std::vector<int64_t> shape;
    for (const Extent& extent : type.shape) shape.push_back(*extent.number());
    Tensor& argument = arguments.emplace_back(type.dtype, shape);
    for (int64_t i = 0; i < argument.count(); i++)
      argument.set(i, is_float(type.dtype) ? random.uniform() : static_cast<double>(random.below(2)));
  }
  const Evaluation expected = evaluate(program, arguments), got = compiled.run(arguments, {});
  CHECK(got.flags == expected.flags);
  size_t wrong = 0;
  for (size_t i = 0; i < got.outputs.size(); i++) wrong += !got.outputs[i].same_bits(expected.outputs[i]);
  CHECK(wrong == 0);
}

void compare_tiers(const Program& program) {
  for (ScalarTier tier :
       {ScalarTier::automatic, ScalarTier::at_once, ScalarTier::full, ScalarTier::grouped}) {
    CAPTURE(static_cast<int>(tier));
    compare(program, plan_of(program, tier));
  }
}

void add_output(Program& program, Expr e) {
  program.outputs.push_back({"o" + std::to_string(program.outputs.size()), e.value()});
}

// Nodes of every dtype, each reading some of the last `window` of theirs; every value that none reads is an
// output.
Program mixed(uint64_t seed, size_t nodes, size_t window) {
  Program program;
  Graph& graph = *program.graph;
  Random random(seed);
  const Dtype dtypes[] = {f64, f32, i64, i32, Dtype::boolean};
  std::vector<Expr> values[5];
  for (int d = 0; d < 5; d++)
    for (int i = 0; i < 6; i++)
      values[d].push_back(graph.input("x" + std::to_string(d) + "_" + std::to_string(i), dtypes[d]));
  const auto pick = [&](int d) {
    const std::vector<Expr>& all = values[d];
    return all[all.size() - 1 - random.below(std::min(all.size(), window))];
  };
  for (size_t n = 0; n < nodes; n++) {
    const int d = static_cast<int>(random.below(5));
    const Expr a = pick(d), b = pick(d);
    Expr made;
    switch (random.below(d < 2 ? 13 : d < 4 ? 8 : 4)) {
      case 0: made = d < 4 ? a + b : a & b; break;
      case 1: made = d < 4 ? a * b : a | b; break;
      case 2: made = select(pick(4), a, b); break;
      case 3:
        made = d == 4 ? pick(static_cast<int>(random.below(4))) < 1
                      : convert(pick(static_cast<int>(random.below(5))), dtypes[d]);
        break;
      case 4: made = a - b; break;
      case 5: made = maximum(a, b); break;
      case 6: made = d < 2 ? a * a + b : a * 3 - b; break;
      case 7: made = -a; break;
      case 8: made = sin(a); break;
      case 9: made = cos(a); break;
      case 10: made = exp(-a * a); break;
      case 11: made = tanh(b); break;
      default: made = a / (2.0 + cos(b)); break;
    }
    const Dtype dtype = made.type().dtype;
    values[std::find(dtypes, dtypes + 5, dtype) - dtypes].push_back(made);
  }
  std::vector<char> read(graph.size(), 0);
  for (uint32_t id = 0; id < graph.size(); id++)
    for (Value input : graph.inputs(id)) read[input.node] = 1;
  for (const std::vector<Expr>& list : values)
    for (const Expr& e : list)
      if (!read[e.value().node]) add_output(program, e);
  return program;
}

}  // namespace

TEST_CASE("random scalars of every dtype, wide and narrow, in every tier") {
  compare_tiers(mixed(1, 3000, 400));
  compare_tiers(mixed(2, 3000, 6));
  compare_tiers(mixed(3, 700, 50));
}

TEST_CASE("scalars and their gradient") {
  Program program;
  Random random(4);
  std::vector<Expr> xs, v;
  for (int i = 0; i < 20; i++) xs.push_back(program.graph->input("x" + std::to_string(i), f64));
  v = xs;
  Expr sum = xs[0];
  for (int i = 0; i < 1500; i++) {
    const Expr a = v[v.size() - 1 - random.below(std::min<size_t>(v.size(), 200))], b = random.of(v);
    Expr all[] = {a + b, sin(a * b), a / (2.0 + cos(b)), cos(a), exp(sin(a)), tanh(a), sqrt(1.0 + a * a)};
    v.push_back(all[random.below(7)]);
    if (i % 50 == 0) sum = sum + v.back();
  }
  add_output(program, sum);
  for (const Expr& g : gradients({&sum, 1}, xs)) add_output(program, g);
  compare_tiers(program);
}

TEST_CASE("scalars of one op, in numbers around full vectors") {
  for (int count : {1, 7, 8, 9, 64, 601}) {
    Program program;
    const Expr x = program.graph->input("x", f64);
    for (int i = 0; i < count; i++) add_output(program, sin(x + (0.1 * i)));
    compare_tiers(program);
  }
}

TEST_CASE("vectors of every width hold the same bits") {
  const Program program = mixed(5, 1500, 200);
  for (unsigned bits : {128u, 256u, 512u}) compare(program, plan_of(program, ScalarTier::grouped, bits));
  compare(program, plan_of(program, ScalarTier::grouped), Tier::fast);
  compare(program, plan_of(program, ScalarTier::full), Tier::fast);
}

TEST_CASE("scalars between nests, with indices out of range") {
  Program program;
  const Expr x = program.graph->input("x", f64, {30}), i = program.graph->input("i", i64, {4});
  std::vector<Expr> first;
  const Expr picked = take(x, i + 29);  // some are beyond the end
  for (int k = 0; k < 300; k++) first.push_back(sin(sum(x) * (1.0 + k)) + cos(sum(picked) + k));
  Expr total = first[0];
  for (int k = 1; k < 300; k++) total = total + tanh(first[k] * total);
  const Expr scaled = x * broadcast_to(total, {30});
  std::vector<Expr> second;
  for (int k = 0; k < 300; k++) second.push_back(exp(-sum(scaled) * (0.01 * k)) * first[k]);
  for (int k = 0; k < 300; k++) add_output(program, second[k] + first[299 - k]);
  add_output(program, scaled);
  compare_tiers(program);
}

TEST_CASE("what the plan says of each tier") {
  const Program program = mixed(6, 3000, 400);
  const auto says = [&](ScalarTier tier, const char* what) {
    return print_plan(plan_of(program, tier)).find(what) != std::string::npos;
  };
  CHECK(says(ScalarTier::at_once, " scalars as code in "));
  CHECK_FALSE(says(ScalarTier::at_once, "loops over tables"));
  CHECK(says(ScalarTier::full, " scalars as code in "));
  CHECK(says(ScalarTier::full, "loops over tables"));
  const std::string grouped = print_plan(plan_of(program, ScalarTier::grouped));
  const size_t end = grouped.find("% of lanes used");
  REQUIRE(end != std::string::npos);
  CHECK(std::stoi(grouped.substr(grouped.rfind(' ', end) + 1)) >= 50);
}

TEST_CASE("a few scalars stay in the entry") {
  const std::string plan = print_plan(plan_of(mixed(8, 300, 50), ScalarTier::automatic));
  CHECK(plan.find("slots") == std::string::npos);
}

namespace {

// One block again and again: each on an input of its own, or each on what the last one gave.
Program repeated(int trips, bool chain) {
  Program program;
  Graph& graph = *program.graph;
  std::vector<Expr> xs, weights;
  for (int i = 0; i < 3; i++) weights.push_back(graph.input("w" + std::to_string(i), f64));
  for (int i = 0; i < (chain ? 1 : trips); i++) xs.push_back(graph.input("x" + std::to_string(i), f64));
  Expr sum, carried = xs[0];
  for (int trip = 0; trip < trips; trip++) {
    Random random(9);  // the same block each time
    std::vector<Expr> v = weights;
    v.push_back(chain ? carried : xs[static_cast<size_t>(trip)]);
    for (int i = 0; i < 20; i++) {
      const Expr a = v.back(), b = random.of(v);
      const Expr all[] = {a + b, sin(a * b), a / (2.0 + cos(b)), exp(sin(a)), tanh(a - b)};
      v.push_back(all[random.below(5)]);
    }
    carried = v.back();
    sum = sum.absent() ? carried : sum + carried;
  }
  const Expr result = chain ? carried : sum;
  add_output(program, result);
  std::vector<Expr> by = weights;
  by.push_back(xs[0]), by.push_back(xs.back());
  if (chain) by.pop_back();
  for (const Expr& g : gradients({&result, 1}, by)) add_output(program, g);
  return program;
}

size_t object_size(const Program& program) {
  const Plan plan = plan_of(program, ScalarTier::automatic);
  Compilation compilation(Target::host(), {}, "test");
  emit_entry(compilation, plan, describe_entry(plan, "kernel"));
  return compilation.emit_object().size();
}

}  // namespace

TEST_CASE("what repeats is a loop, of the same bits") {
  for (const bool chain : {false, true}) {
    CAPTURE(chain);
    for (int trips : {40, 41, 47}) {
      const Program program = repeated(trips, chain);
      const Plan plan = plan_of(program, ScalarTier::automatic);
      CHECK(print_plan(plan).find("loops over what repeats") != std::string::npos);
      compare(program, plan);
      compare(program, plan_of(program, ScalarTier::automatic, 128));
    }
    compare_tiers(repeated(30, chain));
  }
  // One input a trip is an argument each, so the chain alone shows the size of the code.
  CHECK(object_size(repeated(400, true)) < object_size(repeated(50, true)) * 5 / 4);
}
