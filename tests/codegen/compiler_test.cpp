// Targets, object emission, the check for undefined symbols, and the JIT.
#include <doctest/doctest.h>

#include <thread>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include "codegen/compiler.h"
#include "codegen/jit.h"
#include "ir/error.h"
#include "messages.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

llvm::Function* unary_function(Compilation& compilation, llvm::IRBuilder<>& builder, const char* name) {
  llvm::Type* type = builder.getDoubleTy();
  auto* function = llvm::Function::Create(llvm::FunctionType::get(type, {type}, false),
                                          llvm::Function::ExternalLinkage, name, compilation.module());
  builder.SetInsertPoint(llvm::BasicBlock::Create(compilation.context(), "entry", function));
  return function;
}

std::vector<char> add_constant(double constant) {
  Compilation compilation(Target::host(), {}, "add");
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* f = unary_function(compilation, builder, "add_constant");
  builder.CreateRet(builder.CreateFAdd(f->getArg(0), llvm::ConstantFP::get(builder.getDoubleTy(), constant)));
  return compilation.emit_object();
}

/// A function that calls `name` of the C library.
std::vector<char> calls(const char* name, CompileOptions options) {
  Compilation compilation(Target::host(), options, "calls");
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* f = unary_function(compilation, builder, "outer");
  auto callee = compilation.module().getOrInsertFunction(name, f->getFunctionType());
  builder.CreateRet(builder.CreateCall(callee, {f->getArg(0)}));
  return compilation.emit_object();
}

}  // namespace

TEST_CASE("targets") {
  const Target host = Target::host();
  CHECK(host.fma);
  CHECK(host.runs_here());
  CHECK(Target::named("", "native").features == host.features);
  const Target v3 = Target::named("x86_64-linux-gnu");
  CHECK(v3.cpu == "x86-64-v3");
  CHECK(v3.vector_bits == 256);
  CHECK(v3.lanes(8) == 4);
  CHECK(Target::named("x86_64-linux-gnu", "x86-64-v4").vector_bits == 512);
  const Target arm = Target::named("aarch64-linux-gnu");
  CHECK(arm.cpu == "generic");
  CHECK(arm.vector_bits == 128);
  CHECK(arm.runs_here() == host.triple.starts_with("aarch64"));
}

TEST_CASE("targets that there are not") {
  const auto named = [](const char* triple, const char* cpu) {
    return message_of([=] { Target::named(triple, cpu); }, Code::target);
  };
  CHECK(contains(named("pdp11-dec-unix", ""), "Wengert compiles for x86_64 and aarch64"));
  CHECK(contains(named("x86_64-apple-darwin", ""), "ELF"));
  CHECK(contains(named("x86_64-linux-gnu", "pentium9"), "no CPU 'pentium9'"));
  CHECK(contains(named("x86_64-linux-gnu", "pentium9"), "x86-64-v3"));
  CHECK_FALSE(contains(named("x86_64-linux-gnu", "pentium9"), "x86-64-v2"));
  CHECK(contains(named("x86_64-linux-gnu", "x86-64-v2"), "no fused multiply-add"));
  CHECK(contains(named("aarch64-linux-gnu", "znver4"), "no CPU 'znver4'"));
}

TEST_CASE("object to memory to call") {
  const auto kernel = load_object(add_constant(2.5));
  auto* f = kernel->function<double(double)>("add_constant");
  REQUIRE((f != nullptr));
  CHECK(f(1) == 3.5);
  CHECK(kernel->find("other") == nullptr);
}

TEST_CASE("kernels of the same symbol live side by side, made and freed by many threads") {
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([t, &wrong] {
      for (int i = 0; i < 20; i++) {
        const auto one = load_object(add_constant(t)), two = load_object(add_constant(i));
        wrong[t] += one->function<double(double)>("add_constant")(1) != 1 + t;
        wrong[t] += two->function<double(double)>("add_constant")(1) != 1 + i;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (int w : wrong) CHECK(w == 0);
}

TEST_CASE("a library function in an object is an error that names it") {
  CHECK(contains(message_of([] { calls("sin", {}); }, Code::target), "would need sin from a library"));
  const std::vector<char> object = calls("user_function", {.external = {"user_function"}});
  CHECK(undefined_symbols(object) == std::vector<std::string>{"user_function"});
  CHECK(contains(message_of([&] { load_object(object); }, Code::target), "user_function"));
  double (*twice)(double) = [](double x) { return 2 * x; };
  const auto kernel = load_object(object, {{"user_function", reinterpret_cast<void*>(twice)}});
  CHECK(kernel->function<double(double)>("outer")(21) == 42);
}

TEST_CASE("instructions that become library calls are caught") {
  Compilation compilation(Target::host(), {}, "remainder");
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* f = unary_function(compilation, builder, "rest");
  builder.CreateRet(builder.CreateFRem(f->getArg(0), llvm::ConstantFP::get(builder.getDoubleTy(), 3)));
  CHECK(contains(message_of([&] { compilation.emit_object(); }, Code::target), "fmod"));
}

TEST_CASE("invalid IR is an internal error") {
  Compilation compilation(Target::host(), {}, "invalid");
  llvm::IRBuilder<> builder(compilation.context());
  unary_function(compilation, builder, "no_end");
  CHECK(contains(message_of([&] { compilation.emit_object(); }, Code::internal), "invalid LLVM IR"));
}

TEST_CASE("text and bitcode before the object") {
  Compilation compilation(Target::named("aarch64-linux-gnu"), {}, "all");
  llvm::IRBuilder<> builder(compilation.context());
  llvm::Function* f = unary_function(compilation, builder, "twice");
  builder.CreateRet(builder.CreateFAdd(f->getArg(0), f->getArg(0)));
  CHECK(contains(compilation.emit_ir(), "define dso_local double @twice"));
  CHECK(contains(compilation.emit_assembly(), "fadd\td0, d0, d0"));
  const std::vector<char> bitcode = compilation.emit_bitcode();
  CHECK(std::string(bitcode.begin(), bitcode.begin() + 2) == "BC");
  const std::vector<char> object = compilation.emit_object();
  CHECK(std::string(object.begin() + 1, object.begin() + 4) == "ELF");
  message_of([&] { compilation.emit_object(); }, Code::internal);
  message_of([&] { load_object(object); }, Code::target);
}
