// The calling convention: arguments, checks at entry, workspace and packed functions, names.
#include <doctest/doctest.h>

#include <array>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/calling_convention.h"
#include "codegen/compiler.h"
#include "codegen/jit.h"
#include "codegen/llvm_types.h"
#include "ir/error.h"
#include "messages.h"
#include "runtime/kernel_abi.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

const Extent n = Extent::symbol("N"), d = Extent::symbol("D");

/// f(flag, scale, X[N, D], y[N-1]) -> total (scalar), Z[D]: total = scale if flag, the workspace's low bits
/// elsewhere.
Entry example() {
  Entry entry;
  entry.symbol = "example";
  entry.summary = "a test";
  entry.inputs = {
      {"flag", {boolean, {}}}, {"scale", {f64, {}}}, {"X", {f64, {n, d}}}, {"y", {f32, {n - Extent(1)}}}};
  entry.symbols = {"N", "D"};
  entry.outputs = {{"total", {f64, {}}}, {"Z", {i32, {d}}}};
  entry.workspace = n * Extent(8) + Extent::floor_divide(d, n);
  return entry;
}

void build(Compilation& compilation, const Entry& entry) {
  llvm::IRBuilder<> builder(compilation.context());
  const EntryPoint point = begin_entry(compilation, entry, builder);
  llvm::Value* low = builder.CreateAnd(builder.CreatePtrToInt(point.workspace, builder.getInt64Ty()), 63);
  llvm::Value* misaligned = builder.CreateUIToFP(low, builder.getDoubleTy());
  store_elements(builder, f64, builder.CreateSelect(point.inputs[0], point.inputs[1], misaligned),
                 point.outputs[0], 1);
  end_entry(compilation, entry, builder, builder.getInt32(WENGERT_INDEX_OUT_OF_RANGE));
}

std::shared_ptr<runtime::Kernel> load(const Entry& entry, Tier tier = Tier::full) {
  Compilation compilation(Target::host(), {.tier = tier}, "example");
  build(compilation, entry);
  return load_object(compilation.emit_object());
}

}  // namespace

TEST_CASE("arguments and checks") {
  for (Tier tier : {Tier::fast, Tier::full}) {
    const auto kernel = load(example(), tier);
    auto* f = kernel->function<int(uint8_t, double, const double*, const float*, int64_t, int64_t, double*,
                                   int32_t*, void*)>("example");
    auto* packed = kernel->function<runtime::PackedEntry>("example_packed");
    auto* workspace = kernel->function<size_t(int64_t, int64_t)>("example_workspace");
    REQUIRE((f && packed && workspace));
    double x[6] = {}, total = -1;
    float y[6] = {};
    int32_t z[6] = {};
    alignas(64) char space[256];

    CHECK(workspace(2, 3) == 2 * 8 + 1 + 63);
    CHECK(workspace(1, 0) == 8 + 63);
    CHECK(workspace(-1, 3) == SIZE_MAX);
    CHECK(workspace(0, 3) == SIZE_MAX);  // y has N-1 elements, and D is divided by N
    CHECK(workspace(INT64_MAX / 4, 3) == SIZE_MAX);
    auto* packed_workspace = kernel->function<runtime::PackedWorkspace>("example_packed_workspace");
    REQUIRE((packed_workspace != nullptr));
    for (const auto& sizes : {std::array<int64_t, 2>{2, 3}, {1, 0}, {-1, 3}, {INT64_MAX / 4, 3}})
      CHECK(packed_workspace(sizes.data()) == workspace(sizes[0], sizes[1]));

    CHECK(f(1, 2.5, x, y, 2, 3, &total, z, space + 1) == WENGERT_INDEX_OUT_OF_RANGE);
    CHECK(total == 2.5);
    CHECK(f(0, 2.5, x, y, 2, 3, &total, z, space + 1) == WENGERT_INDEX_OUT_OF_RANGE);
    CHECK(total == 0);
    total = -1;
    CHECK(f(1, 2.5, x, y, -2, 3, &total, z, space) == WENGERT_BAD_SYMBOL);
    CHECK(f(1, 2.5, x, y, 2, -3, &total, z, space) == WENGERT_BAD_SYMBOL);
    CHECK(f(1, 2.5, x, y, 0, 3, &total, z, space) == WENGERT_BAD_EXTENT);
    CHECK(f(1, 2.5, x, y, int64_t{1} << 40, int64_t{1} << 40, &total, z, space) == WENGERT_SIZE_OVERFLOW);
    CHECK(f(1, 2.5, x, y, INT64_MAX, 1, &total, z, space) == WENGERT_SIZE_OVERFLOW);
    CHECK(f(1, 2.5, nullptr, y, 2, 3, &total, z, space) == WENGERT_NULL_INPUT);
    CHECK(f(1, 2.5, x, nullptr, 2, 3, &total, z, space) == WENGERT_NULL_INPUT);
    CHECK(f(1, 2.5, x, y, 2, 3, nullptr, z, space) == WENGERT_NULL_OUTPUT);
    CHECK(f(1, 2.5, x, y, 2, 3, &total, nullptr, space) == WENGERT_NULL_OUTPUT);
    CHECK(f(1, 2.5, x, y, 2, 3, &total, z, nullptr) == WENGERT_NULL_WORKSPACE);
    CHECK(total == -1);
    CHECK(f(1, 7, nullptr, nullptr, 1, 0, &total, nullptr, space) == WENGERT_INDEX_OUT_OF_RANGE);
    CHECK(total == 7);

    const uint8_t flag = 1;
    const double scale = 4.5;
    const void* inputs[] = {&flag, &scale, x, y};
    const int64_t symbols[] = {2, 3};
    void* outputs[] = {&total, z};
    CHECK(packed(inputs, symbols, outputs, space) == WENGERT_INDEX_OUT_OF_RANGE);
    CHECK(total == 4.5);
    inputs[1] = nullptr;
    CHECK(packed(inputs, symbols, outputs, space) == WENGERT_NULL_INPUT);
  }
}

