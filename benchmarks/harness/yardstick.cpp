#include "benchmarks/harness/yardstick.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "ir/error.h"

namespace wengert::benchmarks {

Yardstick::Yardstick(const std::string& path) : library_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!library_) throw Error(Code::file, dlerror());
}

void* Yardstick::find(const char* name) const { return dlsym(library_, name); }

void* Yardstick::require(const char* name) const {
  if (void* found = find(name)) return found;
  throw Error(Code::name, fmt::format("the yardstick has no function {}", name));
}

}  // namespace wengert::benchmarks
