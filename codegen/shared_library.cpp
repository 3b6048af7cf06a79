#include "codegen/shared_library.h"

#include <cstdlib>

#include <fmt/format.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FileUtilities.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Program.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include "ir/error.h"

namespace wengert {
namespace {

std::string find_compiler(const Target& target) {
  const llvm::Triple triple(target.triple);
  std::vector<std::string> names;
  if (const char* chosen = std::getenv("CC"); chosen && *chosen)
    names = {chosen};
  else if (triple.getArch() == llvm::Triple(llvm::sys::getProcessTriple()).getArch())
    names = {"cc", "gcc", "clang"};
  else
    names = {triple.getArchName().str() + "-linux-gnu-gcc"};
  for (const std::string& name : names)
    if (auto found = llvm::sys::findProgramByName(name)) return *found;
  throw Error(Code::file,
              fmt::format("a shared library for {} needs a C compiler to link it: no {} in PATH; set CC",
                          target.triple, names[0]));
}

/// A file in the directory for temporary files, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const char* suffix) : remover_(create(suffix)) {}
  llvm::StringRef path() const { return path_; }

 private:
  llvm::StringRef create(const char* suffix) {
    if (const std::error_code error = llvm::sys::fs::createTemporaryFile("wengert", suffix, path_))
      throw Error(Code::file, fmt::format("cannot make a temporary file: {}", error.message()));
    return path_;
  }
  llvm::SmallString<128> path_;
  llvm::FileRemover remover_;
};

}  // namespace

void write_shared_library(std::span<const char> object, const Target& target, const std::string& path) {
  const std::string compiler = find_compiler(target);
  const TemporaryFile input("o"), log("txt");
  std::error_code error;
  llvm::raw_fd_ostream out(input.path(), error);
  out.write(object.data(), object.size());
  out.close();
  if (!error) error = out.error();
  out.clear_error();
  if (error) throw Error(Code::file, fmt::format("cannot write {}: {}", input.path().str(), error.message()));
  const llvm::StringRef arguments[] = {compiler, "-shared", "-nostdlib", "-o", path, input.path()};
  const std::optional<llvm::StringRef> streams[] = {std::nullopt, log.path(), log.path()};
  std::string failure;
  const int status = llvm::sys::ExecuteAndWait(compiler, arguments, std::nullopt, streams, 0, 0, &failure);
  if (status == 0) return;
  if (auto said = llvm::MemoryBuffer::getFile(log.path())) failure += (*said)->getBuffer().rtrim().str();
  throw Error(Code::file, fmt::format("cannot link {}: {} failed: {}", path, compiler, failure));
}

}  // namespace wengert