TEST_CASE("no workspace") {
  Entry entry = example();
  entry.workspace = 0;
  const auto kernel = load(entry);
  auto* f = kernel->function<int(uint8_t, double, const double*, const float*, int64_t, int64_t, double*,
                                 int32_t*, void*)>("example");
  double total = 0;
  CHECK(kernel->function<size_t(int64_t, int64_t)>("example_workspace")(1, 0) == 0);
  CHECK(f(1, 3, nullptr, nullptr, 1, 0, &total, nullptr, nullptr) == WENGERT_INDEX_OUT_OF_RANGE);
  CHECK(total == 3);
}

TEST_CASE("extents at entry agree with their evaluation") {
  const Extent extents[] = {n * n * Extent(3) - d + Extent(5), Extent::floor_divide(n - Extent(7), d),
                            Extent::floor_divide(Extent(0) - n, d) + Extent::minimum(n, d * Extent(2)),
                            Extent::maximum(n - d, Extent::floor_divide(n, Extent(2)))};
  for (const Extent& extent : extents) {
    Compilation compilation(Target::host(), {}, "extent");
    llvm::IRBuilder<> builder(compilation.context());
    llvm::Type* i64_type = builder.getInt64Ty();
    auto* function = llvm::Function::Create(llvm::FunctionType::get(i64_type, {i64_type, i64_type}, false),
                                            llvm::Function::ExternalLinkage, "extent", compilation.module());
    builder.SetInsertPoint(llvm::BasicBlock::Create(compilation.context(), "entry", function));
    builder.CreateRet(emit_extent(builder, extent, {{"N", function->getArg(0)}, {"D", function->getArg(1)}}));
    const auto kernel = load_object(compilation.emit_object());
    for (int64_t a = 0; a < 12; a++)
      for (int64_t b = 1; b < 5; b++)
        CHECK(kernel->function<int64_t(int64_t, int64_t)>("extent")(a, b) ==
              extent.evaluate({{"N", a}, {"D", b}}));
  }
}

TEST_CASE("names of arguments") {
  Entry entry;
  entry.symbol = "f";
  for (const char* name : {"double", "lambda", "x", "x", "1st", "a.b", "f", "workspace", "N"})
    entry.inputs.push_back({name, {f64, {}}});
  entry.symbols = {"N"};
  entry.outputs = {{"x", {f64, {Extent::symbol("N") * Extent(2)}}}};
  const ArgumentNames names(entry);
  CHECK(names.inputs ==
        std::vector<std::string>{"double_", "lambda_", "x", "x_", "x1st", "a_b", "f_", "workspace_", "N"});
  CHECK(names.symbols == std::vector<std::string>{"N_"});
  CHECK(names.outputs == std::vector<std::string>{"x__"});
  CHECK(names.spell(entry, entry.outputs[0].type) == "f64[2*N_]");
}

TEST_CASE("entries that cannot be") {
  const auto refused = [](auto change, Code code) {
    Entry entry = example();
    change(entry);
    return message_of([&] { load(entry); }, code);
  };
  CHECK(contains(refused([](Entry& e) { e.symbol = "double"; }, Code::name), "'double' cannot be the name"));
  CHECK(contains(refused([](Entry& e) { e.symbol = "a b"; }, Code::name), "'a b' cannot be the name"));
  CHECK(
      contains(refused([](Entry& e) { e.symbols = {"N"}; }, Code::argument), "no argument for the symbol D"));
  CHECK(contains(
      refused([](Entry& e) { e.outputs[1].type.shape = {Extent(1), Extent(INT64_MAX)}; }, Code::size),
      "do not fit 64 bits"));
  Compilation twice(Target::host(), {}, "twice");
  build(twice, example());
  CHECK(contains(message_of([&] { build(twice, example()); }, Code::name), "two functions"));
}
