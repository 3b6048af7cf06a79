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
    run(fmt::format("{0} {1} -march=native -ffast-math -w -fPIC -c {2}.c -o {2}.o", context.c_compiler,
                    options, stem));
    out.seconds = children_seconds() - before;
    run(fmt::format("{} -shared {}.o -o {} -lm", context.c_compiler, stem, library));
    write_file(seconds, fmt::format("{}", out.seconds));
  }
  out.seconds = std::stod(read_file(seconds));
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  out.address = handle ? dlsym(handle, function.c_str()) : nullptr;
  if (!out.address) throw Error(Code::file, dlerror());
  return out;
}

}  // namespace wengert::benchmarks
