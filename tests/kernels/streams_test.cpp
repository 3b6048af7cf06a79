// Stores around the caches: the same bits wherever arrays begin, and only where outputs are large.
#include "../fuzz/compiled.h"
#include "codegen/emit/entry.h"
#include "compare.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

bool streams(const Program& program, CompileOptions options = {}) {
  const Plan plan = make_plan(program);
  Compilation compilation(Target::named("x86_64-unknown-linux-gnu"), std::move(options), "test");
  emit_entry(compilation, plan, describe_entry(plan, "kernel"));
  return compilation.emit_assembly().find("vmovnt") != std::string::npos;
}

// Outputs begin at a page or end at one, so that most begin between vectors.
void compare_streamed(const Program& program) {
  CHECK(streams(program));
  const fuzz::Compiled compiled(program, {.beyond_caches = 0});
  for (int64_t n : {0, 1, 5, 8, 15, 16, 17, 24, 31, 64, 100, 1003, 4099})
    for (int64_t m : {0, 1, 3, 7, 8, 16, 21}) {
      const Bindings sizes = {{"N", n}, {"M", m}};
      std::vector<Tensor> arguments;
      for (Value input : program.inputs()) {
        std::vector<int64_t> shape;
        for (const Extent& e : program.graph->type(input).shape) shape.push_back(e.evaluate(sizes));
        Tensor& made = arguments.emplace_back(program.graph->type(input).dtype, std::move(shape));
        for (int64_t i = 0; i < made.count(); i++) made.set(i, 0.25 + static_cast<double>(i * 7 % 23));
      }
      const Evaluation expected = evaluate(program, arguments, sizes), got = compiled.run(arguments, sizes);
      INFO("N=", n, " M=", m);
      for (size_t i = 0; i < expected.outputs.size(); i++) {
        INFO(program.outputs[i].name);
        CHECK(got.outputs[i].same_bits(expected.outputs[i]));
      }
    }
}

}  // namespace

TEST_CASE("maps of whole arrays stream") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N}), y = b.in("y", dtype, {M});
    b.out("sum", x + x * x);
    b.out("root", sqrt(x));
    b.out("both", broadcast_in_dim(x, {N, M}, {0}) * broadcast_in_dim(y, {N, M}, {1}));
    compare_streamed(b.program);
  }
}

TEST_CASE("maps beside folds of the same rows stream") {
  Build b;
  const Expr x = b.in("x", f64, {N}), y = b.in("y", f64, {M});
  const Expr e = exp(-x);
  b.out("total", sum(e * x));
  b.out("one", e * 2.0);
  b.out("other", e - x);
  b.out("again", broadcast_to(sum(y), {M}) + y);
  compare_streamed(b.program);
}

TEST_CASE("small outputs, and those that are read again, do not stream") {
  Build small;
  small.out("y", small.in("x", f64, {1000}) * 2.0);
  CHECK_FALSE(streams(small.program));
  CHECK(streams(small.program, {.beyond_caches = 0}));
  Build again;
  const Expr y = exp(again.in("x", f64, {N}));
  again.out("y", y);
  again.out("total", sum(y));
  CHECK_FALSE(streams(again.program));
}
