// Bodies compiled for aarch64 and run under qemu, against the interpreter; where the cross compiler and qemu
// are.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "body_kernel.h"
#include "body_values.h"
#include "ir/interpret.h"

using namespace wengert;
using namespace wengert::test;
namespace fs = std::filesystem;

namespace {

constexpr size_t count = 2560;

/// A C program that feeds every case from standard input and writes what it gives.
std::string driver(const std::vector<BodyCase>& cases) {
  std::string declarations, calls;
  for (const BodyCase& test : cases) {
    declarations += fmt::format("void {}(const void *const *, void *const *, int64_t);\n", test.name);
    calls += "  {\n    const void *in[8]; void *out[8];\n";
    for (size_t i = 0; i < test.body.inputs.size(); i++)
      calls += fmt::format("    in[{}] = take({});\n", i, size_of(test.body.inputs[i]));
    for (size_t i = 0; i < test.body.outputs.size(); i++)
      calls += fmt::format("    out[{}] = malloc(8 * COUNT);\n", i);
    calls += fmt::format("    {}(in, out, COUNT);\n", test.name);
    for (size_t i = 0; i < test.body.outputs.size(); i++)
      calls += fmt::format("    fwrite(out[{}], {}, COUNT, stdout);\n", i,
                           size_of(test.body.type(test.body.outputs[i])));
    calls += "  }\n";
  }
  return fmt::format(
      "#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\nenum {{ COUNT = {} }};\n{}"
      "static void *take(size_t size) {{\n  void *p = malloc(size * COUNT);\n"
      "  if (fread(p, size, COUNT, stdin) != COUNT) exit(1);\n  return p;\n}}\n"
      "int main(void) {{\n{}  return 0;\n}}\n",
      count, declarations, calls);
}

bool run(const fs::path& folder, const std::string& command) {
  return std::system(fmt::format("cd '{}' && {}", folder.string(), command).c_str()) == 0;
}

}  // namespace

TEST_CASE("bodies on aarch64") {
  if (std::system("which aarch64-linux-gnu-gcc qemu-aarch64 > /dev/null 2>&1") != 0) {
    MESSAGE("no aarch64-linux-gnu-gcc and qemu-aarch64 here: not run");
    return;
  }
  const std::vector<BodyCase> cases = body_cases();
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("wengert-aarch64-{}", std::random_device()());
  fs::create_directories(folder);
  std::ofstream(folder / "main.c") << driver(cases);
  std::mt19937_64 random(1);
  std::vector<std::vector<std::byte>> expected;
  std::ofstream input(folder / "input", std::ios::binary);
  for (const BodyCase& test : cases) {
    std::vector<std::vector<std::byte>> in;
    std::vector<const void*> inputs;
    std::vector<void*> outputs;
    for (size_t i = 0; i < test.body.inputs.size(); i++)
      in.push_back(sample_values(test.body.inputs[i], i, count, random));
    for (const auto& x : in) inputs.push_back(x.data());
    for (const auto& x : in)
      input.write(reinterpret_cast<const char*>(x.data()), static_cast<std::streamsize>(x.size()));
    const size_t first = expected.size();
    for (uint32_t output : test.body.outputs) expected.emplace_back(size_of(test.body.type(output)) * count);
    for (size_t i = first; i < expected.size(); i++) outputs.push_back(expected[i].data());
    interpret(test.body, inputs, std::vector<int>(inputs.size(), 1), outputs, count);
  }
  input.close();
  for (unsigned lanes : {1u, 2u, 8u}) {
    CAPTURE(lanes);
    const std::vector<char> object =
        compile_bodies(cases, Target::named("aarch64-linux-gnu"), Tier::full, lanes);
    std::ofstream(folder / "bodies.o", std::ios::binary)
        .write(object.data(), static_cast<std::streamsize>(object.size()));
    REQUIRE(run(
        folder,
        "aarch64-linux-gnu-gcc -static -w main.c bodies.o -o main && qemu-aarch64 ./main < input > output"));
    std::ifstream output(folder / "output", std::ios::binary);
    size_t which = 0;
    for (const BodyCase& test : cases)
      for (uint32_t id : test.body.outputs) {
        const Dtype dtype = test.body.type(id);
        const std::vector<std::byte>& wanted = expected[which++];
        std::vector<std::byte> got(wanted.size());
        output.read(reinterpret_cast<char*>(got.data()), static_cast<std::streamsize>(got.size()));
        for (size_t i = 0; i < count; i++) {
          const size_t at = i * size_of(dtype);
          if (same_element(dtype, &wanted[at], &got[at])) continue;
          FAIL_CHECK(test.name << " at " << i << " is " << shown(dtype, &got[at]) << " on aarch64, "
                               << shown(dtype, &wanted[at]) << " interpreted");
          break;
        }
      }
  }
  fs::remove_all(folder);
}
