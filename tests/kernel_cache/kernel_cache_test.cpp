// Kernels that are not compiled again: by this process, and by others through a folder.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "codegen/load/generator.h"
#include "codegen/load/kernel_cache.h"
#include "codegen/load/kernel_key.h"
#include "codegen/load/machine.h"
#include "frontend/wengert.h"

using namespace wengert;
namespace fs = std::filesystem;

namespace {

Program weighted(double scale, const char* name = "f") {
  Program program;
  program.name = name;
  const Expr x = program.graph->input("x", Dtype::f64, {Extent::symbol("N")});
  program.outputs = {{name, sum(exp(x) * x * scale).value()}};
  return program;
}

struct Compiled {
  const void* code;
  uint64_t compiled, reused, read;
};

// What compiling the program takes.
Compiled compile(const Program& program, const CompileSettings& settings = {}) {
  const KernelCounts before = kernel_counts();
  const CompiledFunction f = jit(program, settings);
  const KernelCounts now = kernel_counts();
  const Tensor two[] = {Tensor::vector({1, 2})};
  CHECK(f(two)[0].at(0) == doctest::Approx(evaluate(f.program(), two).outputs[0].at(0)).epsilon(1e-15));
  return {reinterpret_cast<const void*>(f.raw<int(const double*, int64_t, double*, void*)>()),
          now.compiled - before.compiled, now.reused - before.reused, now.read - before.read};
}

struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "wengert-cache.XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~TemporaryFolder() { fs::remove_all(path); }
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void replace(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  return out;
}

const std::vector<char> object = {'c', 'o', 'd', 'e', '\0', '\1'};

}  // namespace

TEST_CASE("an equal program is compiled once in a process") {
  const Compiled first = compile(weighted(1.5)), again = compile(weighted(1.5, "g"));
  CHECK(first.compiled == 1);
  CHECK(again.compiled == 0);
  CHECK(again.reused == 1);
  CHECK(again.code == first.code);
  CHECK(compile(weighted(1.25)).compiled == 1);
  CHECK(compile(weighted(1.5), {.fast_math = true}).compiled == 1);
  CHECK(compile(weighted(1.5), {.quick = true}).compiled == 1);
  CHECK(compile(weighted(1.5), {.cpu = "native"}).compiled == 1);
  const Compiled alone = compile(weighted(1.5), {.reuse = false});
  CHECK(alone.compiled == 1);
  CHECK(alone.code != first.code);
}

TEST_CASE("keys tell apart what differs in code") {
  const auto key_of = [](double value) {
    Program program;
    program.outputs = {{"c", constant(*program.graph, Tensor::scalar(Dtype::f64, value)).value()}};
    return kernel_key(program, "").bytes;
  };
  CHECK(key_of(1) == key_of(1));
  CHECK(key_of(0.0) != key_of(-0.0));
  CHECK(kernel_key(weighted(1), "a").bytes != kernel_key(weighted(1), "b").bytes);
  CHECK(kernel_key(weighted(1), "").portable);
}

TEST_CASE("kernels that exceed what is kept are dropped, least recently used first") {
  const auto kernel = std::make_shared<runtime::Kernel>(runtime::Kernel::Symbols(), nullptr);
  const size_t third = kept_kernel_bytes / 3;
  for (const char* key : {"a", "b"}) CHECK(keep_kernel(key, kernel, third) == kernel);
  CHECK(keep_kernel("a", nullptr, third) == kernel);  // the first one stays
  CHECK(find_kernel("a") == kernel);
  keep_kernel("c", kernel, third);
  CHECK(find_kernel("a") == kernel);
  CHECK_FALSE(find_kernel("b"));
  CHECK(keep_kernel("huge", kernel, kept_kernel_bytes + 1) == kernel);
  CHECK_FALSE(find_kernel("huge"));
  CHECK(find_kernel("c") == kernel);
}

TEST_CASE("a folder gives the code without compiling") {
  const TemporaryFolder folder;
  const CompileSettings settings{.reuse = false, .kernel_folder = folder.path / "kernels"};
  CHECK(compile(weighted(2.5), settings).compiled == 1);
  const auto made = entries(settings.kernel_folder);
  REQUIRE(made.size() == 1);
  const Compiled again = compile(weighted(2.5), settings);
  CHECK(again.compiled == 0);
  CHECK(again.read == 1);
  CHECK(compile(weighted(2.75), settings).compiled == 1);

  const std::string whole = content(made[0]);
  for (const std::string& bad : {std::string(), whole.substr(0, 20), whole.substr(0, whole.size() - 1),
                                 whole + "x", std::string(whole.size(), '\0')}) {
    replace(made[0], bad);
    CHECK(compile(weighted(2.5), settings).compiled == 1);  // and written anew
    CHECK(content(made[0]) == whole);
  }
}

