// What is written beside an object: the header compiles and links in C and C++, the JSON parses, the Python
// file runs.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <nlohmann/json.hpp>

#include "codegen/calling_convention.h"
#include "codegen/compiler.h"
#include "codegen/describe/c_header.h"
#include "codegen/describe/json_description.h"
#include "codegen/describe/python_wrapper.h"
#include "codegen/llvm_types.h"
#include "codegen/shared_library.h"
#include "ir/error.h"

using namespace wengert;
namespace fs = std::filesystem;

namespace {

const Extent n = Extent::symbol("N"), d = Extent::symbol("lambda");

/// Two entries: one whose names clash with everything, one with no symbols.
ObjectDescription description() {
  Entry first;
  first.symbol = "first";
  first.summary = "ends */ nothing, and /*/ begins";
  first.inputs = {{"double", {f64, {}}}, {"x", {f64, {n, d + Extent(1)}}}, {"mask", {boolean, {n}}}};
  first.symbols = {"N", "lambda"};
  first.outputs = {{"x", {f64, {}}}, {"rows", {i64, {d}}}};
  first.workspace = n * Extent(8);
  Entry second;
  second.symbol = "second";
  second.inputs = {{"a", {f32, {}}}, {"flag", {boolean, {}}}};
  second.outputs = {{"b", {f32, {Extent(2)}}}};
  return {"kernels", Target::host(), {first, second}};
}

/// first: x_ = double_ + x[0, 0] if mask[0], rows[0] = N and an index flag; second: b = {a, flag}.
std::vector<char> object_of(const ObjectDescription& object) {
  Compilation compilation(object.target, {}, object.name);
  llvm::IRBuilder<> builder(compilation.context());
  {
    const EntryPoint p = begin_entry(compilation, object.entries[0], builder);
    llvm::Value* x = load_elements(builder, f64, p.inputs[1], 1);
    llvm::Value* mask = load_elements(builder, boolean, p.inputs[2], 1);
    llvm::Value* sum = builder.CreateFAdd(p.inputs[0], x);
    store_elements(builder, f64, builder.CreateSelect(mask, sum, p.inputs[0]), p.outputs[0], 1);
    store_elements(builder, i64, p.symbols.at("N"), p.outputs[1], 1);
    store_elements(builder, f64, sum, p.workspace, 1);
    end_entry(compilation, object.entries[0], builder, builder.getInt32(1));
  }
  const EntryPoint p = begin_entry(compilation, object.entries[1], builder);
  store_elements(builder, f32, p.inputs[0], p.outputs[0], 1);
  llvm::Value* flag = builder.CreateUIToFP(p.inputs[1], builder.getFloatTy());
  store_elements(builder, f32, flag, builder.CreateConstGEP1_64(builder.getFloatTy(), p.outputs[0], 1), 1);
  end_entry(compilation, object.entries[1], builder);
  return compilation.emit_object();
}

/// A folder of its own, removed at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("wengert-descriptions-" + std::to_string(std::rand()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, std::string_view text) const { std::ofstream(path / name) << text; }
  bool run(const std::string& command) const {
    return std::system(("cd '" + path.string() + "' && " + command).c_str()) == 0;
  }
};

constexpr const char* program = R"(
#include "kernels.h"
#include "kernels.h"
#include <stdlib.h>
int main(void) {
  double x[6] = {2, 0, 0, 0, 0, 0}, result = 0;
  uint8_t mask[2] = {1, 0};
  int64_t rows[2] = {0, 0};
  float b[2];
  int64_t symbols[2] = {2, 2};
  void *workspace = malloc(first_workspace(2, 2));
  if (first_packed_workspace(symbols) != first_workspace(2, 2) || second_packed_workspace(NULL) != 0) return 5;
  int code = first(0.5, x, mask, 2, 2, &result, rows, workspace);
  if (code != WENGERT_INDEX_OUT_OF_RANGE || result != 2.5 || rows[0] != 2) return 1;
  if (first(0.5, x, mask, -2, 2, &result, rows, workspace) != WENGERT_BAD_SYMBOL) return 2;
  free(workspace);
  if (second_workspace() != 0 || second(1.5f, 1, b, NULL) != WENGERT_OK) return 3;
  return b[0] == 1.5f && b[1] == 1.0f && WENGERT_ABI_VERSION == 1 ? 0 : 4;
}
)";

constexpr const char* script = R"PYTHON(
import warnings
import numpy, kernels
warnings.simplefilter("ignore")
x = numpy.asfortranarray(numpy.arange(1.0, 7).reshape(2, 3))
result, rows = kernels.first(2, x, [True, False])
assert result == 3.0 and rows.shape == (2,) and rows[0] == 2, (result, rows)
assert kernels.first(2, x, [True, False], N=2).x_ == 3.0
assert kernels.second(1.5, True).tolist() == [1.5, 1.0]
assert kernels.second(1.5, True).dtype == numpy.float32
assert "x_: f64" in kernels.first.__doc__, kernels.first.__doc__

