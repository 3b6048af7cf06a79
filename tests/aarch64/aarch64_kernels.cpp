// Kernels for aarch64 give the evaluator's bits: all subjects become entries of one object, which a C driver
// runs under qemu.
//
//   aarch64_kernels DRIVER.c FOLDER      exit code 77: the cross compiler or qemu is missing
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "codegen/compiler.h"
#include "codegen/emit/entry.h"
#include "ir/evaluate.h"
#include "passes/pipeline.h"
#include "subjects.h"

using namespace wengert;
using namespace wengert::aarch64;
namespace fs = std::filesystem;

namespace {

constexpr int skipped = 77;

bool shell(const std::string& command) { return std::system(command.c_str()) == 0; }

class Values {
 public:
  explicit Values(const fs::path& path) : file_(path, std::ios::binary) {
    file_.exceptions(std::ios::badbit | std::ios::failbit);
  }
  void number(int64_t n) { file_.write(reinterpret_cast<const char*>(&n), sizeof n); }
  void data(const Tensor& t) {
    file_.write(reinterpret_cast<const char*>(t.bytes.data()), static_cast<std::streamsize>(t.bytes.size()));
  }

 private:
  std::ofstream file_;
};

void write_run(Values& values, size_t entry, const Program& program, const Plan& plan, const Run& run) {
  const Evaluation expected = evaluate(program, run.arguments, run.symbols);
  values.number(static_cast<int64_t>(entry));
  values.number(expected.flags);
  const int64_t workspace = plan.workspace.evaluate(run.symbols);
  values.number(workspace == 0 ? 0 : workspace + 63);  // the kernel aligns it
  const std::vector<std::string> symbols = program.symbols();
  values.number(static_cast<int64_t>(symbols.size()));
  for (const std::string& symbol : symbols) values.number(run.symbols.at(symbol));
  values.number(static_cast<int64_t>(run.arguments.size()));
  for (const Tensor& t : run.arguments) values.number(static_cast<int64_t>(t.bytes.size())), values.data(t);
  values.number(static_cast<int64_t>(expected.outputs.size()));
  for (const Tensor& t : expected.outputs) {
    values.number(static_cast<int64_t>(t.bytes.size()));
    values.number(is_float(t.dtype) ? static_cast<int64_t>(size_of(t.dtype)) : 0);
    values.data(t);
  }
}

// Files in `folder`: kernels.o, table.c, values.
void write_all(const std::vector<Subject>& subjects, const fs::path& folder) {
  const Target target = Target::named("aarch64-linux-gnu");
  Compilation compilation(target, {}, "kernels");
  Values values(folder / "values");
  std::string declarations, table;
  for (size_t i = 0; i < subjects.size(); i++) {
    const Program program = optimize(subjects[i].program);
    const Plan plan = make_plan(program, {.vector_bits = target.vector_bits});
    const std::string symbol = fmt::format("k{}", i);
    emit_entry(compilation, plan, describe_entry(plan, symbol));
    declarations +=
        fmt::format("int {}_packed(const void *const *, const int64_t *, void *const *, void *);\n", symbol);
    table += fmt::format("  {{\"{}\", {}_packed}},\n", subjects[i].name, symbol);
    for (const Run& run : subjects[i].runs) write_run(values, i, program, plan, run);
  }
  std::ofstream(folder / "table.c") << fmt::format(
      "#include <stdint.h>\nstruct entry {{\n  const char *name;\n  int (*run)(const void *const *, const "
      "int64_t *, void *const *, void *);\n}};\n"
      "{}extern const struct entry entries[];\nconst struct entry entries[] = {{\n{}}};\n",
      declarations, table);
  const std::vector<char> object = compilation.emit_object();
  std::ofstream(folder / "kernels.o", std::ios::binary)
      .write(object.data(), static_cast<std::streamsize>(object.size()));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    fmt::print(stderr, "usage: aarch64_kernels DRIVER.c FOLDER\n");
    return 2;
  }
  for (const char* tool : {"aarch64-linux-gnu-gcc", "qemu-aarch64"})
    if (!shell(fmt::format("command -v {} > /dev/null", tool))) {
      fmt::print(
          "not run: {} is not installed (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)\n",
          tool);
      return skipped;
    }
  const fs::path folder = fs::absolute(argv[2]), driver = fs::absolute(argv[1]);
  fs::create_directories(folder);
  std::vector<Subject> subjects = op_subjects();
  fmt::print("{} entries of ops\n", subjects.size());
  for (Subject& subject : structural_subjects()) subjects.push_back(std::move(subject));
  fmt::print("{} entries in all\n", subjects.size());
  write_all(subjects, folder);
  std::fflush(stdout);
  if (!shell(fmt::format("cd '{}' && aarch64-linux-gnu-gcc -std=c99 -Wall -Wextra -static '{}' table.c "
                         "kernels.o -lm -o kernels",
                         folder.string(), driver.string())))
    return 1;
  return shell(fmt::format("cd '{}' && qemu-aarch64 ./kernels values", folder.string())) ? 0 : 1;
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 1;
}
