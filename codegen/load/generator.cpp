#include "codegen/load/generator.h"

#include <cstdlib>

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/load/machine.h"
#include "ir/error.h"

/// There in a program that is linked with the generator.
extern "C" [[gnu::weak]] const wengert::Generator* wengert_code_generator();

namespace wengert {
namespace {

using Find = const Generator*();

/// The folder of the file that holds this code, with a '/' behind it; empty when the system does not say.
std::string own_folder() {
  const std::string path = file_of(core_identity());
  const size_t slash = path.rfind('/');
  return slash == path.npos ? std::string() : path.substr(0, slash + 1);
}

std::vector<std::string> places() {
  // No file that others name is loaded into a program with the rights of another user.
  if (const char* chosen = secure_getenv("WENGERT_CODEGEN_LIBRARY"); chosen && *chosen) return {chosen};
  std::vector<std::string> out;
  if (const std::string folder = own_folder(); !folder.empty())
    out.push_back(folder + WENGERT_CODEGEN_LIBRARY);
  out.emplace_back(WENGERT_CODEGEN_LIBRARY);
  return out;
}

/// As it is, or an error that names where it came from.
const Generator* checked(const Generator* found, const std::string& path) {
  if (std::string_view(found->version) != WENGERT_VERSION)
    throw Error(Code::file, fmt::format("{} is of Wengert {}, and this is Wengert {}", path, found->version,
                                        WENGERT_VERSION));
  if (found->core != core_identity())
    throw Error(Code::file,
                fmt::format("{} works on another copy of Wengert's library than this program's; a "
                            "program that is linked statically needs wengert_codegen_llvm linked too",
                            path));
  return found;
}

/// Once loaded, the library stays: kernels outlive everything else.
const Generator* load_library() {
  std::vector<std::string> failures;
  for (const std::string& path : places()) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    auto* find = library ? reinterpret_cast<Find*>(dlsym(library, "wengert_code_generator")) : nullptr;
    if (find) return checked(find(), path);
    failures.push_back(fmt::format("{}: {}", path, dlerror()));
  }
  throw Error(Code::file, fmt::format("compiling needs the library {}, which cannot be loaded; tried {}",
                                      WENGERT_CODEGEN_LIBRARY, fmt::join(failures, ", ")));
}

/// The builds of the core and of that library.
std::string joined_builds(const std::string& library) {
  const std::string core = loaded_identity(core_identity());
  return core.empty() || library.empty() ? std::string() : core + " " + library;
}

}  // namespace

const void* core_identity() {
  static const char object = 0;
  return &object;
}

const Generator& generator() {
  // A failure is tried again at the next call.
  static const Generator* found = wengert_code_generator
                                      ? checked(wengert_code_generator(), "the linked code generator")
                                      : load_library();
  return *found;
}

const std::string& generator_builds() {
  static const std::string builds = [] {
    std::string library;
    // A name without a folder is looked for by the system, which says where only when it has loaded it.
    for (const std::string& path : wengert_code_generator ? std::vector<std::string>() : places())
      if (library.empty() && path.find('/') != path.npos) library = build_identity(path);
    if (library.empty()) library = loaded_identity(&generator());
    return joined_builds(library);
  }();
  return builds;
}

bool generator_builds_hold() { return generator_builds() == joined_builds(loaded_identity(&generator())); }

}  // namespace wengert