def fails(error, text, call):
    try:
        call()
    except error as e:
        assert text in str(e), e
    else:
        raise AssertionError(text)

fails(ValueError, "mask has shape (3,), wanted [N] with N=2", lambda: kernels.first(2, x, [True] * 3))
fails(ValueError, "x has shape (6,)", lambda: kernels.first(2, x.ravel(), [True, False]))
fails(ValueError, "N=3", lambda: kernels.first(2, x, [True, False], N=3))
fails(TypeError, "x is complex128, wanted f64", lambda: kernels.first(2, x + 1j, [True, False]))
fails(TypeError, "a is float64, wanted f32", lambda: kernels.second(numpy.float64(1.5), True))
fails(ValueError, "first: a size is negative with N=2, lambda_=-1",
      lambda: kernels.first(2, numpy.zeros((2, 0)), [True, False]))
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    kernels.first(2, x, [True, False])
    assert "out of range" in str(seen[0].message)
)PYTHON";

}  // namespace

TEST_CASE("the header compiles as C99 and C++, and its declarations link") {
  const ObjectDescription object = description();
  const std::vector<char> bytes = object_of(object);
  const Folder folder;
  folder.write("kernels.h", write_c_header(object));
  folder.write("kernels.o", {bytes.data(), bytes.size()});
  folder.write("main.c", program);
  folder.write("main.cpp", program);
  CHECK(folder.run("cc -std=c99 -Wall -Wextra -pedantic -Werror main.c kernels.o -o c && ./c"));
  CHECK(folder.run("c++ -std=c++11 -Wall -Wextra -pedantic -Werror main.cpp kernels.o -o cpp && ./cpp"));
}

TEST_CASE("the header says what there is") {
  ObjectDescription object = description();
  object.external = {"user_function"};
  const std::string header = write_c_header(object);
  for (const char* part :
       {"x: f64[N, lambda_ + 1]", "workspace: 8*N + 63 bytes", "workspace: 0 bytes",
        "ends * / nothing, and / * / begins", "user_function", "size_t second_workspace(void);"})
    CHECK_MESSAGE(header.find(part) != std::string::npos, part);
}

TEST_CASE("JSON") {
  const auto json = nlohmann::json::parse(write_json_description(description()));
  CHECK(json["abi"] == 1);
  const auto& first = json["entries"][0];
  CHECK(first["symbol"] == "first");
  CHECK(first["arguments"][0]["name"] == "double_");
  CHECK(first["arguments"][0]["passing"] == "value");
  CHECK(first["arguments"][1]["shape"] == nlohmann::json{"N", "lambda_ + 1"});
  CHECK(first["arguments"].size() == 8);
  CHECK(json["entries"][1]["arguments"][2]["shape"] == nlohmann::json{2});
}

TEST_CASE("a donated input is one argument, in its own place") {
  ObjectDescription object = description();
  object.entries[0].outputs[0].type = object.entries[0].inputs[1].type;
  object.entries[0].donations = {{1, 0}};
  const std::string header = write_c_header(object);
  for (const char* part : {"double *x,\n        const uint8_t *mask", "in-out x: f64[N, lambda_ + 1]",
                           "becomes x\n", "it overlaps nothing. NAME_packed takes it"})
    CHECK_MESSAGE(header.find(part) != std::string::npos, part);
  CHECK(header.find("x_") == std::string::npos);
  CHECK(write_c_header(description()).find("in-out") == std::string::npos);
  const auto arguments = nlohmann::json::parse(write_json_description(object))["entries"][0]["arguments"];
  CHECK(arguments.size() == 7);
  CHECK(arguments[1]["role"] == "inout");
  CHECK(arguments[1]["output"] == "x");
  CHECK(arguments[5]["name"] == "rows");
}

TEST_CASE("the Python file runs its kernels") {
  const ObjectDescription object = description();
  const Folder folder;
  folder.write("kernels.py", write_python_wrapper(object));
  folder.write("test.py", script);
  write_shared_library(object_of(object), object.target,
                       (folder.path / shared_library_name("kernels")).string());
  const char* chosen = std::getenv("WENGERT_TEST_PYTHON");
  const std::string python = chosen ? chosen : "python3";
  if (!folder.run(python + " -c 'import numpy' 2>/dev/null")) {
    MESSAGE("no NumPy here: only the syntax is checked");
    CHECK(folder.run(python + " -m py_compile kernels.py"));
    return;
  }
  CHECK(folder.run(python + " test.py"));
}

TEST_CASE("a shared library that cannot be written") {
  const ObjectDescription object = description();
  try {
    write_shared_library(object_of(object), object.target, "/nonexistent/kernels.so");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == Code::file);
    CHECK(error.message().find("/nonexistent/kernels.so") != std::string::npos);
  }
}