TEST_CASE("entries that cannot be trusted are passed over") {
  const TemporaryFolder temporary;
  const KernelFolder folder(temporary.path);
  CHECK_FALSE(folder.read("key"));
  folder.write("key", object);
  CHECK(folder.read("key") == object);
  CHECK_FALSE(folder.read("kez"));
  const fs::path path = temporary.path / KernelFolder::entry_name("key");
  const std::string whole = content(path);
  for (size_t i = 0; i < whole.size(); i++) {  // any byte
    std::string other = whole;
    other[i] = static_cast<char>(other[i] ^ 0x20);
    replace(path, other);
    CAPTURE(i);
    CHECK_FALSE(folder.read("key"));
  }
  for (size_t size = 0; size < whole.size(); size++) {
    replace(path, whole.substr(0, size));
    CHECK_FALSE(folder.read("key"));
  }
  replace(path, whole);
  CHECK(folder.read("key"));
  fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
  CHECK_FALSE(folder.read("key"));
  fs::permissions(path, fs::perms::others_write, fs::perm_options::remove);

  fs::rename(path, temporary.path / KernelFolder::entry_name("another"));
  CHECK_FALSE(folder.read("another"));
  fs::create_symlink(temporary.path / KernelFolder::entry_name("another"), path);
  CHECK_FALSE(folder.read("key"));
  fs::remove(path);
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK_FALSE(folder.read("key"));
  folder.write("key", object);
  CHECK(folder.read("key") == object);
}

TEST_CASE("a folder that is not the user's alone is refused") {
  const TemporaryFolder temporary;
  fs::permissions(temporary.path, fs::perms::others_read, fs::perm_options::add);
  CHECK_THROWS_WITH_AS(jit(weighted(1), {.reuse = false, .kernel_folder = temporary.path}),
                       doctest::Contains("mode 0700"), Error);
  replace(temporary.path / "file", "");
  CHECK_THROWS_WITH_AS(KernelFolder(temporary.path / "file"), doctest::Contains("cannot keep kernels"),
                       Error);
  CHECK_THROWS_WITH_AS(KernelFolder(temporary.path / "none" / "kernels"), doctest::Contains("No such file"),
                       Error);
}

TEST_CASE("the oldest entries go when a folder exceeds its limit") {
  const TemporaryFolder temporary;
  const KernelFolder folder(temporary.path);
  const std::vector<char> large(1000);
  folder.write("a", large, 4000);
  folder.write("b", large, 4000);
  folder.write("c", large, 4000);
  CHECK(entries(temporary.path).size() == 3);
  const auto age = [&](const char* key, int hours) {
    fs::last_write_time(temporary.path / KernelFolder::entry_name(key),
                        fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  age("a", 3), age("b", 2), age("c", 1);
  CHECK(folder.read("a"));  // used now
  replace(temporary.path / "x.part", "left by a process that ended");
  fs::last_write_time(temporary.path / "x.part", fs::file_time_type::clock::now() - std::chrono::hours(2));
  folder.write("d", large, 4000);
  CHECK(folder.read("a"));
  CHECK_FALSE(folder.read("b"));
  CHECK(folder.read("c"));
  CHECK(folder.read("d"));
  CHECK(entries(temporary.path).size() == 3);
  folder.write("e", std::vector<char>(5000), 4000);
  CHECK_FALSE(folder.read("e"));
}

TEST_CASE("several threads, one folder") {
  const TemporaryFolder temporary;
  std::vector<std::thread> running;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; thread++)
    running.emplace_back([&] {
      const KernelFolder folder(temporary.path);
      for (int i = 0; i < 200; i++) {
        const std::string key = "key " + std::to_string(i % 5);
        const std::vector<char> mine(static_cast<size_t>(1000 + i % 5), static_cast<char>(i % 5));
        folder.write(key, mine, 4500);
        if (const auto found = folder.read(key); found && *found != mine) wrong++;
      }
    });
  for (std::thread& thread : running) thread.join();
  CHECK(wrong == 0);
  for (const fs::path& path : entries(temporary.path)) CHECK(path.extension() == ".kernel");
}

TEST_CASE("identities") {
  CHECK_FALSE(machine_identity().empty());
  CHECK(build_identity("/proc/self/exe").size() == 40);
  CHECK(build_identity("/nowhere").empty());
  CHECK(build_identity("/proc/self/cmdline").empty());
}

TEST_CASE("a program knows its file and its build whatever it was called") {
  const std::string self = fs::read_symlink("/proc/self/exe");
  CHECK(file_of(core_identity()) == self);
  CHECK(loaded_identity(core_identity()) == build_identity(self));
  CHECK(loaded_identity(core_identity()) != loaded_identity(reinterpret_cast<const void*>(&std::fopen)));
  CHECK(loaded_identity(nullptr).empty());
  CHECK(file_of(nullptr).empty());
  CHECK_FALSE(generator_builds().empty());
  CHECK(generator_builds_hold());
  if (std::getenv("WENGERT_TEST_CALLED_ANOTHER_NAME")) return;
  const pid_t child = fork();
  if (child == 0) {
    setenv("WENGERT_TEST_CALLED_ANOTHER_NAME", "1", 1);
    execl(self.c_str(), "no-such-name", "-tc=a program knows*", nullptr);
    _exit(127);
  }
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

#if defined(__x86_64__)
TEST_CASE("code that this machine lacks instructions for is not loaded") {
  // Its four-operand fma has gone from all processors since.
  CHECK_THROWS_WITH_AS(jit(weighted(1), {.cpu = "bdver4"}),
                       doctest::Contains("cannot run code for the CPU 'bdver4'"), Error);
}
#endif
