#include "benchmarks/harness/c_code.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include "frontend/io/files.h"
#include "ir/error.h"

namespace wengert::benchmarks {

static double children_seconds() {
  rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  return static_cast<double>(used.ru_utime.tv_sec) + 1e-6 * static_cast<double>(used.ru_utime.tv_usec);
}

/// As one word of a shell's command.
static std::string shell_word(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

static void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw Error(Code::file, fmt::format("this failed: {}", command));
}

CFunction compile_c(const Context& context, const std::string& source, const std::string& options,
                    const std::string& function) {
  const size_t key = std::hash<std::string>()(source + context.c_compiler + options);
  const std::string stem = join_path(context.cache, fmt::format("row-{:016x}", key));
  const std::string library = stem + ".so", seconds = stem + ".seconds";
  CFunction out;
  if (access(library.c_str(), R_OK) != 0 || access(seconds.c_str(), R_OK) != 0) {
    write_file(stem + ".c", source);
    const double before = children_seconds();
    const std::string compiler = shell_word(context.c_compiler), object = shell_word(stem + ".o");
    run(fmt::format("{} {} -march=native -ffast-math -w -fPIC -c {} -o {}", compiler, options,
                    shell_word(stem + ".c"), object));
    out.seconds = children_seconds() - before;
    run(fmt::format("{} -shared {} -o {} -lm", compiler, object, shell_word(library)));
    write_file(seconds, fmt::format("{}", out.seconds));
  }
  out.seconds = std::stod(read_file(seconds));
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  out.address = handle ? dlsym(handle, function.c_str()) : nullptr;
  if (!out.address) throw Error(Code::file, dlerror());
  return out;
}

}  // namespace wengert::benchmarks
